package main

import (
	"net/netip"
	"testing"
	"time"

	"pacu/control"
)

func TestRecord(t *testing.T) {
	ms := func(n int) control.Duration { return control.Duration(time.Duration(n) * time.Millisecond) }
	r := newRecord(post{netip.MustParseAddr("10.8.8.33"), "tcp 10.10.1.30:80", 80})
	if w := r.watching(); w.Health != control.Untried || w.Probes != 0 || w.P50 != 0 {
		t.Errorf("new: %+v", w)
	}
	next, now := 0, time.Now()
	for _, step := range []struct{ probes, p50, p99 int }{ // that many more, of 1 ms, 2 ms and so on
		{1, 1, 1}, {1, 1, 2}, {8, 5, 10}, {90, 50, 99}, {1, 51, 100}, {100, 151, 200},
	} {
		for range step.probes {
			next++
			r.take(control.Report{Health: control.Up, Weight: 3, Why: "well", Took: ms(next)}, now)
		}
		w := r.watching()
		if w.P50 != ms(step.p50) || w.P99 != ms(step.p99) || w.Took != ms(next) || w.Probes != min(next, latencies) {
			t.Errorf("after %d: p50 %v p99 %v of %d", next, w.P50, w.P99, w.Probes)
		}
	}
	r.take(control.Report{Health: control.Down, Trouble: "no such watch", Next: ms(50)}, now)
	w := r.watching()
	if w.Health != control.Down || w.P99 != ms(200) || w.Probes != latencies || w.Trouble == "" || w.Due.Sub(w.Probed) != 50*time.Millisecond {
		t.Errorf("without a probe: %+v", w)
	}
}
