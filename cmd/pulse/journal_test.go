package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"pacu/control"
)

// A slowLog takes a line when it is allowed to.
type slowLog struct {
	slog.Handler
	allow chan struct{}
	lines []string
}

func (l *slowLog) Enabled(context.Context, slog.Level) bool { return true }

func (l *slowLog) Handle(_ context.Context, r slog.Record) error {
	<-l.allow
	l.lines = append(l.lines, r.Message)
	return nil
}

// A log that hangs holds nobody up; what it missed is counted, and events are
// kept all the same.
func TestJournalNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &slowLog{allow: make(chan struct{})}
		j := newJournal(slog.New(log))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- j.run(ctx) }()
		synctest.Wait()
		for i := range linesWaiting + 11 {
			j.add(control.Info, "role", "", fmt.Sprint("line ", i))
			synctest.Wait() // the first is in the writer's hands
		}
		if got := j.kept.After(0); len(got) != eventsKept {
			t.Errorf("%d events are kept, want %d", len(got), eventsKept)
		}
		close(log.allow)
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if log.lines[0] != "line 0" || !strings.Contains(log.lines[1], "10 lines are lost") {
			t.Errorf("the log begins with %q", log.lines[:2])
		}
	})
}

// Pulse ends though its log hangs.
func TestJournalFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &slowLog{allow: make(chan struct{})}
		j := newJournal(slog.New(log))
		j.add(control.Info, "role", "", "last words")
		j.flush() // returns, or the test hangs
		close(log.allow)
		synctest.Wait()
		if len(log.lines) != 1 {
			t.Errorf("wrote %q", log.lines)
		}
		j.add(control.Info, "role", "", "one more")
		j.flush()
		if len(log.lines) != 2 {
			t.Errorf("wrote %q", log.lines)
		}
	})
}
