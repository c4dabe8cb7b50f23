package soak

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"pacu/lab"
)

// takenOver is how soon after an outage of the active router the other must
// serve: deadtime, and what an emulated machine adds.
const takenOver = deadtime + 3*time.Second

// serves waits until a router holds all floating addresses alone.
func (d *day) serves(ctx context.Context, r *router) error {
	return lab.Until(ctx, lookEvery, func() error {
		active, _, err := d.site.active()
		if err == nil && active != r {
			err = fmt.Errorf("%s serves, want %s", active.Name(), r.Name())
		}
		return err
	})
}

// switchover has the active router hand over. Nothing excuses a loss.
func (d *day) switchover(ctx context.Context) error {
	active, standby, err := d.site.active()
	if err != nil {
		return err
	}
	p, err := active.control().SwitchOver(ctx, false, false)
	if err != nil {
		return fmt.Errorf("%s: %w", active.Name(), err)
	}
	if p.Done == "" {
		return fmt.Errorf("%s refuses: %+v", active.Name(), p.Findings)
	}
	return d.serves(ctx, standby)
}

// hold has the standby router never take over for a while. Nothing excuses a
// loss.
func (d *day) hold(ctx context.Context) error {
	active, standby, err := d.site.active()
	if err != nil {
		return err
	}
	for _, on := range []bool{true, false} {
		if _, err := standby.control().Hold(ctx, on); err != nil {
			return fmt.Errorf("%s: %w", standby.Name(), err)
		}
		if err := d.remains(ctx, active); err != nil {
			return err
		}
		s, err := standby.control().Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Router.Held != on {
			return fmt.Errorf("%s tells of a hold: %v, want %v", standby.Name(), s.Router.Held, on)
		}
	}
	return nil
}

// silentPath cuts the standby router off from one network, so that heartbeats
// are left the other. Nothing excuses a loss.
func (d *day) silentPath(ctx context.Context, iface string) error {
	active, standby, err := d.site.active()
	if err != nil {
		return err
	}
	if err := standby.Mute(iface); err != nil {
		return err
	}
	if err := errors.Join(d.remains(ctx, active), standby.Unmute(iface)); err != nil {
		return err
	}
	return d.remains(ctx, active)
}

// remains lets the longest time pass after which routers could change roles,
// and checks that they did not.
func (d *day) remains(ctx context.Context, r *router) error {
	t := time.NewTimer(takenOver)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	active, _, err := d.site.active()
	if err == nil && active != r {
		err = fmt.Errorf("%s took over", active.Name())
	}
	return err
}

// outage has the active router fail, waits for the other to take over, and heals
// the first.
func (d *day) outage(ctx context.Context, how string) error {
	active, standby, err := d.site.active()
	if err != nil {
		return err
	}
	mark := d.changed(change{what: how, outage: true, from: time.Now()})
	heal, err := d.strike(active, how)
	if err != nil {
		return err
	}
	struck := time.Now()
	err = d.serves(ctx, standby)
	now := time.Now()
	d.repaired(mark, now)
	took := now.Sub(struck)
	d.tell("   %s serves after %.2f s", standby.Name(), took.Seconds())
	if err == nil && took > takenOver && !d.stalled(struck, now) {
		err = fmt.Errorf("%s served after %.2f s, want %s", standby.Name(), took.Seconds(), takenOver)
	}
	if err = errors.Join(err, heal()); err != nil {
		return err
	}
	return d.remains(ctx, standby)
}

// The outages.
const (
	killed    = "kill -9 of pulse"
	hanging   = "SIGSTOP of pulse"
	cutPublic = "the public link goes"
	cutServer = "the private link goes"
)

var outages = []string{killed, hanging, cutPublic, cutServer}

// strike does it to a router; what it returns undoes it.
func (d *day) strike(r *router, how string) (heal func() error, err error) {
	p := r.process()
	switch how {
	case killed:
		return r.start, p.Kill()
	case hanging:
		return func() error { return p.Signal(syscall.SIGCONT) }, p.Signal(syscall.SIGSTOP)
	case cutPublic:
		return func() error { return r.Mend("eth0") }, r.Cut("eth0")
	case cutServer:
		return func() error { return r.Mend("eth1") }, r.Cut("eth1")
	}
	return nil, fmt.Errorf("there is no outage %q", how)
}
