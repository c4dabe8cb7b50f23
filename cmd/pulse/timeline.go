package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"pacu/control"
)

const (
	takeoversKept = 10
	// The first request after a takeover is looked for closely at first.
	servedClosely = 2 * time.Second
	servedOften   = 10 * time.Millisecond
	servedSeldom  = 250 * time.Millisecond
	servedAtMost  = time.Minute
	servedShare   = 10 // of the time, where counting itself takes long
)

// A timeline writes down the changes of role, step by step, and keeps the
// latest. One change at a time is open; it closes, with a line in the log, when
// the role is settled and, of a takeover, the first request was served.
type timeline struct {
	served func() (uint64, error) // connections so far; nil: there is nothing to count
	slow   func() bool            // served takes its time
	log    func(level control.Level, kind, object, message string, attrs ...any)

	due chan struct{} // holds one token when a takeover began

	mu     sync.Mutex
	counts control.Counts // of changes of role alone
	open   *takeover
	kept   []control.Takeover // closed, the last one first
}

func newTimeline(served func() (uint64, error), slow func() bool, log func(level control.Level, kind, object, message string, attrs ...any)) *timeline {
	return &timeline{served: served, slow: slow, log: log, due: make(chan struct{}, 1)}
}

func (l *timeline) String() string { return "timeline" }

// begin opens a change of role: this router is going to be active, with
// addresses to bring up, or standby. heard is when each heartbeat path was
// heard last; zero is never. One that is open is closed as it is.
func (l *timeline) begin(to control.State, why string, addresses int, heard map[string]time.Time) {
	t := &takeover{Takeover: control.Takeover{Began: time.Now(), To: to, Why: why}, of: addresses}
	if to == control.Active && l.served != nil {
		t.counting = true
		if !l.slow() { // else addresses would wait for it
			n, err := l.served()
			l.counted(t, n, err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(heard)) {
		at := heard[path]
		if at.IsZero() {
			t.add(t.Began, "no heartbeat was ever heard on path "+path)
			continue
		}
		t.add(at, "last heartbeat on path "+path)
		if at.After(t.heard) {
			t.heard = at
		}
	}
	t.add(t.Began, "decided to be "+string(to)+": "+why)

	l.mu.Lock()
	defer l.mu.Unlock()
	l.shut()
	l.open = t
	if to == control.Active {
		l.counts.Actives++
	} else {
		l.counts.Standbys++
	}
	wake(l.due)
}

// counted takes in how many connections there are; the first time it is how
// many there were before t.
func (l *timeline) counted(t *takeover, n uint64, err error) {
	switch {
	case err != nil:
		t.counting = false
		if !errors.Is(err, os.ErrNotExist) {
			l.log(control.Warning, "role", "", "the first request after this takeover will not be seen: "+err.Error())
		}
	case t.based && n > t.base:
		t.answered, t.counting = time.Now(), false
		t.add(t.answered, "the first request is served")
	default:
		t.base, t.based = n, true // it may have been set to zero
	}
}

// note writes down a step.
func (l *timeline) note(what string) {
	l.step(func(t *takeover, now time.Time) { t.add(now, what) })
}

// up says that n more addresses are up.
func (l *timeline) up(n int) {
	l.step(func(t *takeover, now time.Time) {
		if t.up == 0 && n > 0 {
			t.first = now
			if t.of > 1 {
				t.add(now, "the first address is up")
			}
		}
		t.up += n
	})
}

// over says that all addresses are up that will be, or all are down.
func (l *timeline) over() {
	l.step(func(t *takeover, now time.Time) {
		if t.To == control.Standby {
			t.down = now
			t.add(now, "no address is left here")
			return
		}
		t.all, t.raised = now, true
		switch {
		case t.up != t.of:
			t.add(now, fmt.Sprintf("%d of %d addresses are up", t.up, t.of))
		case t.of == 1:
			t.add(now, "the address is up")
		default:
			t.add(now, fmt.Sprintf("all %d addresses are up", t.of))
		}
	})
}

// announced says that n more addresses were announced for the first time, the
// first of them and the last of them when.
func (l *timeline) announced(n int, first, last time.Time) {
	l.step(func(t *takeover, _ time.Time) {
		if n == 0 || last.Before(t.Began) {
			return // of a change before
		}
		if t.told == 0 && t.of > 1 {
			t.add(first, "the first address is announced")
		}
		t.told, t.last = t.told+n, last
	})
}

// step changes the open takeover, and closes it when it is complete.
func (l *timeline) step(f func(t *takeover, now time.Time)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		return
	}
	f(l.open, time.Now())
	l.open.conclude()
	if l.open.complete() {
		l.shut()
	}
}

// shut closes the open change of role, if there is one. l.mu is held.
func (l *timeline) shut() {
	if l.open == nil {
		return
	}
	l.kept = slices.Insert(l.kept, 0, l.open.sorted())
	l.kept = l.kept[:min(len(l.kept), takeoversKept)]
	l.log(control.Info, "role", "", l.open.summary())
	l.open = nil
}

// changes counts the changes of role so far, and nothing else.
func (l *timeline) changes() control.Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// state are the latest changes of role, the last one first.
func (l *timeline) state() []control.Takeover {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := slices.Clone(l.kept) // their steps do not change any more
	if l.open != nil {
		list = slices.Insert(list, 0, l.open.sorted())
	}
	return list[:min(len(list), takeoversKept)]
}

// run looks for the first request after each takeover, until ctx ends.
func (l *timeline) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.due:
		}
		l.mu.Lock()
		t := l.open
		counting := t != nil && t.counting
		l.mu.Unlock()
		if counting {
			l.watch(ctx, t)
		}
	}
}

// watch counts until the first request after t, another change of role, or the
// end of patience.
func (l *timeline) watch(ctx context.Context, t *takeover) {
	pause := servedOften
	if !t.based {
		pause = 0
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.due:
			wake(l.due)
			return
		case <-time.After(pause):
		}
		began := time.Now()
		n, err := l.served()
		pause = servedOften
		if began.Sub(t.Began) >= servedClosely {
			pause = servedSeldom
		}
		pause = max(pause, servedShare*time.Since(began))
		more := false
		l.step(func(open *takeover, now time.Time) {
			if open != t {
				return
			}
			l.counted(t, n, err)
			t.counting = t.counting && now.Sub(t.Began) < servedAtMost
			more = t.counting
		})
		if !more {
			return
		}
	}
}
