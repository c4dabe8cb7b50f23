package bench

import (
	"testing"
	"time"
)

func TestNominal(t *testing.T) {
	for priority, want := range map[int]time.Duration{256: 3 * time.Second, 128: 3500 * time.Millisecond, 0: 4 * time.Second} {
		if got := second.nominal(priority); got != want {
			t.Errorf("priority %d: %s, want %s", priority, got, want)
		}
	}
}
