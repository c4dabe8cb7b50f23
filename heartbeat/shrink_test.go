package heartbeat_test

import (
	"slices"
	"testing"
	"time"

	"pacu/heartbeat"
)

// shrink returns the smallest history like h that still fails: with fewer
// happenings, by halves, quarters and so on (ddmin of Zeller and Hildebrandt,
// 2002), and in a simpler world.
func shrink(h history, fails func(history) bool) history {
	for before := -1; before != len(h.steps); {
		before = len(h.steps)
		h = simpler(h, fails)
		for size := max(len(h.steps)/2, 1); size >= 1 && len(h.steps) > 0; size /= 2 {
			for at := 0; at < len(h.steps); {
				less := h
				less.steps = slices.Delete(slices.Clone(h.steps), at, min(at+size, len(h.steps)))
				if fails(less) {
					h = less
				} else {
					at += size
				}
			}
		}
	}
	return h
}

// simpler leaves out of the world of h what is not needed for its failure.
func simpler(h history, fails func(history) bool) history {
	for _, change := range []func(*history){
		func(h *history) { h.drift = false },
		func(h *history) { h.clocksWrong = false },
		func(h *history) { h.eves = false },
		func(h *history) { h.fos = false },
		func(h *history) { h.preempt, h.syncGate = false, false },
		func(h *history) { h.syncGate = false },
		func(h *history) { h.way = 0 },
		func(h *history) { h.raise = 0 },
		func(h *history) { h.lower = 0 },
		func(h *history) { h.trouble = min(h.trouble, lastStep(*h)) },
	} {
		less := h
		change(&less)
		if fails(less) {
			h = less
		}
	}
	return h
}

// lastStep is just after the last happening, and in a world where nothing may
// go wrong after what it began.
func lastStep(h history) time.Duration {
	var at time.Duration
	if len(h.steps) > 0 {
		at = h.steps[len(h.steps)-1].at + 1
	}
	if h.calm || h.steady {
		at += 10 * h.deadtime
	}
	return at
}

// A Node that is broken on purpose is caught, and what shows it is short.
func TestShrink(t *testing.T) {
	type stepper = func(heartbeat.Node, time.Duration, heartbeat.Event) (heartbeat.Node, []heartbeat.Action)
	for _, tt := range []struct {
		name string
		step stepper
	}{
		{"deaf to active partners", func(n heartbeat.Node, now time.Duration, ev heartbeat.Event) (heartbeat.Node, []heartbeat.Action) {
			if ev, ok := ev.(heartbeat.Heard); ok && ev.Beat.Phase == heartbeat.Serving {
				return n.Step(now, heartbeat.Tick{})
			}
			return n.Step(now, ev)
		}},
		{"takes the end of a hold for its beginning", func(n heartbeat.Node, now time.Duration, ev heartbeat.Event) (heartbeat.Node, []heartbeat.Action) {
			if ev, ok := ev.(heartbeat.Hold); ok {
				return n.Step(now, heartbeat.Hold{On: !ev.On})
			}
			return n.Step(now, ev)
		}},
		{"never hands over in good order", func(n heartbeat.Node, now time.Duration, ev heartbeat.Event) (heartbeat.Node, []heartbeat.Action) {
			n, actions := n.Step(now, ev)
			return n, slices.DeleteFunc(actions, func(a heartbeat.Action) bool {
				send, ok := a.(heartbeat.Send)
				return ok && send.Beat.Phase == heartbeat.Yielding
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fails := func(h history) bool {
				w := newWorld(h)
				w.step = tt.step
				w.live()
				return w.fault != ""
			}
			for seed := uint64(1); seed < 2000; seed++ {
				h := newHistory(seed)
				if !fails(h) {
					continue
				}
				short := shrink(h, fails)
				t.Logf("seed %d: from %d happenings to %d:\n%s", seed, len(h.steps), len(short.steps), short)
				if len(short.steps) >= 6 {
					t.Errorf("shrunk to %d happenings, want fewer than 6", len(short.steps))
				}
				return
			}
			t.Error("not caught")
		})
	}
}
