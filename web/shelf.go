package web

import (
	"sync"
	"time"
)

// maxShelf bounds the things on a shelf; the oldest go first.
const maxShelf = 1000

// A shelf keeps things in memory for a short while: what must be remembered
// from one request to the next and should not be written down.
type shelf[T any] struct {
	keep time.Duration

	mu     sync.Mutex
	things map[string]shelved[T]
}

type shelved[T any] struct {
	thing T
	until time.Time
}

func newShelf[T any](keep time.Duration) *shelf[T] {
	return &shelf[T]{keep: keep, things: map[string]shelved[T]{}}
}

// put keeps thing under key, in place of what is there.
func (s *shelf[T]) put(key string, thing T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, oldest := time.Now(), ""
	for k, v := range s.things {
		if !v.until.After(now) {
			delete(s.things, k)
		} else if oldest == "" || v.until.Before(s.things[oldest].until) {
			oldest = k
		}
	}
	if len(s.things) >= maxShelf {
		delete(s.things, oldest)
	}
	s.things[key] = shelved[T]{thing, now.Add(s.keep)}
}

// look returns what is kept under key.
func (s *shelf[T]) look(key string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.things[key]
	if !ok || !v.until.After(time.Now()) {
		var none T
		return none, false
	}
	return v.thing, true
}

// take is look, after which it is gone.
func (s *shelf[T]) take(key string) (T, bool) {
	v, ok := s.look(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.things[key]; !there {
		ok = false // somebody else was quicker
	}
	delete(s.things, key)
	return v, ok
}
