package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"pacu/control"
	"pacu/probe"
)

// soon bounds the wait before a watcher's first probe: the verdict should come
// at once, but not from all the servers of a router in the same millisecond.
const soon = 100 * time.Millisecond

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
	last    probe.Result
	owed    bool // the kernel has not taken the present verdict
	trouble string
}

func newWatcher(c *crew, s subject, w control.Watch) *watcher {
	t := &watcher{crew: c, wake: make(chan struct{}, 1), subject: s, watch: w, check: c.newCheck(w)}
	switch set := settings(w); w.Known {
	case control.Up:
		t.machine = probe.Restore(set, c.now(), probe.Verdict{State: probe.Up, Weight: w.KnownWeight})
	case control.Down:
		t.machine = probe.Restore(set, c.now(), probe.Verdict{State: probe.Down})
	default:
		t.machine = probe.NewMachine(set)
	}
	// Where a weight was changed while nobody watched, the kernel has the old.
	t.owed = w.Known == control.Up && t.machine.Verdict().Weight != w.KnownWeight
	return t
}

// run probes until ctx ends: first at once, then within an interval, so that
// watchers started together do not stay together, then every interval.
func (t *watcher) run(ctx context.Context) {
	t.mu.Lock()
	t.crew.log.Info(fmt.Sprintf("starting LVS client monitor for %s -> %s", netip.AddrPortFrom(t.watch.Address, t.watch.Port), t.subject.real()), "service", t.subject.service, "check", t.check)
	every := interval(t.watch)
	t.mu.Unlock()
	next := time.NewTimer(rand.N(min(soon, every)))
	defer next.Stop()
	for spread := true; ; {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		case <-t.wake:
		}
		began := time.Now()
		every = t.once(ctx)
		if spread {
			every -= rand.N(every / 2)
			spread = false
		}
		next.Reset(time.Until(began.Add(every)))
	}
}

// once probes once, acts on it, and returns the interval to the next.
func (t *watcher) once(ctx context.Context) time.Duration {
	t.mu.Lock()
	check, version, to := t.check, t.version, target(t.subject.server, t.watch)
	select { // a new check starts to be used here
	case <-t.wake:
	default:
	}
	t.mu.Unlock()
	r := check.Probe(ctx, to)

	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() == nil && version == t.version { // else it says nothing about what is watched now
		t.last = r
		t.act(t.machine.Verdict().State, t.machine.Step(t.crew.now(), r.Up))
		t.crew.log.Debug("probed", "server", t.subject.real(), "service", t.subject.service, "up", r.Up, "why", r.Why)
	}
	return interval(t.watch)
}

// configure changes how the subject is watched and keeps its verdict.
func (t *watcher) configure(s subject, w control.Watch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !sameCheck(t.watch, w) {
		t.check = t.crew.newCheck(w)
		t.version++
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	// What the kernel got while the order was under way, or from pulse while
	// it held the weight, may be another's.
	t.owed = t.owed || !s.same(t.subject) || t.watch.Hold && !w.Hold
	t.subject, t.watch = s, w
	was := t.machine.Verdict().State
	if v := t.machine.Configure(settings(w)); v.Changed || t.owed {
		t.act(was, v)
	}
}

func (t *watcher) force(f probe.Force) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.machine.Verdict().State
	v := t.machine.Force(t.crew.now(), f)
	if v.Changed {
		t.last = probe.Result{Up: v.State == probe.Up, Why: "forced " + v.State.String() + " by a signal"}
		t.act(was, v)
	}
}

// act brings a verdict to the kernel, the log and pulse, in the order of their
// hurry. t.mu is held.
func (t *watcher) act(was probe.State, v probe.Verdict) {
	switch {
	case t.watch.Hold:
		t.trouble = ""
	case (v.Changed || t.owed) && v.State != probe.Untried:
		t.tellKernel(v)
	}
	switch {
	case v.State == was:
	case t.watch.Hold:
		t.crew.log.Info(fmt.Sprintf("%s is %s, but pulse holds its weight", t.subject.real(), v.State), "service", t.subject.service, "why", t.last.Why)
	case v.State == probe.Up:
		t.crew.log.Info(fmt.Sprintf("[ active ] making %s available", t.subject.real()), "service", t.subject.service, "weight", v.Weight, "why", t.last.Why)
	case v.State == probe.Down:
		t.crew.log.Warn(fmt.Sprintf("[inactive] shutting down %s due to connection failure", t.subject.real()), "service", t.subject.service, "why", t.last.Why)
	}
	t.crew.report(control.Report{
		Server: t.subject.server, Service: t.subject.service, RealPort: t.subject.realPort,
		Health: healths[v.State], Weight: v.Weight, Changed: v.Changed,
		Why: t.why(v), Took: control.Duration(t.last.Took), Trouble: t.trouble,
	})
}

// tellKernel brings a verdict to the kernel. t.mu is held.
func (t *watcher) tellKernel(v probe.Verdict) {
	err := t.crew.keep(t.subject, v)
	t.owed = err != nil
	before := t.trouble
	t.trouble = ""
	if err != nil {
		t.trouble = err.Error()
	}
	if err == nil || t.trouble != before {
		t.crew.grumble(t.trouble)
	}
}

// why explains a verdict by the last probe. A server that answers and is still
// out has to hear how long.
func (t *watcher) why(v probe.Verdict) string {
	if v.State != probe.Down || !t.last.Up {
		return t.last.Why
	}
	good, needed := t.machine.Earned()
	return fmt.Sprintf("it answers again, %d of %d good probes before it is used: %s", good, needed, t.last.Why)
}
