package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"pacu/control"
)

const (
	// eventsKept are those that a console opened later still sees.
	eventsKept = 500
	// linesWaiting bounds what waits for a log that does not take it: a disk
	// that hangs must not stop a takeover. What does not fit is counted.
	linesWaiting = 8192
	// flushWithin bounds how long pulse's end waits for the log.
	flushWithin = 2 * time.Second
)

// A journal writes what happens to the log, and keeps it as events for the
// control socket: one and the same line in both. To add never waits.
type journal struct {
	log   *slog.Logger
	kept  *control.Log
	lines chan slog.Record
	lost  atomic.Uint64 // lines that the log did not take in time
}

// newJournal returns a journal whose lines are written until close.
func newJournal(log *slog.Logger) *journal {
	return &journal{log: log, kept: control.NewLog(eventsKept), lines: make(chan slog.Record, linesWaiting)}
}

var slogLevel = map[control.Level]slog.Level{
	control.Info: slog.LevelInfo, control.Warning: slog.LevelWarn, control.Error: slog.LevelError,
}

// add records that message happened to object; attrs are for the log alone.
func (j *journal) add(level control.Level, kind, object, message string, attrs ...any) {
	r := slog.NewRecord(time.Now(), slogLevel[level], message, 0)
	r.Add(attrs...)
	select {
	case j.lines <- r:
	default:
		j.lost.Add(1)
	}
	j.kept.Add(control.Event{Time: r.Time, Level: level, Kind: kind, Object: object, Message: message})
}

func (j *journal) String() string { return "journal" }

// run writes the lines as they come, until ctx ends.
func (j *journal) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case r := <-j.lines:
			j.write(r)
		}
	}
}

// flush writes what waits, unless that takes too long: the process is to end.
func (j *journal) flush() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case r := <-j.lines:
				j.write(r)
			default:
				return
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(flushWithin):
	}
}

func (j *journal) write(r slog.Record) {
	// A record that cannot be written has nowhere to be told of.
	h := j.log.Handler()
	if !h.Enabled(context.Background(), r.Level) {
		return
	}
	_ = h.Handle(context.Background(), r)
	if n := j.lost.Swap(0); n > 0 {
		lost := slog.NewRecord(time.Now(), slog.LevelWarn, fmt.Sprintf("the log was too slow: %d lines are lost", n), 0)
		_ = h.Handle(context.Background(), lost)
	}
}
