package soak

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"pacu/lab"
)

// Options of a soak.
type Options struct {
	Seed uint64
	Long time.Duration // of traffic and events, healing and checks not counted
	// Every is the time from one new connection to the next.
	Every time.Duration
	Say   func(format string, args ...any)
	// Verbose shows every step as it happens, where otherwise only progress
	// and trouble are shown.
	Verbose bool
}

// A day is a soak that goes on.
type day struct {
	Options
	site  *site
	model model // as the last step left it

	mu       sync.Mutex
	history  history
	timeline []event
	lost     []request // not judged yet
	sums     Sums
}

// An event is a line of the timeline.
type event struct {
	at   time.Time
	text string
}

// keptEvents bounds the timeline, the oldest go first.
const keptEvents = 4000

func (d *day) note(at time.Time, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.timeline) >= keptEvents {
		d.timeline = append(d.timeline[:0], d.timeline[keptEvents/4:]...)
	}
	d.timeline = append(d.timeline, event{at, text})
}

// tell notes what the soak itself does.
func (d *day) tell(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	now := time.Now()
	d.note(now, text)
	if d.Verbose {
		d.Say("%s %s", now.Format(clock), text)
	}
}

// ended takes a request that ended.
func (d *day) ended(r request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.err == nil {
		d.sums.Answered[r.how]++
		return
	}
	d.lost = append(d.lost, r)
}

// line notes what a daemon printed.
func (d *day) line(l lab.Line) {
	text := l.Text
	if _, rest, ok := strings.Cut(text, " "); ok && strings.HasPrefix(text, "20") {
		text = rest // its own time
	}
	d.note(l.At, fmt.Sprintf("%s %s", l.Host, text))
}

// begin starts the routers and waits until they serve.
func (d *day) begin(ctx context.Context) error {
	for _, r := range d.site.routers {
		if err := errors.Join(r.WriteFile(lvsPath, []byte(d.model.file()), 0o660), r.WriteFile(keyPath, []byte(key), 0o600)); err != nil {
			return err
		}
		if err := r.start(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	if err := lab.Until(ctx, lookEvery, func() error { _, _, err := d.site.active(); return err }); err != nil {
		return err
	}
	return d.quiet(ctx)
}

// Run lives a day. The sums come with an error too, which names the seed.
func Run(ctx context.Context, o Options) (sums Sums, err error) {
	d := &day{Options: o, model: newModel(), sums: Sums{Steps: map[string]int{}, Answered: map[string]int{}}}
	defer func() {
		if err != nil {
			err = fmt.Errorf("seed %d: %w", o.Seed, err)
		}
	}()
	if d.site, err = newSite(d.line); err != nil {
		return Sums{}, err
	}
	defer func() { err = errors.Join(err, d.site.close()) }()
	d.Say("soak of %s, seed %d", o.Long, o.Seed)
	err = d.begin(ctx)
	if err == nil {
		err = d.live(ctx)
	}
	d.mu.Lock()
	sums = d.sums
	failed := sums.Failed
	d.mu.Unlock()
	if err != nil {
		d.Say("%s", d.tail())
	}
	if answered := sums.Answered[fresh] + sums.Answered[kept]; sums.OnMachine > answered/100 {
		err = errors.Join(err, fmt.Errorf("the machine is too slow to tell: of %d lost requests nobody knows why", sums.OnMachine))
	}
	if failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d requests were lost for no reason", failed))
	}
	return sums, err
}

// tail is the end of the timeline.
func (d *day) tail() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return "the last that happened:\n" + d.around(request{ended: time.Now()})
}

// live plays the script under traffic, heals all, ends the traffic, judges and
// waits for quiet.
func (d *day) live(ctx context.Context) error {
	asking, hush := context.WithCancel(ctx)
	finder := &finder{site: d.site}
	crowd := &crowd{site: d.site, every: d.Every, find: finder.find, report: d.ended}
	var asked sync.WaitGroup
	asked.Go(func() { crowd.run(asking) })
	asked.Go(func() { d.site.control.Run(asking) })
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { d.progress(watching); close(watched) }()

	err := d.play(ctx)
	hush()
	asked.Wait()
	stop()
	<-watched
	d.judge(time.Now())
	if err != nil {
		return err
	}
	d.tell("== the traffic has ended")
	if err := d.quiet(ctx); err != nil {
		return fmt.Errorf("after all was healed: %w", err)
	}
	d.Say("all is healed and quiet: pulse has nothing to change, and ipvsadm shows what lvs.cf asks for")
	return nil
}

// play performs the script's steps, then heals.
func (d *day) play(ctx context.Context) error {
	s := newScript(d.Seed)
	for end := time.Now().Add(d.Long); time.Now().Before(end); {
		if err := d.step(ctx, s.next()); err != nil {
			return err
		}
	}
	for _, st := range s.heal() {
		if err := d.step(ctx, st); err != nil {
			return err
		}
	}
	return d.settled(ctx)
}

func (d *day) step(ctx context.Context, st step) error {
	t := time.NewTimer(st.wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := d.perform(ctx, st); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sums.Steps[st.do.String()]++
	return nil
}

// progress judges and tells every half minute.
func (d *day) progress(ctx context.Context) {
	const every, known = 30 * time.Second, 15 * time.Second
	began := time.Now()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		d.judge(time.Now().Add(-known))
		d.mu.Lock()
		text := d.sums.String()
		d.mu.Unlock()
		d.Say("%s: %s", time.Since(began).Round(time.Second), text)
	}
}
