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
	// slots is how many times there are in an interval at which a watcher may
	// probe. Those of one nanny share them: to wake for each of its servers
	// costs several times what the probe does.
	slots = 16
)

// A watcher probes one subject and makes its verdicts known.
type watcher struct {
	crew *crew
	stop context.CancelFunc

	trail  trail // of the turn alone, as is begins
	begins bool  // the last turn was a probe, or is one; else it was left out

	mu      sync.Mutex // guards what follows; held while a verdict is acted on
	subject subject
	watch   control.Watch
	check   probe.Check
	version int // of check
	machine *probe.Machine
	grid    time.Duration // when a probe is due, and an interval before and after that
	due     time.Duration // the next probe, or the one under way
	alarm   *time.Timer   // starts a turn
	turning bool
	hurried bool // the next probe is due at once, for what to do has changed
	last    probe.Result
	burden  *burden // nil: the weight does not follow the load
	owed    bool    // the kernel has not taken the present verdict
	trouble string
	fault   string              // of this router, for which the last probe failed and the verdict stays
	probes  control.ProbeCounts // that pulse was not told of yet

	told  time.Duration // when pulse was last told
	plain bool          // that it is up as before, and no more
}

func newWatcher(c *crew, s subject, w control.Watch) *watcher {
	t := &watcher{crew: c, subject: s, watch: w, check: c.newCheck(w), burden: newBurden(w, c.newLoadMonitor)}
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

// begin has the watcher probe until ctx ends: first at once, then on a grid of
// its own, so that watchers started together do not stay together. While probes
// fail they may have another pace, and go back to the grid when that is over. A
// probe that cannot begin in time, for this process stood still, is left out,
// but never two in a row: what is behind should neither come in a burst nor wait
// for ever.
//
// Between its probes a watcher is a timer and no more: the stack of a goroutine
// that waits would be most of what it costs.
func (t *watcher) begin(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.crew.log.Info(fmt.Sprintf("starting LVS client monitor for %s -> %s", netip.AddrPortFrom(t.watch.Address, t.watch.Port), t.subject.real()), "service", t.subject.service, "check", t.check)
	start, every := t.crew.now(), interval(t.watch)
	t.grid = t.crew.jitter(every) / (every / slots) * (every / slots)
	t.due = start + t.crew.jitter(min(soon, every))
	turn := func() {
		defer t.crew.tasks.Done()
		t.turn(ctx)
	}
	t.alarm = time.AfterFunc(t.due-start, func() {
		if t.crew.enter() {
			t.crew.hands.take(t.crew.ctx, turn)
		}
	})
}

// end is after ctx ended: there will be no more probes.
func (t *watcher) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.alarm.Stop()
}

// turn is what the alarm starts: a probe, where one can begin. The clock is read
// as seldom as can be: on some machines that takes longer than all the rest.
func (t *watcher) turn(ctx context.Context) {
	if ctx.Err() != nil {
		return // an alarm that went off as the watcher ended
	}
	now := t.crew.now()
	if !t.ready(now) {
		return
	}
	if t.begins {
		now = t.once(ctx, &t.trail, now)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turning = false
	if ctx.Err() == nil {
		t.alarm.Reset(t.wait(now))
	}
}

// ready takes the turn unless another has it already, or it is too early: an
// alarm that was set anew may go off by the old time too. It decides whether a
// probe begins.
func (t *watcher) ready(now time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.turning {
		return false
	}
	if wait := t.wait(now); wait > 0 {
		t.alarm.Reset(wait)
		return false
	}
	t.turning = true
	t.begins = t.hurried || !t.begins || t.inTime(now)
	return true
}

// inTime is true when a probe can begin now that was due; else it is left out.
// t.mu is held.
func (t *watcher) inTime(now time.Duration) bool {
	every := t.machine.Pace()
	if now-t.due <= every/lateness {
		return true
	}
	t.due = probe.Next(t.due, now, every)
	return false
}

// wait is the time until the next probe is due. t.mu is held.
func (t *watcher) wait(now time.Duration) time.Duration {
	if t.hurried {
		return 0
	}
	return max(t.due-now, 0)
}

// plan says when the probe after the one that was due is. One that lasted until
// then, as those do that get no answer, does not cost the next. t.mu is held.
func (t *watcher) plan(now time.Duration) {
	every, anchor := t.machine.Pace(), t.grid
	if every != interval(t.watch) {
		anchor = t.due
	}
	t.due = probe.Next(anchor, max(t.due, now-every/lateness), every)
}

// once probes once, acts on it, and returns when that was, or a little earlier.
func (t *watcher) once(ctx context.Context, trail *trail, now time.Duration) time.Duration {
	t.askLoad(ctx, now)
	t.mu.Lock()
	t.due = min(t.due, now) // woken, it is early
	check, version, to := t.check, t.version, target(t.subject.server, t.watch)
	limit, path := patience(t.watch), pathOf(t.subject.server, t.watch)
	t.hurried = false // a new check starts to be used here
	t.mu.Unlock()
	r, now := t.ask(ctx, check, to, limit)
	fault := ""
	if ctx.Err() == nil {
		fault = trail.follow(t.crew.links, path, r.Up, now)
	}

	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() != nil || version != t.version { // it says nothing about what is watched now
		t.plan(now)
		return now
	}
	v := t.machine.Verdict()
	was := v.State
	if t.last, t.fault = t.burden.judge(r), fault; fault == "" {
		v = t.machine.Step(now, t.last.Up)
	}
	t.probes = t.probes.Plus(counted(t.last, fault != ""))
	t.plan(now)
	writes := v.Changed || t.owed
	t.act(was, v, now)
	t.crew.log.Debug("probed", "server", t.subject.real(), "service", t.subject.service, "up", r.Up, "why", r.Why)
	if writes { // which may have taken the kernel long
		now = t.crew.now()
	}
	return now
}

// ask probes, and tells when that ended. A failure for which this process did
// not run is no evidence of the server's: it is asked again at once, though no
// more than once.
func (t *watcher) ask(ctx context.Context, check probe.Check, to probe.Target, limit time.Duration) (probe.Result, time.Duration) {
	still := watchStandstill(t.crew.now, limit)
	r := check.Probe(ctx, to)
	stood, now := still.end()
	if r.Up || stood <= bearable(limit) || ctx.Err() != nil {
		return r, now
	}
	t.crew.log.Debug("asking again, for nothing ran here meanwhile", "server", to.String(), "for", stood, "why", r.Why)
	return check.Probe(ctx, to), t.crew.now()
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
	t.plain = false // what comes of the order is told
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
		t.act(was, v, t.crew.now())
	}
}

// hurry has the next probe begin now. t.mu is held.
func (t *watcher) hurry() {
	t.hurried = true
	if !t.turning {
		t.alarm.Reset(0)
	}
}

func (t *watcher) force(f probe.Force) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was, now := t.machine.Verdict().State, t.crew.now()
	v := t.machine.Force(now, f)
	if v.Changed {
		t.fault = ""
		t.last = probe.Result{Up: v.State == probe.Up, Why: "forced " + v.State.String() + " by a signal"}
		t.act(was, v, now)
	}
}
