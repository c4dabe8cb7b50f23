package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// TestCounts: no probe is counted twice, and none is missing, though not each of
// them is reported.
func TestCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		w := watchWWW(1)
		w.Interval = control.Duration(second) // of those that pass, pulse hears every other
		b.take(order(w))
		time.Sleep(60 * second)
		b.server.set(false)
		time.Sleep(20 * second)
		b.server.set(true)
		time.Sleep(21 * second)
		b.router.set("eth1", "eth1", "is down")
		b.server.set(false)
		time.Sleep(10 * second)
		b.wait()

		var got control.ProbeCounts
		for _, r := range b.reports {
			got = got.Plus(r.Probes)
		}
		probes := uint64(b.server.count())
		want := control.ProbeCounts{Passed: probes - 30, Failed: 20, Cut: 10, Took: control.Duration(probes) * control.Duration(ms)}
		if diff := cmp.Diff(want, got); diff != "" || len(b.reports) >= int(probes) {
			t.Errorf("of %d probes in %d reports (-want +got):\n%s", probes, len(b.reports), diff)
		}
	})
}

// TestCountsWait: a report that replaces another takes its counts over.
func TestCountsWait(t *testing.T) {
	r := newReporter()
	r.add(control.Report{Service: "a", Probes: control.ProbeCounts{Passed: 2, Took: 5}})
	r.add(control.Report{Service: "a", Probes: control.ProbeCounts{Failed: 1, Took: 7}})
	got, _ := r.next()
	want := control.ProbeCounts{Passed: 2, Failed: 1, Took: 12}
	if diff := cmp.Diff(want, got.Probes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
