package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"pacu/lab"
)

const (
	// lookEvery is the pause between two looks at something that is awaited.
	lookEvery = 50 * time.Millisecond
	// repaired is how soon pulse must put a drift right: 2 s, and a second that
	// an emulated machine may stand still.
	repaired = 3 * time.Second
	// settling bounds the waiting for servers that come back, and for a pulse
	// that starts.
	settling = time.Minute
)

// perform does a step.
func (d *day) perform(ctx context.Context, st step) error {
	ctx, cancel := context.WithTimeout(ctx, 2*settling)
	defer cancel()
	if st.settled {
		if err := d.settled(ctx); err != nil {
			return fmt.Errorf("before %q: %w", st.what, err)
		}
	}
	d.tell("== %s", st.what)
	if err := d.act(ctx, st); err != nil {
		return fmt.Errorf("%s: %w", st.what, err)
	}
	d.model = st.after
	return nil
}

func (d *day) act(ctx context.Context, st step) error {
	switch st.do {
	case reload:
		return d.reload(ctx, st.after)
	case drain, undrain:
		return d.drain(ctx, st.do == drain, serverName(st.arg))
	case drift:
		return d.drift(ctx, st)
	case killNanny:
		return d.killNanny(ctx, st)
	case restart, crash:
		return d.restart(ctx, st)
	case die:
		return d.die(st)
	case revive:
		return d.revive(st)
	case switchover:
		return d.switchover(ctx)
	case hold:
		return d.hold(ctx)
	case outage:
		return d.outage(ctx, st.word)
	case silentPath:
		return d.silentPath(ctx, st.word)
	}
	return fmt.Errorf("there is no action %d", st.do)
}

// settled waits until both routers have every server that should serve.
func (d *day) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	return lab.Until(ctx, lookEvery, func() error {
		for _, r := range d.site.routers {
			table, err := r.table(ctx)
			if err != nil {
				return err
			}
			if missing := d.model.missing(table); len(missing) > 0 {
				return fmt.Errorf("%s lacks %s", r.Name(), strings.Join(missing, ", "))
			}
		}
		return nil
	})
}

// reload gives both routers the file of m, the standby one first.
func (d *day) reload(ctx context.Context, m model) error {
	for _, r := range d.both() {
		if err := r.WriteFile(lvsPath, []byte(m.file()), 0o660); err != nil {
			return err
		}
		if _, err := r.control().Reload(ctx); err != nil {
			return fmt.Errorf("%s: %w", r.Name(), err)
		}
	}
	return nil
}

// both are the standby router and the active one, or in any order when there is
// no telling.
func (d *day) both() []*router {
	if active, standby, err := d.site.active(); err == nil {
		return []*router{standby, active}
	}
	return d.site.routers[:]
}

func (d *day) drain(ctx context.Context, on bool, server string) error {
	for _, r := range d.both() {
		var err error
		if on {
			_, err = r.control().Drain(ctx, server, 0)
		} else {
			_, err = r.control().Undrain(ctx, server)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name(), err)
		}
	}
	return nil
}

// of is the active router or the standby one.
func (d *day) of(word string) (*router, error) {
	active, standby, err := d.site.active()
	if word == activeRouter {
		return active, err
	}
	return standby, err
}

// killNanny kills one of a router's nannies.
func (d *day) killNanny(ctx context.Context, st step) error {
	r, err := d.of(st.word)
	if err != nil {
		return err
	}
	s, err := r.control().Snapshot(ctx)
	if err != nil {
		return err
	}
	var pids []int
	for _, n := range s.Nannies {
		if n.Pid > 0 {
			pids = append(pids, n.Pid)
		}
	}
	if len(pids) == 0 {
		return nil // all that were killed before are waiting to be started again
	}
	// It may end at this very moment, of a reload just done.
	if err := unix.Kill(pids[st.arg%len(pids)], unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("kill nanny: %w", err)
	}
	return nil
}

// restart ends pulse without a trace, or kills it, starts it again and waits
// until it answers and plays the part it played.
func (d *day) restart(ctx context.Context, st step) error {
	r, err := d.of(st.word)
	if err != nil {
		return err
	}
	before, err := r.control().Snapshot(ctx)
	if err != nil {
		return err
	}
	p := r.process()
	var how os.Signal = syscall.SIGUSR2
	if st.do == crash {
		how = syscall.SIGKILL
	}
	if err := p.Signal(how); err != nil {
		return err
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		return fmt.Errorf("%s: pulse does not end", r.Name())
	}
	if err := p.Wait(); st.do == restart && err != nil {
		return err
	}
	if err := r.start(); err != nil {
		return err
	}
	return lab.Until(ctx, lookEvery, func() error {
		s, err := r.control().Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Router.State != before.Router.State {
			return fmt.Errorf("%s was %s, and is %s", r.Name(), before.Router.State, s.Router.State)
		}
		return nil
	})
}

func (d *day) die(st step) error {
	s := d.site.servers[st.arg]
	d.died(s.Name())
	if st.word == power {
		if err := s.PowerOff(); err != nil {
			return err
		}
	}
	return s.stop()
}

func (d *day) revive(st step) error {
	s := d.site.servers[st.arg]
	if !s.On() {
		if err := s.PowerOn(); err != nil {
			return err
		}
	}
	if err := s.start(); err != nil {
		return err
	}
	d.returned(s.Name())
	return nil
}

// quiet waits until nothing is left to change and the kernels hold what is
// wanted: the whole of it, with full weights, and nothing besides.
func (d *day) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lastWait)
	defer cancel()
	return lab.Until(ctx, lookEvery, func() error {
		active, standby, err := d.site.active()
		if err != nil {
			return err
		}
		for _, r := range []*router{active, standby} {
			if err := d.agrees(ctx, r); err != nil {
				return fmt.Errorf("%s: %w", r.Name(), err)
			}
		}
		return nil
	})
}

// lastWait is what a server's slow start to weight 4 takes, and connections
// whose client is gone.
const lastWait = 3 * time.Minute

func (d *day) agrees(ctx context.Context, r *router) error {
	table, err := r.table(ctx)
	if err != nil {
		return err
	}
	if want := d.model.table(); !slices.Equal(table, want) {
		return fmt.Errorf("ipvsadm -Sn shows\n%s\nwant\n%s", strings.Join(table, "\n"), strings.Join(want, "\n"))
	}
	plan, err := r.control().Plan(ctx, nil)
	if err != nil {
		return err
	}
	if len(plan.Steps) > 0 {
		return fmt.Errorf("pulse plan has still to %s", plan.Steps[0])
	}
	s, err := r.control().Snapshot(ctx)
	if err != nil {
		return err
	}
	if list := append(s.Trouble, s.Degraded...); len(list) > 0 {
		return fmt.Errorf("pulse tells of trouble: %s", strings.Join(list, "; "))
	}
	return nil
}
