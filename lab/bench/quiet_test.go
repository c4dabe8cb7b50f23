package bench

import (
	"errors"
	"testing"
	"time"
)

func TestQuiet(t *testing.T) {
	tests := []struct {
		name    string
		stalls  []time.Duration // of the attempts, in order
		spare   int
		attempt int // the one that counts, from 0
		played  int
	}{
		{"quiet", []time.Duration{300 * time.Millisecond}, 9, 0, 1},
		{"the second is quiet", []time.Duration{time.Second, 0}, 9, 1, 2},
		{"none is", []time.Duration{4 * time.Second, time.Second, 2 * time.Second, 3 * time.Second}, 9, 1, attempts},
		{"too many stalled before", []time.Duration{4 * time.Second, 2 * time.Second}, 1, 1, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := newQuiet(second, tt.spare)
			played := 0
			got, err := q.play(func() (outcome, error) {
				played++
				return outcome{lost: played - 1, stall: tt.stalls[played-1]}, nil
			})
			if err != nil || got.lost != tt.attempt || played != tt.played {
				t.Errorf("took attempt %d of %d, error %v; want %d of %d", got.lost, played, err, tt.attempt, tt.played)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := newQuiet(second, 1).play(func() (outcome, error) { return outcome{}, broken }); err != broken {
		t.Errorf("error %v, want %v", err, broken)
	}
}
