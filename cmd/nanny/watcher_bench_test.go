package main

import (
	"context"
	"log/slog"
	"testing"

	"pacu/control"
	"pacu/probe"
)

// atOnce is a check that costs nothing.
type atOnce bool

func (a atOnce) Probe(context.Context, probe.Target) probe.Result { return probe.Result{Up: bool(a)} }
func (a atOnce) String() string                                   { return "at once" }

// BenchmarkWatcher is what a probe costs besides the check: of a server that is
// well, and of one that is not.
func BenchmarkWatcher(b *testing.B) {
	for name, check := range map[string]atOnce{"up": true, "down": false} {
		b.Run(name, func(b *testing.B) {
			c := newCrew(b.Context(), slog.New(slog.DiscardHandler), weigh(frozen{}))
			c.newCheck = func(control.Watch) probe.Check { return check }
			s, err := newSubject(server, watchWWW(1))
			if err != nil {
				b.Fatal(err)
			}
			w := newWatcher(c, s, watchWWW(1))
			var trail trail
			b.ReportAllocs()
			for b.Loop() {
				w.once(b.Context(), &trail, c.now())
			}
		})
	}
}
