package bench

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s stalls
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		began := time.Now()
		time.Sleep(time.Second)
		cancel()
		synctest.Wait()
		if got := s.longest(began); got != 0 {
			t.Errorf("an idle machine stalled for %s", got)
		}
	})
}

func TestStallsLongest(t *testing.T) {
	var s stalls
	at := time.UnixMilli(0)
	s.note(at, 2*time.Second)
	s.note(at.Add(time.Second), beat/2)
	s.note(at.Add(2*time.Second), 300*time.Millisecond)
	s.note(at.Add(3*time.Second), 200*time.Millisecond)
	for since, want := range map[time.Duration]time.Duration{
		0:               2 * time.Second,
		time.Second:     300 * time.Millisecond,
		2 * time.Second: 300 * time.Millisecond,
		3 * time.Second: 200 * time.Millisecond,
		4 * time.Second: 0,
	} {
		if got := s.longest(at.Add(since)); got != want {
			t.Errorf("longest stall since %s is %s, want %s", since, got, want)
		}
	}
}
