package bench

import (
	"context"
	"sync"
	"time"
)

// beat is how often a stalls looks at the clock.
const beat = 10 * time.Millisecond

// stalls notices when the machine as a whole stood still: another program had
// the processors, or the machine's own host did. Figures of such a time say
// nothing of the systems.
type stalls struct {
	mu   sync.Mutex
	seen []stall
}

type stall struct {
	end  time.Time
	long time.Duration
}

// Run watches until ctx ends.
func (s *stalls) Run(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := time.Now()
		s.note(now, now.Sub(last)-beat)
		last = now
	}
}

// note keeps a delay that is worth it.
func (s *stalls) note(end time.Time, long time.Duration) {
	if long < beat {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, stall{end, long})
}

// longest is the longest stall that ended at or after since.
func (s *stalls) longest(since time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var long time.Duration
	for _, st := range s.seen {
		if !st.end.Before(since) {
			long = max(long, st.long)
		}
	}
	return long
}
