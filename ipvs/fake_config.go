package ipvs

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// Timeouts is Client.Timeouts.
func (f *Fake) Timeouts() (Timeouts, error) {
	f.lock()
	defer f.mu.Unlock()
	return f.timeouts, nil
}

// SetTimeouts is Client.SetTimeouts.
func (f *Fake) SetTimeouts(t Timeouts) error {
	if err := t.check(); err != nil {
		return fmt.Errorf("set timeouts: %w", err)
	}
	f.lock()
	defer f.mu.Unlock()
	f.timeouts = Timeouts{
		TCP:    cmp.Or(t.TCP, f.timeouts.TCP),
		TCPFin: cmp.Or(t.TCPFin, f.timeouts.TCPFin),
		UDP:    cmp.Or(t.UDP, f.timeouts.UDP),
	}
	return nil
}

// Daemons is Client.Daemons.
func (f *Fake) Daemons() ([]Daemon, error) {
	f.lock()
	defer f.mu.Unlock()
	return append([]Daemon{}, f.daemons...), nil
}

// StartDaemon is Client.StartDaemon, on an interface that may not exist.
func (f *Fake) StartDaemon(d Daemon) error {
	err := d.check()
	f.lock()
	defer f.mu.Unlock()
	switch {
	case err != nil:
	case f.mixed():
		err = refusal(cmdNewDaemon, syscall.EINVAL, "")
	case slices.ContainsFunc(f.daemons, func(e Daemon) bool { return e.Role == d.Role }):
		err = refusal(cmdNewDaemon, syscall.EEXIST, "")
	}
	if err != nil {
		return fmt.Errorf("start %v sync daemon on %s: %w", d.Role, d.Interface, err)
	}
	f.daemons = append(f.daemons, d.chosen())
	slices.SortFunc(f.daemons, func(a, b Daemon) int { return cmp.Compare(a.Role, b.Role) })
	return nil
}

// chosen is d with what the kernel chooses on a link of 1500 bytes
// (start_sync_thread, in ip_vs_sync.c).
func (d Daemon) chosen() Daemon {
	if !d.Group.IsValid() {
		d.Group = netip.AddrFrom4([4]byte{224, 0, 0, 81})
	}
	headers := uint16(20 + 8)
	if d.Group.Is6() {
		headers = 40 + 8
	}
	switch {
	case d.MaxLen == 0:
		d.MaxLen = 1500 - headers
	case d.Role == Backup:
		d.MaxLen = max(d.MaxLen, leastBackupLen)
	}
	d.MaxLen = min(d.MaxLen, 65535-headers)
	d.Port = cmp.Or(d.Port, 8848)
	d.TTL = cmp.Or(d.TTL, 1)
	return d
}

// StopDaemon is Client.StopDaemon.
func (f *Fake) StopDaemon(r DaemonRole) error {
	f.lock()
	defer f.mu.Unlock()
	n := len(f.daemons)
	f.daemons = slices.DeleteFunc(f.daemons, func(d Daemon) bool { return d.Role == r })
	if len(f.daemons) == n {
		return fmt.Errorf("stop %v sync daemon: %w", r, refusal(cmdDelDaemon, syscall.ESRCH, ""))
	}
	return nil
}

// mixed tells whether a destination is of the other family than its service.
// The caller holds mu.
func (f *Fake) mixed() bool {
	for k, s := range f.services {
		if slices.ContainsFunc(s.dests, func(d DestinationStatus) bool { return d.crosses(k) }) {
			return true
		}
	}
	return false
}
