package main

import (
	"context"
	"sync/atomic"
)

// hands are goroutines that carry out the turns of watchers. Some stay, and keep
// the stack that they have: to grow one for each probe costs more than much of
// the probe.
type hands struct {
	turns chan func()
	idle  atomic.Int32
}

// idlers is how many hands stay.
const idlers = 4

func newHands() *hands { return &hands{turns: make(chan func())} }

// take leaves a turn to hands that have none, or carries it out, and then waits
// for others until ctx ends.
func (h *hands) take(ctx context.Context, turn func()) {
	select {
	case h.turns <- turn:
		return
	default:
	}
	for {
		turn()
		if h.idle.Add(1) > idlers {
			h.idle.Add(-1)
			return
		}
		select {
		case <-ctx.Done():
			return
		case turn = <-h.turns:
			h.idle.Add(-1)
		}
	}
}
