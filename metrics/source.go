package metrics

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pacu/control"
)

const (
	// fresh is how long an answer of pulse is used again: several Prometheus
	// servers scrape the same router, and a large state costs pulse half a
	// second.
	fresh = time.Second
	// askLimit is how long a scrape waits for pulse; Prometheus gives it 10 s
	// by default.
	askLimit = 5 * time.Second
)

// A Pulse is what metrics ask of pulse; *control.Client is one.
type Pulse interface {
	// Snapshot returns pulse's state of this moment, or why there is none.
	Snapshot(ctx context.Context) (*control.Snapshot, error)
}

// An answer is what pulse said, or why it did not.
type answer struct {
	snapshot *control.Snapshot
	err      error
	came     time.Time
	took     time.Duration
}

// A source asks pulse for all scrapes, one question at a time.
type source struct {
	pulse Pulse

	mu     sync.Mutex
	last   answer
	asking chan struct{} // closed when the question under way is answered; nil: there is none
}

// ask returns an answer that is at most fresh old, within askLimit. Who leaves
// early does not end the question: others wait for it too.
func (s *source) ask(ctx context.Context) answer {
	began := time.Now()
	s.mu.Lock()
	if !s.last.came.IsZero() && began.Sub(s.last.came) < fresh {
		defer s.mu.Unlock()
		return s.last
	}
	if s.asking == nil {
		s.asking = make(chan struct{})
		go s.question(context.WithoutCancel(ctx), s.asking)
	}
	answered := s.asking
	s.mu.Unlock()

	limit := time.NewTimer(askLimit)
	defer limit.Stop()
	var err error
	select {
	case <-answered:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.last
	case <-limit.C:
		err = fmt.Errorf("pulse did not answer within %s", askLimit)
	case <-ctx.Done():
		err = ctx.Err()
	}
	return answer{err: err, came: time.Now(), took: time.Since(began)}
}

// question asks pulse, and wakes who waits.
func (s *source) question(ctx context.Context, answered chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	began := time.Now()
	snapshot, err := s.pulse.Snapshot(ctx)
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = answer{snapshot: snapshot, err: err, came: now, took: now.Sub(began)}
	s.asking = nil
	close(answered)
}
