package main

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"pacu/control"
	"pacu/probe"
)

const (
	// soon bounds the wait before a watcher's first probe: the verdict should
	// come at once, but not from all the servers of a router in the same
	// millisecond.
	soon = 100 * time.Millisecond
	// lateness is the part of the time between probes by which one may be late
	// before it is left out.
	lateness = 4
)

// A watcher probes one subject and makes its verdicts known.
type watcher struct {
	crew *crew
	stop context.CancelFunc
	wake chan struct{} // holds one token when the check has changed

	mu      sync.Mutex // guards what follows; held while a verdict is acted on
	subject subject
	watch   control.Watch
	check   probe.Check
	version int // of check
	machine *probe.Machine
	grid    time.Duration // when a probe is due, and an interval before and after that
	due     time.Duration // the next probe, or the one under way
	last    probe.Result
	burden  *burden // nil: the weight does not follow the load
	owed    bool    // the kernel has not taken the present verdict
	trouble string
	fault   string // of this router, for which the last probe failed and the verdict stays
}

func newWatcher(c *crew, s subject, w control.Watch) *watcher {
	t := &watcher{crew: c, wake: make(chan struct{}, 1), subject: s, watch: w, check: c.newCheck(w), burden: newBurden(w, c.newLoadMonitor)}
	switch set := settings(w); w.Known {
	case control.Up:
		t.machine = probe.Restore(set, c.now(), probe.Verdict{State: probe.Up, Weight: w.KnownWeight})
	case control.Down:
		t.machine = probe.Restore(set, c.now(), probe.Verdict{State: probe.Down})
	default:
		t.machine = probe.NewMachine(set)
	}
	restoreLoad(t.machine, w)
	// Where a weight was changed while nobody watched, the kernel has the old.
	t.owed = w.Known == control.Up && t.machine.Verdict().Weight != w.KnownWeight
	return t
}

// run probes until ctx ends: first at once, then on a grid of its own, so that
// watchers started together do not stay together. While probes fail they may
// have another pace, and go back to the grid when that is over. A probe that
// cannot begin in time, for this process stood still, is left out, but never two
// in a row: what is behind should neither come in a burst nor wait for ever.
func (t *watcher) run(ctx context.Context) {
	t.mu.Lock()
	t.crew.log.Info(fmt.Sprintf("starting LVS client monitor for %s -> %s", netip.AddrPortFrom(t.watch.Address, t.watch.Port), t.subject.real()), "service", t.subject.service, "check", t.check)
	start, every := t.crew.now(), interval(t.watch)
	t.grid = start + t.crew.jitter(every)
	t.due = start + t.crew.jitter(min(soon, every))
	t.mu.Unlock()
	next := time.NewTimer(t.wait())
	defer next.Stop()
	var trail trail
	for begins := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			begins = !begins || t.inTime()
		case <-t.wake:
			begins = true
		}
		if begins {
			t.once(ctx, &trail)
		}
		next.Reset(t.wait())
	}
}

// inTime is true when a probe can begin now that was due; else it is left out.
func (t *watcher) inTime() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, every := t.crew.now(), t.machine.Pace()
	if now-t.due <= every/lateness {
		return true
	}
	t.due = probe.Next(t.due, now, every)
	return false
}

// wait is the time until the next probe is due.
func (t *watcher) wait() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(t.due-t.crew.now(), 0)
}

// plan says when the probe after the one that was due is. One that lasted until
// then, as those do that get no answer, does not cost the next. t.mu is held.
func (t *watcher) plan() {
	now, every, anchor := t.crew.now(), t.machine.Pace(), t.grid
	if every != interval(t.watch) {
		anchor = t.due
	}
	t.due = probe.Next(anchor, max(t.due, now-every/lateness), every)
}

// once probes once, and acts on it.
func (t *watcher) once(ctx context.Context, trail *trail) {
	t.askLoad(ctx)
	t.mu.Lock()
	t.due = min(t.due, t.crew.now()) // woken, it is early
	check, version, to := t.check, t.version, target(t.subject.server, t.watch)
	limit, path := patience(t.watch), pathOf(t.subject.server, t.watch)
	select { // a new check starts to be used here
	case <-t.wake:
	default:
	}
	t.mu.Unlock()
	r := t.ask(ctx, check, to, limit)
	fault := ""
	if ctx.Err() == nil {
		fault = trail.follow(t.crew.links, path, r.Up)
	}

	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() != nil || version != t.version { // it says nothing about what is watched now
		t.plan()
		return
	}
	v := t.machine.Verdict()
	was := v.State
	if t.last, t.fault = t.burden.judge(r), fault; fault == "" {
		v = t.machine.Step(t.crew.now(), t.last.Up)
	}
	t.plan()
	t.act(was, v)
	t.crew.log.Debug("probed", "server", t.subject.real(), "service", t.subject.service, "up", r.Up, "why", r.Why)
}

// ask probes. A failure for which this process did not run is no evidence of
// the server's: it is asked again at once, though no more than once.
func (t *watcher) ask(ctx context.Context, check probe.Check, to probe.Target, limit time.Duration) probe.Result {
	still := watchStandstill(t.crew.now, limit)
	r := check.Probe(ctx, to)
	stood := still.end()
	if r.Up || stood <= limit/standstillPart || ctx.Err() != nil {
		return r
	}
	t.crew.log.Debug("asking again, for nothing ran here meanwhile", "server", to.String(), "for", stood, "why", r.Why)
	return check.Probe(ctx, to)
}

// configure changes how the subject is watched and keeps its verdict.
func (t *watcher) configure(s subject, w control.Watch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !sameCheck(t.watch, w) {
		t.check = t.crew.newCheck(w)
		t.version++
		t.hurry()
	}
	// What the kernel got while the order was under way, or from pulse while
	// it held the weight, may be another's.
	t.owed = t.owed || !s.same(t.subject) || t.watch.Hold && !w.Hold
	t.configureLoad(w)
	t.subject, t.watch = s, w
	was, pace := t.machine.Verdict().State, t.machine.Pace()
	v := t.machine.Configure(settings(w))
	if t.machine.Pace() != pace {
		t.hurry()
	}
	if v.Changed || t.owed {
		t.act(was, v)
	}
}

// hurry has the next probe begin now.
func (t *watcher) hurry() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *watcher) force(f probe.Force) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.machine.Verdict().State
	v := t.machine.Force(t.crew.now(), f)
	if v.Changed {
		t.fault = ""
		t.last = probe.Result{Up: v.State == probe.Up, Why: "forced " + v.State.String() + " by a signal"}
		t.act(was, v)
	}
}
