package web

import (
	"testing"
	"time"

	"pacu/store"
)

// TestTimeLeft has the clock set while lvsgui was not running and a change
// waited.
func TestTimeLeft(t *testing.T) {
	began := time.Unix(1_800_000_000, 0)
	p := store.Pending{Began: began, Deadline: began.Add(5 * time.Minute)}
	for _, tt := range []struct {
		name string
		now  time.Duration // since Began, by the wall clock
		left time.Duration
	}{
		{"as it was", time.Minute, 4 * time.Minute},
		{"at once", 0, 5 * time.Minute},
		{"hours back", -7 * time.Hour, 5 * time.Minute},
		{"hours ahead", 7 * time.Hour, 5*time.Minute - 7*time.Hour}, // it is over
	} {
		now := began.Add(tt.now)
		if got := timeLeft(p, now).Sub(now); got != tt.left {
			t.Errorf("%s: %v are left, want %v", tt.name, got, tt.left)
		}
	}
	now := time.Now() // with the monotonic clock, as the deadline has it then
	p = store.Pending{Began: now.Round(0), Deadline: now.Round(0).Add(time.Minute)}
	if until := timeLeft(p, now); until == until.Round(0) {
		t.Error("the deadline goes by the wall clock")
	}
}
