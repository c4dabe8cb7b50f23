package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// A beat runs the heartbeat: it feeds the pure machine of package heartbeat
// with packets, time and wishes, and carries out what the machine decides.
type beat struct {
	do     actor
	events *journal
	force  bool // start as the active router
	resume bool // an earlier pulse served here until just now
	start  time.Time

	heard chan heardMessage
	wish  chan heartbeat.Event
	moved chan pathChange
	gone  chan struct{} // closed when a leave is finished

	mu    sync.Mutex
	node  heartbeat.Node
	paths []*path
}

// An actor does what the machine decides.
type actor interface {
	activate(why string) error
	deactivate(why string) error
	announce(why string)
	// beaten says that a heartbeat went out.
	beaten()
}

type heardMessage struct {
	from *path
	m    heartbeat.Message
}

type path struct {
	*heartbeat.Path
	spec pathSpec
	mu   sync.Mutex
	err  error // of the last send
}

type pathChange struct {
	site *site
	done chan error
}

func newBeat(s *site, force, resume bool, do actor, events *journal) (*beat, error) {
	b := &beat{
		do: do, events: events, force: force, resume: resume, start: time.Now(),
		heard: make(chan heardMessage, 64), wish: make(chan heartbeat.Event),
		moved: make(chan pathChange), gone: make(chan struct{}),
	}
	paths, err := openPaths(s.paths)
	if err != nil {
		return nil, err
	}
	b.paths = paths
	b.node = heartbeat.NewNode(0, s.heartbeat(force, resume))
	return b, nil
}

func openPaths(specs []pathSpec) ([]*path, error) {
	var paths []*path
	for _, spec := range specs {
		p, err := heartbeat.Listen(spec.local, spec.remote, spec.name)
		if err != nil {
			closePaths(paths)
			return nil, fmt.Errorf("heartbeat path %s: %w", spec.name, err)
		}
		paths = append(paths, &path{Path: p, spec: spec})
	}
	return paths, nil
}

func closePaths(paths []*path) {
	for _, p := range paths {
		p.Close()
	}
}

func (b *beat) String() string { return "heartbeat" }

// run beats until ctx ends. It gives nothing up by itself: leave does that.
func (b *beat) run(ctx context.Context) error {
	var receivers sync.WaitGroup
	defer receivers.Wait()
	listen := func() {
		for _, p := range b.paths {
			receivers.Go(func() { b.receive(ctx, p) }) // until p is closed
		}
	}
	listen()
	defer func() { closePaths(b.paths) }()

	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		b.mu.Lock()
		next := b.node.Next() - time.Since(b.start)
		b.mu.Unlock()
		timer.Reset(max(next, 0))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			b.step(heartbeat.Tick{})
		case h := <-b.heard:
			if i := slices.Index(b.paths, h.from); i >= 0 {
				b.step(heartbeat.Heard{Path: i, Beat: heartbeat.Beat{Message: h.m}})
			}
		case w := <-b.wish:
			b.step(w)
		case c := <-b.moved:
			err := b.move(c.site)
			listen()
			b.step(heartbeat.Configure{Settings: c.site.heartbeat(b.force, b.resume)})
			c.done <- err
		}
	}
}

func (b *beat) receive(ctx context.Context, p *path) {
	err := p.Run(ctx, func(raw []byte, _ time.Time) error {
		m, err := heartbeat.Parse(raw)
		if err != nil {
			return err
		}
		select {
		case b.heard <- heardMessage{p, m}:
		case <-ctx.Done():
		}
		return nil
	}, func(line string) { b.events.add(control.Warning, "partner", p.spec.name, line) })
	if err != nil && ctx.Err() == nil {
		b.events.add(control.Error, "partner", p.spec.name, fmt.Sprintf("heartbeat path %s is deaf: %v", p.spec.name, err))
	}
}

// move replaces the paths by those of s; where they cannot be opened the old
// ones come back.
func (b *beat) move(s *site) error {
	old := make([]pathSpec, len(b.paths))
	for i, p := range b.paths {
		old[i] = p.spec
	}
	closePaths(b.paths) // an address and port cannot be bound twice
	paths, err := openPaths(s.paths)
	if err != nil {
		var again error
		if paths, again = openPaths(old); again != nil {
			err = errors.Join(err, again)
		}
	}
	b.mu.Lock()
	b.paths = paths
	b.mu.Unlock()
	return err
}

// reconfigure takes the settings and paths of s; paths are opened anew only
// where they changed. On an error the old ones stay.
func (b *beat) reconfigure(ctx context.Context, s *site) error {
	b.mu.Lock()
	same := slices.EqualFunc(b.paths, s.paths, func(p *path, spec pathSpec) bool { return p.spec == spec })
	b.mu.Unlock()
	if same {
		b.tell(ctx, heartbeat.Configure{Settings: s.heartbeat(b.force, b.resume)})
		return nil
	}
	c := pathChange{s, make(chan error, 1)}
	select {
	case b.moved <- c:
		return <-c.done
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tell hands the machine an event.
func (b *beat) tell(ctx context.Context, ev heartbeat.Event) {
	select {
	case b.wish <- ev:
	case <-ctx.Done():
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
	node, actions := b.node.Step(time.Since(b.start), ev)
	b.node = node
	b.mu.Unlock()
	var answers []heartbeat.Event
	for _, a := range actions {
		b.act(a)
		switch a := a.(type) {
		case heartbeat.Activate:
			answers = append(answers, heartbeat.Raised{Job: a.Job})
		case heartbeat.Deactivate:
			answers = append(answers, heartbeat.Lowered{Job: a.Job})
		}
	}
	for _, answer := range answers {
		b.step(answer)
	}
}

func (b *beat) act(a heartbeat.Action) {
	switch a := a.(type) {
	case heartbeat.Send:
		b.send(a.Beat.Message)
	case heartbeat.Activate:
		if err := b.do.activate(a.Why); err != nil {
			b.events.add(control.Error, "address", "", err.Error())
		}
	case heartbeat.Deactivate:
		if err := b.do.deactivate(a.Why); err != nil {
			b.events.add(control.Error, "address", "", err.Error())
		}
	case heartbeat.Announce:
		b.do.announce(a.Why)
	case heartbeat.Note:
		b.events.add(noteLevel[a.Level], "partner", "", a.Text)
	case heartbeat.Gone:
		close(b.gone)
	}
}

func (b *beat) send(m heartbeat.Message) {
	b.mu.Lock()
	paths := b.paths
	b.mu.Unlock()
	for _, p := range paths {
		err := p.Send(m.Append(nil))
		p.mu.Lock()
		was := p.err
		p.err = err
		p.mu.Unlock()
		if err != nil && (was == nil || was.Error() != err.Error()) {
			b.events.add(control.Warning, "partner", p.spec.name, fmt.Sprintf("heartbeat path %s: %v", p.spec.name, err))
		}
	}
	b.do.beaten()
}
