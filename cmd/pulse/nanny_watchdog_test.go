package main

import (
	"testing"
	"time"

	"pacu/control"
)

// TestWatchdog has time pass in steps: a tick each second is time in which the
// nanny could have spoken, a tick after half a minute is pulse's own sleep.
func TestWatchdog(t *testing.T) {
	const second = time.Second
	// From tick to tick, or what goes on between them.
	const report, done = -1, -2 // pulse is done with the report
	for _, tt := range []struct {
		name  string
		steps []time.Duration
		hangs bool
	}{
		{"silent", []time.Duration{second, second, second, second, second, second, second, second}, true},
		{"not yet", []time.Duration{second, second, second, second, second, second, second}, false},
		{"it spoke", []time.Duration{second, second, second, second, second, second, report, done, second, second}, false},
		{"all stood still", []time.Duration{second, 30 * second, second}, false},
		{"and again", []time.Duration{30 * second, 30 * second, 30 * second, 30 * second}, true},
		{"pulse is busy", []time.Duration{second, report, second, second, second, second, second, second, second, second, second}, false},
		{"silent after that", []time.Duration{report, 9 * second, done, second, second, second, second, second, second, second, second}, true},
		{"not yet after that", []time.Duration{report, 9 * second, done, second, second, second, second, second, second, second}, false},
		{"silent after a standstill", []time.Duration{30 * second, second, second, second, second, second, second}, true},
	} {
		now := time.Unix(1e9, 0)
		d := watchdog{patience: 2 * second}
		d.begin(now)
		var hangs bool
		for _, step := range tt.steps {
			switch step {
			case report:
				d.heard()
			case done:
				d.listens()
			default:
				now = now.Add(step)
				_, hangs = d.tick(now)
			}
		}
		if hangs != tt.hangs {
			t.Errorf("%s: hangs %v after %v", tt.name, hangs, d.silence)
		}
	}
}

func TestPatience(t *testing.T) {
	s := func(n int) control.Duration { return control.Duration(time.Duration(n) * time.Second) }
	for _, tt := range []struct {
		w    control.Watch
		want int
	}{
		{control.Watch{Interval: s(6), Checks: []control.Check{{}}}, 24},
		{control.Watch{Interval: s(6), Retry: s(10), Checks: []control.Check{{Timeout: s(3)}, {}}}, 38},
		{control.Watch{Interval: s(6), Retry: s(1), Checks: []control.Check{{Timeout: s(1)}}}, 14},
	} {
		if got := patience(tt.w); got != time.Duration(s(tt.want)) {
			t.Errorf("%+v: %v, want %ds", tt.w, got, tt.want)
		}
	}
}
