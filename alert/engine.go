package alert

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"pacu/control"
)

// A Daemon is what an Engine asks of pulse; *control.Client is one.
type Daemon interface {
	Snapshot(ctx context.Context) (*control.Snapshot, error)
	Follow(ctx context.Context, after uint64, f func(control.Event) error) error
	AlertsTold(ctx context.Context, t control.AlertTest) error
}

// A Fact is something the Engine's owner watches.
type Fact struct {
	Kind   Kind
	Object string
	Why    string // what is wrong; empty: nothing
}

// Options are what an Engine is made of.
type Options struct {
	Router   string // this router's name
	Pulse    Daemon
	Outbox   Outbox
	Settings func(ctx context.Context) (Settings, error) // as an administrator chose
	Facts    func() []Fact                               // nil: none; asked every minute
	Log      *slog.Logger
	Roots    *x509.CertPool // whom TLS trusts; nil: the system's
}

const (
	tick      = time.Second
	lookEvery = 5 * time.Second
	lookSoon  = time.Second // after an event
	// lookRests is how much longer than a snapshot took the next is waited for:
	// one of thousands of services costs pulse the better part of a second.
	lookRests     = 10
	lookRestsSoon = 3
	lookLimit     = 10 * time.Second
	factEvery     = time.Minute
	saveEvery     = 5 * time.Second // what is remembered, where no alert is made
	rejoin        = time.Second     // after pulse went away
	maxUnkept     = 1000            // letters, while the disk is full
	eventRoom     = 1000            // events that wait while a snapshot is asked for
)

// An Engine runs a Machine and its couriers.
type Engine struct {
	Options

	mu       sync.Mutex
	settings Settings
	wake     map[string]chan struct{} // of couriers

	ready   chan struct{} // closed when pulse was asked for the first time
	changed chan struct{} // settings were
	events  chan control.Event
	tests   sync.WaitGroup

	machine *Machine
	saved   time.Time
	asked   time.Time // the last snapshot
	rest    time.Duration
	took    time.Duration
	facts   time.Time
	down    bool
	unkept  []Letter
}

// NewEngine returns an Engine that does nothing yet.
func NewEngine(o Options) *Engine {
	e := &Engine{Options: o, settings: Default(), ready: make(chan struct{}), changed: make(chan struct{}, 1), events: make(chan control.Event, eventRoom), wake: map[string]chan struct{}{}}
	for _, c := range Channels {
		e.wake[c] = make(chan struct{}, 1)
	}
	return e
}

// String names the engine.
func (e *Engine) String() string { return "alerts" }

// Ready is closed when the Engine has looked at pulse for the first time.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// Changed has the Engine read its settings again, and try what waits at once.
func (e *Engine) Changed() { nudge(e.changed) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake already
	}
}

// Run watches and sends until ctx ends. What waits then is sent by the next
// Engine. The error is that the outbox cannot be read.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	var tasks sync.WaitGroup
	defer e.tests.Wait()
	defer tasks.Wait()
	for _, channel := range Channels {
		c := &courier{channel: channel, outbox: e.Outbox, log: e.Log, sender: func() sender { return e.sender(channel) }}
		tasks.Go(func() { c.run(ctx, e.wake[channel]) })
	}
	e.look(ctx, time.Now()) // so that Follow knows from where
	after := e.machine.memory.Seq
	close(e.ready)
	tasks.Go(func() { e.follow(ctx, after) })
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			e.save(context.WithoutCancel(ctx))
			return nil
		case ev := <-e.events:
			e.heed(ctx, ev)
		case <-e.changed:
			e.configure(ctx)
		case <-t.C:
		}
		e.step(ctx, time.Now())
	}
}

