package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// A beat runs the heartbeat: it feeds the pure machine of package heartbeat
// with packets, time and wishes, and has what the machine decides carried out.
// What it does itself is to send and to receive; nothing here waits for a
// disk, the kernel's tables, or another goroutine's work.
type beat struct {
	mover         *mover
	beaten        func() // a heartbeat went out
	understudy    *understudy
	partnerTurned func(was, is heartbeat.PartnerState)
	stepped       func(was, is heartbeat.Node) // does not wait
	events        *journal
	first         first
	start         time.Duration // on the clock of uptime

	next struct { // what the understudy knows
		beat heartbeat.Beat
		due  time.Duration
	}

	heard chan heard
	wish  chan wish
	gone  chan struct{} // closed when a leave is finished

	mu     sync.Mutex
	node   heartbeat.Node
	judged time.Duration // when the machine last took something in
	line   *heartbeat.Line
	paths  []*path
	site   *site // whose settings these are
}

// first is what a beat starts with, besides lvs.cf.
type first struct {
	force  bool // as the active router
	resume bool // an earlier pulse served here until just now
	held   bool // an operator wants this router never to take over
}

// heard is a heartbeat of the partner, and the path that it came by.
type heard struct {
	from *path
	beat heartbeat.Beat
	late bool
}

// A wish is an event for the machine, or a site for it to go by.
type wish struct {
	event heartbeat.Event
	site  *site
	done  chan error
}

func newBeat(s *site, f first, m *mover, beaten func(), events *journal) (*beat, error) {
	b := &beat{
		mover: m, beaten: beaten, events: events, first: f, start: uptime(), site: s,
		understudy: newUnderstudy(events),
		heard:      make(chan heard, 64), wish: make(chan wish), gone: make(chan struct{}),
	}
	paths, err := openPaths(s.paths, nil)
	if err != nil {
		return nil, err
	}
	b.paths = paths
	b.understudy.follow(paths)
	b.line = heartbeat.NewLine(s.keys, s.role, rand.Uint64()|1)
	b.node = heartbeat.NewNode(0, s.heartbeat(f))
	return b, nil
}

// anew begins before any heartbeat: what pulse did until now, such as to stop
// services, was no silence of the partner's.
func (b *beat) anew() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.start, b.node, b.judged = uptime(), heartbeat.NewNode(0, b.site.heartbeat(b.first)), 0
}

// now is the machine's time.
func (b *beat) now() time.Duration { return uptime() - b.start }

// at is the time of day of a moment of the machine's.
func (b *beat) at(moment time.Duration) time.Time { return time.Now().Add(moment - b.now()) }

func (b *beat) String() string { return "heartbeat" }

// run beats until ctx ends. It gives nothing up by itself: leave does that.
func (b *beat) run(ctx context.Context) error {
	var receivers sync.WaitGroup
	defer receivers.Wait()
	listen := func(paths []*path) {
		for _, p := range paths {
			receivers.Go(func() { b.receive(ctx, p) }) // until p is closed
		}
	}
	listen(b.paths)
	defer func() { closePaths(b.paths) }()

	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(max(b.wait(), 0))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			b.step(heartbeat.Tick{})
		case h := <-b.heard:
			if i := slices.Index(b.paths, h.from); i >= 0 { // else it was closed meanwhile
				b.step(heartbeat.Heard{Path: i, Beat: h.beat, Late: h.late})
			}
		case w := <-b.wish:
			if w.site != nil {
				fresh, err := b.move(w.site.paths)
				if err != nil {
					w.done <- err
					continue
				}
				listen(fresh)
				w.event = b.configured(w.site)
			}
			b.step(w.event)
			w.done <- nil
		}
	}
}

// wait is how long from now the machine is due.
func (b *beat) wait() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if next := b.node.Next(); next != heartbeat.Never {
		return next - b.now()
	}
	return heartbeat.Never
}

