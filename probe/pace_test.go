package probe

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestNext(t *testing.T) {
	for _, tt := range []struct{ anchor, now, every, want time.Duration }{
		{0, 0, 10, 10},
		{3, 3, 10, 13},
		{3, 12, 10, 13},
		{3, 13, 10, 23},
		{3, 14, 10, 23},
		{3, 999, 10, 1003}, // what was missed is not made up for
		{3, 0, 10, 3},      // before the grid's anchor
		{13, 3, 10, 13},
		{0, 5, 1, 6},
	} {
		if got := Next(tt.anchor, tt.now, tt.every); got != tt.want {
			t.Errorf("Next(%d, %d, %d) = %d, want %d", tt.anchor, tt.now, tt.every, got, tt.want)
		}
	}
}

// Probes that are late keep the grid for ever, whatever pace they had between.
func TestNextKeepsTheGrid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		anchor := time.Duration(r.Int64N(int64(time.Minute)))
		every := time.Millisecond + time.Duration(r.Int64N(int64(time.Minute)))
		now := anchor
		for range 100 {
			now += time.Duration(r.Int64N(int64(3 * every)))
			due := Next(anchor, now, every)
			if due <= now || due > now+every || (due-anchor)%every != 0 {
				t.Fatalf("Next(%d, %d, %d) = %d", anchor, now, every, due)
			}
			now = due
		}
	}
}
