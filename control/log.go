package control

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"
)

// A Log keeps the latest events and hands them to any number of readers, who
// never hold up the writer. Its methods may be called at the same time.
type Log struct {
	mu   sync.Mutex
	ring []Event // of Seq n at (n-1) % size
	size int
	last uint64        // Seq of the newest; 0 before the first
	wake chan struct{} // closed and replaced by each Add
}

// NewLog returns an empty log that keeps the latest size events, at least one.
func NewLog(size int) *Log {
	return &Log{size: max(size, 1), wake: make(chan struct{})}
}

// Add gives e its Seq, and the time if it has none, keeps it, and returns it
// as kept.
func (l *Log) Add(e Event) Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.Seq = l.last
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if len(l.ring) < l.size {
		l.ring = append(l.ring, e)
	} else {
		l.ring[(e.Seq-1)%uint64(l.size)] = e
	}
	close(l.wake)
	l.wake = make(chan struct{})
	return e
}

// After returns the kept events later than seq, oldest first. After(0) is all
// of them. A gap between seq and the first one's Seq is what was dropped.
func (l *Log) After(seq uint64) []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	if oldest := l.last - uint64(len(l.ring)); seq < oldest {
		seq = oldest
	}
	var events []Event
	for ; seq < l.last; seq++ {
		events = append(events, l.ring[seq%uint64(l.size)])
	}
	return events
}

// Wait returns when there is an event later than seq, or with ctx's error.
func (l *Log) Wait(ctx context.Context, seq uint64) error {
	for {
		l.mu.Lock()
		last, wake := l.last, l.wake
		l.mu.Unlock()
		if last > seq {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Events yields the kept events later than after, then each new one as it
// comes, until ctx ends. A reader so slow that events were dropped before it
// saw them gets an error that says which, and no more. An after that this log
// has not reached was seen in an earlier life of pulse; the reader then gets
// everything.
func (l *Log) Events(ctx context.Context, after uint64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		l.mu.Lock()
		if after > l.last {
			after = 0
		}
		after = max(after, l.last-uint64(len(l.ring))) // what went before the reader came is no fault of its
		l.mu.Unlock()
		for l.Wait(ctx, after) == nil {
			for _, e := range l.After(after) {
				if e.Seq != after+1 {
					yield(Event{}, fmt.Errorf("events %d to %d were dropped: the reader is too slow", after+1, e.Seq-1))
					return
				}
				if ctx.Err() != nil || !yield(e, nil) {
					return
				}
				after = e.Seq
			}
		}
	}
}