// receive opens what comes by p until p is closed.
func (b *beat) receive(ctx context.Context, p *path) {
	err := p.Run(ctx, func(raw []byte, at time.Time) error {
		said, late, err := b.line.Open(p.index, raw, at)
		if err != nil {
			return err
		}
		select {
		case b.heard <- heard{p, said, late}:
		case <-ctx.Done():
		}
		return nil
	}, func(line string) {
		b.events.add(control.Warning, "partner", p.spec.name, fmt.Sprintf("heartbeat path %s: %s", p.spec.name, line))
	})
	if err != nil && ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
		b.events.add(control.Error, "partner", p.spec.name, fmt.Sprintf("heartbeat path %s is deaf: %v", p.spec.name, err))
	}
}

// configured takes a site over, and returns the event that tells the machine.
func (b *beat) configured(s *site) heartbeat.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.site = s
	b.line.Configure(s.keys, s.role)
	return heartbeat.Configure{Settings: s.heartbeat(b.first)}
}

// move replaces the paths by those of specs, and returns the ones that are new.
// On an error the old ones stay.
func (b *beat) move(specs []pathSpec) (fresh []*path, err error) {
	paths, err := openPaths(specs, b.paths)
	if err != nil || slices.Equal(paths, b.paths) {
		return nil, err
	}
	old := b.paths
	b.mu.Lock()
	b.paths = paths
	b.mu.Unlock()
	closePaths(without(old, paths))
	b.understudy.follow(paths)
	return without(paths, old), nil
}

// reconfigure takes the settings, keys and paths of s; paths are opened anew
// only where they changed. On an error the old ones stay.
func (b *beat) reconfigure(ctx context.Context, s *site) error {
	return b.ask(ctx, wish{site: s})
}

// tell hands the machine an event, and returns when it was taken in.
func (b *beat) tell(ctx context.Context, ev heartbeat.Event) {
	_ = b.ask(ctx, wish{event: ev}) // an event cannot fail
}

func (b *beat) ask(ctx context.Context, w wish) error {
	w.done = make(chan error, 1)
	select {
	case b.wish <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives the active role up, and returns when that is done or ctx ends.
func (b *beat) leave(ctx context.Context) {
	b.tell(ctx, heartbeat.Leave{})
	select {
	case <-b.gone:
	case <-ctx.Done():
	}
}

func (b *beat) step(ev heartbeat.Event) {
	b.mu.Lock()
	before, now := b.node, b.now()
	node, actions := before.Step(now, ev)
	b.node, b.judged = node, now
	b.mu.Unlock()
	if was, is := before.PartnerState(), node.PartnerState(); is != was {
		b.partnerTurned(was, is)
	}
	b.stepped(before, node)
	for _, a := range actions {
		b.act(a)
	}
	b.prompt(node)
}

// prompt has the understudy know the next heartbeat, where it is another than
// it knows.
func (b *beat) prompt(node heartbeat.Node) {
	what, due, ok := node.Spare()
	if !ok {
		what, due = heartbeat.Beat{}, 0
	}
	if due == b.next.due && !b.next.beat.Outdated(what) {
		return
	}
	b.next.beat, b.next.due = what, due
	if !ok {
		b.understudy.learn(spare{})
		return
	}
	s := node.Settings()
	at := due + understudyPatience(s.Keepalive)
	b.understudy.learn(spare{
		due: b.start + at, late: b.start + due + (s.Deadtime-s.Keepalive)/2,
		raw: b.line.Seal(what, time.Now().Add(at-b.now())),
	})
}

func (b *beat) act(a heartbeat.Action) {
	switch a := a.(type) {
	case heartbeat.Send:
		b.send(a.Beat)
	case heartbeat.Note:
		b.events.add(noteLevel[a.Level], "partner", "", a.Text)
	case heartbeat.Gone:
		close(b.gone)
	default:
		b.mover.hand(a)
	}
}

func (b *beat) send(what heartbeat.Beat) {
	// Else it may speak just now, and be overtaken.
	b.understudy.learn(spare{})
	b.next.due = 0
	raw := b.line.Seal(what, time.Now())
	for _, p := range b.paths {
		p.send(b.events, raw)
	}
	b.beaten()
}
