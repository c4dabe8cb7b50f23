package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/heartbeat"
)

// A fakeActor writes down what it is asked, and waits where it is told to.
type fakeActor struct {
	did  []string
	fail error
	wait chan struct{} // nil: it does not
}

func (a *fakeActor) activate(_ context.Context, why string) error {
	if a.wait != nil {
		<-a.wait
	}
	a.did = append(a.did, "activate: "+why)
	return a.fail
}

func (a *fakeActor) deactivate(_ context.Context, why string) {
	a.did = append(a.did, "deactivate: "+why)
}

func (a *fakeActor) announce(_ control.Level, why string) { a.did = append(a.did, "announce: "+why) }

// Work is done in order, beside the one who hands it over, and each end is
// told with its job.
func TestMover(t *testing.T) {
	for _, tt := range []struct {
		name  string
		hand  []heartbeat.Action
		fail  error
		did   []string
		tells []heartbeat.Event
	}{
		{"a takeover", []heartbeat.Action{heartbeat.Activate{Job: 1, Why: "dead"}}, nil,
			[]string{"activate: dead"}, []heartbeat.Event{heartbeat.Raised{Job: 1}}},
		{"given up at once", []heartbeat.Action{heartbeat.Activate{Job: 1, Why: "dead"}, heartbeat.Deactivate{Job: 2, Why: "alive"}}, nil,
			[]string{"activate: dead", "deactivate: alive"}, []heartbeat.Event{heartbeat.Raised{Job: 1}, heartbeat.Lowered{Job: 2}}},
		{"it cannot", []heartbeat.Action{heartbeat.Activate{Job: 3, Why: "dead"}}, errors.New("nginx does not start"),
			[]string{"activate: dead"}, []heartbeat.Event{heartbeat.Failed{Job: 3, Why: "nginx does not start"}}},
		{"announcements that wait are one", []heartbeat.Action{
			heartbeat.Activate{Job: 1, Why: "dead"}, heartbeat.Announce{Why: "a"}, heartbeat.Announce{Why: "b"}, heartbeat.Deactivate{Job: 2, Why: "alive"},
		}, nil, []string{"activate: dead", "announce: a", "deactivate: alive"}, []heartbeat.Event{heartbeat.Raised{Job: 1}, heartbeat.Lowered{Job: 2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				do := &fakeActor{fail: tt.fail, wait: make(chan struct{})}
				var told []heartbeat.Event
				m := newMover(do, newJournal(slog.New(slog.NewTextHandler(io.Discard, nil))))
				m.tell = func(_ context.Context, ev heartbeat.Event) { told = append(told, ev) }
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- m.run(ctx) }()
				for _, a := range tt.hand {
					m.hand(a) // does not wait for the actor, who waits for us
					if _, first := a.(heartbeat.Activate); first {
						synctest.Wait()
					}
				}
				close(do.wait)
				synctest.Wait()
				stop()
				if err := <-done; err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(tt.did, do.did); diff != "" {
					t.Errorf("did (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.tells, told); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
			})
		})
	}
}
