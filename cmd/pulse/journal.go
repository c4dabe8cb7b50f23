package main

import (
	"context"
	"log/slog"

	"pacu/control"
)

// eventsKept are those that a console opened later still sees.
const eventsKept = 500

// A journal writes what happens to the log, and keeps it as events for the
// control socket: one and the same line in both.
type journal struct {
	log  *slog.Logger
	kept *control.Log
}

func newJournal(log *slog.Logger) *journal {
	return &journal{log: log, kept: control.NewLog(eventsKept)}
}

var slogLevel = map[control.Level]slog.Level{
	control.Info: slog.LevelInfo, control.Warning: slog.LevelWarn, control.Error: slog.LevelError,
}

// add records that message happened to object; attrs are for the log alone.
func (j *journal) add(level control.Level, kind, object, message string, attrs ...any) {
	j.log.Log(context.Background(), slogLevel[level], message, attrs...)
	j.kept.Add(control.Event{Level: level, Kind: kind, Object: object, Message: message})
}
