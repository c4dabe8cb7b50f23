package main

import (
	"context"
	"sync"

	"pacu/control"
	"pacu/heartbeat"
)

// A mover carries out what the heartbeat decides, one after the other, while
// heartbeats go on. To hand it work never waits.
type mover struct {
	do     actor
	events *journal
	tell   func(context.Context, heartbeat.Event) // hands the heartbeat an event

	work chan struct{} // holds one token when there are jobs

	mu   sync.Mutex
	jobs []heartbeat.Action // Activate, Deactivate, Announce
}

// An actor does what the heartbeat decides. An error of activate means that
// this router cannot serve; lesser ones it tells itself.
type actor interface {
	activate(ctx context.Context, why string) error
	deactivate(ctx context.Context, why string)
	announce(level control.Level, why string)
}

func newMover(do actor, events *journal) *mover {
	return &mover{do: do, events: events, work: make(chan struct{}, 1)}
}

func (m *mover) String() string { return "mover" }

// hand adds a job. A second Announce that waits behind one is the same.
func (m *mover) hand(a heartbeat.Action) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.jobs); n > 0 {
		_, last := m.jobs[n-1].(heartbeat.Announce)
		if _, another := a.(heartbeat.Announce); last && another {
			return
		}
	}
	m.jobs = append(m.jobs, a)
	wake(m.work)
}

func (m *mover) next() (heartbeat.Action, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.jobs) == 0 {
		return nil, false
	}
	a := m.jobs[0]
	m.jobs = m.jobs[1:]
	return a, true
}

// run works until ctx ends.
func (m *mover) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.work:
		}
		for {
			a, ok := m.next()
			if !ok {
				break
			}
			m.carryOut(ctx, a)
		}
	}
}

func (m *mover) carryOut(ctx context.Context, a heartbeat.Action) {
	switch a := a.(type) {
	case heartbeat.Activate:
		if err := m.do.activate(ctx, a.Why); err != nil {
			m.events.add(control.Error, "role", "", oneLine("", err))
			m.tell(ctx, heartbeat.Failed{Job: a.Job, Why: oneLine("", err)})
			return
		}
		m.tell(ctx, heartbeat.Raised{Job: a.Job})
	case heartbeat.Deactivate:
		m.do.deactivate(ctx, a.Why)
		m.tell(ctx, heartbeat.Lowered{Job: a.Job})
	case heartbeat.Announce:
		m.do.announce(noteLevel[a.Level], a.Why)
	}
}