// begin reads what an earlier Engine remembered.
func (e *Engine) begin(ctx context.Context) error {
	b, err := e.Outbox.Memory(ctx)
	if err != nil {
		return err
	}
	var m Memory
	if b != nil {
		if err := json.Unmarshal(b, &m); err != nil {
			e.Log.Error("what alerts remembered is damaged: they begin anew", "error", err)
			m = Memory{}
		}
	}
	// Anew each time: after a restore, or in a copy of this machine, the numbers
	// are those of other alerts, which receivers would take for the same.
	m.Seed = strings.ToLower(rand.Text()[:10])
	e.machine = NewMachine(e.Router, m, Rules{})
	e.configure(ctx)
	return nil
}

// configure reads the settings. Where they cannot be read those before stay.
func (e *Engine) configure(ctx context.Context) {
	s, err := e.Settings(ctx)
	if err != nil {
		e.Log.Error("settings of alerts cannot be read: those before stay", "error", err)
		return
	}
	e.mu.Lock()
	e.settings = s
	e.mu.Unlock()
	e.machine.Rule(s.Rules)
	for _, c := range Channels {
		does, what := e.Outbox.Hurry, "hurry"
		if !s.On(c) {
			does, what = e.Outbox.Forget, "forget"
		}
		if err := does(ctx, c); err != nil {
			e.Log.Error("outbox of alerts", "do", what, "channel", c, "error", err)
		}
		nudge(e.wake[c])
	}
}

func (e *Engine) current() Settings {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.settings
}

func (e *Engine) sender(channel string) sender { return e.current().sender(channel, e.Roots) }

// follow brings pulse's events, until ctx ends.
func (e *Engine) follow(ctx context.Context, after uint64) {
	for ctx.Err() == nil {
		// That pulse is not there is for look to see.
		_ = e.Pulse.Follow(ctx, after, func(ev control.Event) error {
			after = ev.Seq
			select {
			case e.events <- ev:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		t := time.NewTimer(rejoin)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// heed takes ev, and all that wait behind it.
func (e *Engine) heed(ctx context.Context, ev control.Event) {
	now := time.Now()
	for {
		if ev.Seq <= e.machine.memory.Seq && ev.Time.After(e.asked) {
			e.look(ctx, time.Now()) // pulse was started anew, and counts from 1
		}
		if ev.Kind == control.AlertEvent && ev.Seq > e.machine.memory.Seq && now.Sub(ev.Time).Abs() < time.Minute {
			e.tests.Go(func() { e.answer(ctx, ev.Object) })
		}
		e.machine.Heed(now, ev)
		switch ev.Kind {
		case "role", "partner", "server", "nanny", "config", "kernel", "fitness":
			e.rest = min(e.rest, max(lookSoon, lookRestsSoon*e.took)) // there may be more to see
		}
		select {
		case ev = <-e.events:
		default:
			return
		}
	}
}

// step looks at pulse where that is due, and puts the alerts that are due into
// the outbox.
func (e *Engine) step(ctx context.Context, now time.Time) {
	if since := now.Sub(e.asked); since >= e.rest || since < 0 {
		e.look(ctx, now)
	}
	if since := now.Sub(e.facts); e.Facts != nil && (since >= factEvery || since < 0) {
		e.facts = now
		for _, f := range e.Facts() {
			e.machine.Fact(now, f.Kind, f.Object, f.Why)
		}
	}
	e.put(ctx, e.machine.Due(now), now)
}

// look asks pulse for a snapshot.
func (e *Engine) look(ctx context.Context, now time.Time) {
	ask, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	began := time.Now()
	s, err := e.Pulse.Snapshot(ask)
	if ctx.Err() != nil {
		return
	}
	e.took = time.Since(began)
	e.asked, e.rest = now, max(lookEvery, lookRests*e.took)
	switch {
	case err == nil:
		e.down = false
		e.machine.Look(now, s)
	case errors.Is(err, control.ErrNotRunning) || errors.Is(err, context.DeadlineExceeded):
		e.machine.Down(now, err.Error())
		e.rest = lookSoon
	case !e.down:
		e.down = true
		e.Log.Warn("alerts cannot see what pulse does", "error", err)
	}
}
