package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"pacu/lab"
	"pacu/lab/article004"
)

const (
	// settled bounds the waiting for anything; a slow and busy machine needs a
	// part.
	settled = 3 * time.Minute
	// look is the pause between two looks at a trial. Looking costs the
	// machine time that the systems need too.
	look = 200 * time.Millisecond
	// timeout bounds one request of the clients.
	timeout = time.Second
	// calm is how long clients must have lost nothing. It is more than a
	// request may take, so that those under way cannot hide a loss.
	calm = 3 * timeout / 2
	// askEvery is the time between two requests of the clients.
	askEvery = 10 * time.Millisecond
)

// A trial is one system on a topology of its own.
type trial struct {
	*article004.Pair
	system
	pace    pace
	stalls  stalls
	started time.Time // the last daemon
	running map[*article004.Router]*lab.Process
	last    map[*article004.Router]*lab.Process // also those that were ended
}

// try builds the topology, starts the system and the clients, has them used,
// and takes all down.
func try(ctx context.Context, sys system, pc pace, use func(context.Context, *trial) error) (err error) {
	p, err := article004.New(nil)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, p.Close()); err != nil {
			err = fmt.Errorf("%s: %w", sys.name(), err)
		}
	}()
	p.Steady.Every, p.Steady.Timeout = askEvery, timeout
	t := &trial{
		Pair: p, system: sys, pace: pc,
		running: map[*article004.Router]*lab.Process{}, last: map[*article004.Router]*lab.Process{},
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.Public.Run(ctx, look) })
	g.Go(func() error { return p.Private.Run(ctx, look) })
	g.Go(func() error { p.Steady.Run(ctx); return nil })
	g.Go(func() error { t.stalls.Run(ctx); return nil })
	g.Go(func() error {
		defer stop()
		for _, r := range p.Routers {
			if err := t.start(r); err != nil {
				return err
			}
		}
		return use(ctx, t)
	})
	return g.Wait()
}

func (t *trial) start(r *article004.Router) error {
	p, err := t.system.start(r)
	if err != nil {
		return err
	}
	t.running[r], t.last[r], t.started = p, p, time.Now()
	return nil
}

// round lets one event happen to a pair that serves, and heals it.
func (t *trial) round(ctx context.Context, e event) (outcome, error) {
	if err := t.await(ctx, "a pair that serves", t.serves); err != nil {
		return outcome{}, err
	}
	// The event must not keep step with the heartbeats.
	if err := pause(ctx, rand.N(max(t.pace.keepalive, t.pace.advert))); err != nil {
		return outcome{}, err
	}
	active, other, err := t.Active()
	if err != nil {
		return outcome{}, t.because(err)
	}
	began := time.Now()
	if err := e.do(ctx, t, active); err != nil {
		return outcome{}, t.because(fmt.Errorf("%s of %s: %w", e.name, active.Name(), err))
	}
	err = t.await(ctx, other.Name()+" to serve alone", func(context.Context) error {
		// Losses may come late, too.
		if time.Since(began) < t.pace.deadtime+calm {
			return errors.New("it is too early to tell")
		}
		if now, _, err := t.Active(); err != nil || now != other {
			return errors.Join(err, fmt.Errorf("%s does not serve", other.Name()))
		}
		return t.calm()
	})
	if err != nil {
		return outcome{}, err
	}
	// A request that was under way may be the first to fail.
	samples := t.Steady.Samples(began.Add(-timeout))
	sum := lab.Sum(samples)
	o := outcome{silence(samples), sum.Failed, reasons(sum.Errors), t.stalls.longest(began.Add(-calm))}
	return o, t.heal()
}

// reasons are counted errors in brackets, or nothing.
func reasons(counted map[string]int) string {
	var list []string
	for _, text := range slices.Sorted(maps.Keys(counted)) {
		list = append(list, fmt.Sprintf("%d times %s", counted[text], text))
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// heal gives power back and starts what does not run.
func (t *trial) heal() error {
	for _, r := range t.Routers {
		if !r.On() {
			if err := r.PowerOn(); err != nil {
				return err
			}
		}
		if t.running[r] == nil {
			if err := t.start(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// serves tells whether one router is active, the other ready, and clients lose
// nothing.
func (t *trial) serves(ctx context.Context) error {
	// Routers need this long to know of each other.
	if time.Since(t.started) < t.pace.deadtime+calm {
		return errors.New("it is too early to tell")
	}
	if _, _, err := t.Active(); err != nil {
		return err
	}
	if err := t.calm(); err != nil {
		return err
	}
	for _, r := range t.Routers {
		table, err := r.Ipvsadm(ctx, "-Sn")
		if err != nil {
			return err
		}
		if n := strings.Count(table, " -w 1\n"); n != 2 {
			return fmt.Errorf("%s: %d of 2 real servers in the kernel's table:\n%s", r.Name(), n, table)
		}
	}
	return nil
}

// calm tells whether clients lost nothing lately.
func (t *trial) calm() error {
	recent := t.Steady.Tally(time.Now().Add(-calm))
	// Half of what was meant to be asked: a slow machine may ask less.
	if want := int(calm / askEvery / 2); recent.Failed > 0 || recent.OK < want {
		return fmt.Errorf("clients in the last %s, want %d answers at least: %v", calm, want, recent)
	}
	return nil
}

// await waits until ask is content. It gives up when a process ends.
func (t *trial) await(ctx context.Context, what string, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	for _, p := range t.running {
		var stop context.CancelFunc
		ctx, stop = during(ctx, p)
		defer stop()
	}
	if err := lab.Until(ctx, look, func() error { return ask(ctx) }); err != nil {
		return t.because(fmt.Errorf("wait for %s: %w", what, err))
	}
	return nil
}

// during is ctx until the process ends by itself, which is then the cause.
func during(ctx context.Context, p *lab.Process) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-p.Done():
			cancel(errors.Join(errors.New("it ended by itself"), p.Wait()))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}

// because adds what the system's processes said last to an error.
func (t *trial) because(err error) error {
	const most = 20
	var b strings.Builder
	for _, r := range t.Routers {
		p := t.last[r]
		if p == nil {
			continue
		}
		said := p.Lines()
		for _, l := range said[max(0, len(said)-most):] {
			fmt.Fprintf(&b, "\n%s %s %s", l.At.Format("15:04:05.000"), l.Host, l.Text)
		}
	}
	return fmt.Errorf("%w%s", err, b.String())
}

// pause waits for d, or for ctx to end.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
