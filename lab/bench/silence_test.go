package bench

import (
	"errors"
	"testing"
	"time"

	"pacu/lab"
)

func TestSilence(t *testing.T) {
	// A request's time of sending and how long it took, in milliseconds; less
	// than 0 is a failure.
	type request struct{ at, took int }
	tests := []struct {
		name     string
		requests []request
		want     time.Duration
	}{
		{"nobody asked", nil, 0},
		{"steady", []request{{0, 1}, {10, 1}, {20, 1}}, 10 * time.Millisecond},
		{"an outage", []request{{0, 1}, {10, -1}, {1000, -1}, {2000, 1}}, 2 * time.Second},
		{"held back, then answered", []request{{0, 1}, {100, 1900}, {200, -1}, {2000, 1}}, 1999 * time.Millisecond},
		{"answers overtake each other", []request{{0, 50}, {10, 1}, {20, 1}}, 29 * time.Millisecond},
	}
	for _, tt := range tests {
		var samples []lab.Sample
		for _, r := range tt.requests {
			s := lab.Sample{At: time.UnixMilli(int64(r.at)), Took: time.Duration(r.took) * time.Millisecond}
			if r.took < 0 {
				s.Took, s.Err = time.Second, errors.New("timeout")
			}
			samples = append(samples, s)
		}
		if got := silence(samples); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
