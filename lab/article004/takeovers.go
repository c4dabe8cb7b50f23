package article004

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"pacu/control"
	"pacu/lab"
)

// moved waits until router r serves alone, and checks that nobody else did
// meanwhile: since began, no address was on both for longer than overlap, nor
// on none for longer than gap.
func (p *Pair) moved(ctx context.Context, r *Router, began time.Time, overlap, gap time.Duration) error {
	err := lab.Until(ctx, lookEvery, func() error {
		active, _, err := p.Active()
		if err == nil && active != r {
			err = fmt.Errorf("%s serves, want %s", active.Name(), r.Name())
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := errors.Join(p.labels(r), r.Is(ctx, control.Active)); err != nil {
		return err
	}
	if err := p.served(ctx, "lvs-03", "lvs-04", "lvs-05"); err != nil {
		return err
	}
	return p.alone(began, overlap, gap)
}

func (p *Pair) alone(began time.Time, overlap, gap time.Duration) error {
	for _, h := range []*lab.Holder{p.Public, p.Private} {
		none, both := h.Longest(began)
		var err error
		if both > overlap {
			err = fmt.Errorf("on both routers for %v: %v", both, h)
		} else if none > gap {
			err = fmt.Errorf("on no router for %v: %v", none, h)
		}
		if err := p.judged(began, time.Now(), err); err != nil {
			return err
		}
	}
	return nil
}

// moment is how long both may hold an address while one hands it to the other,
// make before break, on a slow machine.
const moment = time.Second

func powerLoss(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, Deadtime+settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := active.PowerOff(); err != nil {
		return err
	}
	active.Pulse = nil
	return p.moved(ctx, other, began, 0, Deadtime+moment)
}

func powerBack(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, _, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	for _, r := range p.Routers {
		if r.On() {
			continue
		}
		if err := errors.Join(r.PowerOn(), r.Write(Heavier), r.Start()); err != nil {
			return err
		}
	}
	return p.still(ctx, active, began)
}

// still watches that nothing moves: r goes on serving, the other one stands
// by, its partner is seen again, and nobody notices.
func (p *Pair) still(ctx context.Context, r *Router, began time.Time) error {
	other := p.Routers[0]
	if r == other {
		other = p.Routers[1]
	}
	err := lab.Until(ctx, lookEvery, func() error {
		s, err := other.Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Router.State != control.Standby || s.Partner == nil || s.Partner.State != control.Active {
			return fmt.Errorf("%s is %s, its partner %+v", other.Name(), s.Router.State, s.Partner)
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Longer than deadtime: a router that mistook the silence of its own
	// start for the partner's death would have moved by then.
	t := time.NewTimer(Deadtime + 2*time.Second)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := p.alone(began, 0, 0); err != nil {
		return err
	}
	if active, _, err := p.Active(); err != nil || active != r {
		return errors.Join(err, fmt.Errorf("%s does not serve any more", r.Name()))
	}
	if err := p.unharmed(began, "a router that came back"); err != nil {
		return err
	}
	return p.served(ctx, "lvs-03", "lvs-04", "lvs-05")
}

func crash(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, Deadtime+settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := active.Crash(); err != nil {
		return err
	}
	active.Pulse = nil
	return p.moved(ctx, other, began, 0, Deadtime)
}

func restart(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := other.Start(); err != nil {
		return err
	}
	return p.still(ctx, active, began)
}

func stop(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, other, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := active.Pulse.Stop(ctx); err != nil {
		return fmt.Errorf("%s: pulse: %w", active.Name(), err)
	}
	active.Pulse = nil
	if err := p.moved(ctx, other, began, moment, 0); err != nil {
		return err
	}
	if table, err := active.Ipvsadm(ctx, "-Sn"); err != nil || strings.TrimSpace(table) != "" {
		return errors.Join(err, fmt.Errorf("%s left a table: %s", active.Name(), table))
	}
	// Without connection sync the next router does not know the requests that
	// are under way just then.
	if lost := p.lost(p.Steady, began); len(lost) > underWay {
		return fmt.Errorf("a planned stop lost %d requests: %v", len(lost), lab.Sum(lost))
	}
	return nil
}

// underWay is more than the steady clients have going at any moment.
const underWay = 3

// unharmed checks that the steady clients lost nothing since began.
func (p *Pair) unharmed(began time.Time, what string) error {
	lost := p.lost(p.Steady, began)
	if len(lost) == 0 {
		return nil
	}
	return fmt.Errorf("%s lost requests, the first after %v, the last after %v: %v", what, lost[0].At.Sub(began), lost[len(lost)-1].At.Sub(began), lab.Sum(lost))
}
