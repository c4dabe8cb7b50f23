package director

import (
	"errors"
	"fmt"
	"os"

	"pacu/ipvs"
)

// makeSync lets the sync daemons follow the role: the active router tells, the
// standby learns.
func (d *Director) makeSync() ([]string, error) {
	if d.rest.synced {
		return nil, nil
	}
	steps, err := d.syncSteps(d.cluster.Sync, true)
	if err != nil {
		return nil, err
	}
	d.rest.synced = true
	var words []string
	for _, s := range steps {
		words = append(words, s.String())
	}
	return words, nil
}

// syncSteps tells what must change of the sync daemons, and does it if asked.
// Without a Sync, what runs is not ours.
func (d *Director) syncSteps(sync *Sync, do bool) ([]Step, error) {
	if sync == nil && (d.rest.syncing == nil) {
		return nil, nil
	}
	running, err := d.kernel.Daemons()
	if err != nil {
		return nil, err
	}
	var want *ipvs.Daemon
	if sync != nil {
		want = &ipvs.Daemon{Role: ipvs.Backup, Interface: sync.Interface, SyncID: sync.ID}
		if d.floating.active.Load() {
			want.Role = ipvs.Master
		}
	}
	var steps []Step
	for _, r := range running {
		if want != nil && r.Role == want.Role && r.Interface == want.Interface && r.SyncID == want.SyncID {
			want = nil
			continue
		}
		steps = append(steps, Step{Action: '-', Kind: "sync", Object: r.Role.String() + " daemon", Detail: "on " + r.Interface})
		if do {
			if err := d.kernel.StopDaemon(r.Role); err != nil && !errors.Is(err, os.ErrNotExist) {
				return steps, err
			}
		}
	}
	if want != nil {
		steps = append(steps, Step{Action: '+', Kind: "sync", Object: want.Role.String() + " daemon", Detail: fmt.Sprintf("on %s, id %d", want.Interface, want.SyncID)})
		if do {
			if err := d.kernel.StartDaemon(*want); err != nil && !errors.Is(err, os.ErrExist) {
				return steps, err
			}
		}
	}
	if do {
		d.rest.syncing = sync
	}
	return steps, nil
}
