package main

import (
	"sync"
	"time"
)

// standstillPart is the part of a probe's limit that this process may not run
// for, and the probe's failure still be the server's.
const standstillPart = 8

// standstillLeast is what any busy machine makes a process wait, and no
// standstill.
const standstillLeast = 4 * time.Millisecond

// bearable is for how long this process may not run while a probe does that has
// limit. It is looked at as often.
func bearable(limit time.Duration) time.Duration {
	return max(limit/standstillPart, standstillLeast)
}

// A standstill measures for how long this process, or the whole machine, did
// not run while a probe did: stopped, starved of its processor, or paused with
// the virtual machine it is in. It has a timer, and counts how late that is. A
// probe that ends at once, as most do, never hears of it.
type standstill struct {
	now   func() time.Duration
	every time.Duration

	mu    sync.Mutex
	timer *time.Timer // nil: ended
	due   time.Duration
	stood time.Duration
}

// watchStandstill begins to measure, for a probe that may take limit.
func watchStandstill(now func() time.Duration, limit time.Duration) *standstill {
	s := &standstill{now: now, every: bearable(limit)}
	s.mu.Lock() // the timer may be faster than this
	defer s.mu.Unlock()
	s.due = now() + s.every
	s.timer = time.AfterFunc(s.every, s.beat)
	return s
}

func (s *standstill) beat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer == nil {
		return
	}
	s.count()
	s.timer.Reset(s.every)
}

// count takes down how late it is, and returns when that is. s.mu is held.
func (s *standstill) count() (now time.Duration) {
	now = s.now()
	s.stood += max(now-s.due, 0)
	s.due = now + s.every
	return now
}

// end ends the measuring, and tells for how long nothing ran, and when it is.
func (s *standstill) end() (stood, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = s.count()
	s.timer.Stop()
	s.timer = nil
	return s.stood, now
}
