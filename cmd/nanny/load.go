package main

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"time"

	"pacu/control"
	"pacu/probe"
)

const (
	// loadEvery is how often a load average is asked for at most; Piranha's.
	loadEvery = 20 * time.Second
	// agentEvery is how often an agent is, which may have something urgent to
	// say: otherwise as often as the server is probed.
	agentEvery = time.Second
	// loadPatience is the limit of one such question.
	loadPatience = 10 * time.Second
)

// A burden is what a watcher knows of its server's load. The watcher's mutex
// guards what changes.
type burden struct {
	monitor probe.LoadMonitor
	curve   probe.Curve
	agent   bool

	asked  bool // ever
	asking bool
	due    time.Duration // not to be asked before
	said   string        // in the last answer
	out    bool          // the agent wants the server to be down
	// trouble is why it does not answer, told in the same words until it does.
	trouble string
}

// newBurden is nil where weights do not follow the load.
func newBurden(w control.Watch, monitor func(control.Load, time.Duration) probe.LoadMonitor) *burden {
	l := w.Load
	if l == nil {
		return nil
	}
	b := &burden{agent: l.Kind == "agent", curve: probe.PiranhaCurve(cmp.Or(l.Scale, probe.PiranhaScale))}
	if l.Smooth {
		b.curve = probe.SmoothCurve
	}
	b.monitor = monitor(*l, min(b.every(w), loadPatience))
	return b
}

// every is the time from one question to the next.
func (b *burden) every(w control.Watch) time.Duration {
	if b.agent {
		return max(interval(w), agentEvery)
	}
	return max(interval(w), loadEvery)
}

// newLoadMonitor makes the monitor that l asks for.
func newLoadMonitor(l control.Load, limit time.Duration) probe.LoadMonitor {
	switch l.Kind {
	case "rup":
		return probe.Rup(limit)
	case "ruptime":
		return probe.Ruptime{Timeout: limit}
	case "uptime":
		return probe.Uptime(l.Program, limit)
	case "program":
		return probe.LoadProgram{Words: l.Program, Timeout: limit}
	case "http":
		return probe.LoadHTTP{Way: probe.Way{Timeout: limit}, Path: l.Path}
	case "agent":
		return probe.LoadAgent{Way: probe.Way{Timeout: limit}}
	}
	return mute{fmt.Errorf("nanny knows no load monitor %q", l.Kind)}
}

// mute is a load monitor that cannot be made.
type mute struct{ err error }

// Ask fails.
func (m mute) Ask(context.Context, probe.Target) (probe.Advice, error) { return probe.Advice{}, m.err }

// String is why.
func (m mute) String() string { return m.err.Error() }

// loadTarget is where a watch's load is asked for.
func loadTarget(s subject, w control.Watch) probe.Target {
	to := target(s.server, w)
	to.Port = cmp.Or(w.Load.Port, to.Port)
	return to
}

// restoreLoad gives the machine of a watch the load that its forerunner's
// verdict tells of: a weight over the full one, or none. Anything between may
// as well be a slow start, and is taken to be one.
func restoreLoad(m *probe.Machine, w control.Watch) {
	if w.Load == nil || w.Known != control.Up || w.Weight <= 0 {
		return
	}
	if w.KnownWeight > w.Weight || w.KnownWeight == 0 && w.Load.Kind == "agent" {
		m.Load(float64(w.KnownWeight) / float64(w.Weight))
	}
}

// configureLoad changes how the load is learnt, where w differs from the
// present watch. What is known stays as long as it is still of the same kind.
// t.mu is held.
func (t *watcher) configureLoad(w control.Watch) {
	if reflect.DeepEqual(t.watch.Load, w.Load) && interval(t.watch) == interval(w) {
		return
	}
	was := t.burden
	if t.burden = newBurden(w, t.crew.newLoadMonitor); was != nil && w.Load != nil && t.watch.Load.Kind == w.Load.Kind {
		t.burden.asked, t.burden.said, t.burden.out = was.asked, was.said, was.out
		return
	}
	t.owed = t.machine.Load(1).Changed || t.owed
}

// askLoad asks for the load when that is due; a probe is about to begin. It does
// not wait for the answer, which may take longer than the probe. But an agent is
// waited for the first time: one that says down from the start must not see its
// server used before. Load averages count from the end of the slow start.
func (t *watcher) askLoad(ctx context.Context, now time.Duration) {
	t.mu.Lock()
	b := t.burden
	if b == nil || b.asking || now < b.due || t.watch.Weight <= 0 && !b.agent || !b.agent && !t.machine.Settled() {
		t.mu.Unlock()
		return
	}
	wait := b.agent && !b.asked
	// The probe nearest to the time is the one.
	b.asked, b.asking, b.due = true, true, now+b.every(t.watch)-interval(t.watch)/2
	to := loadTarget(t.subject, t.watch)
	t.mu.Unlock()

	ask := func() {
		a, err := b.monitor.Ask(ctx, to)
		t.mu.Lock()
		defer t.mu.Unlock()
		if ctx.Err() == nil {
			t.takeLoad(b, a, err, wait)
		}
	}
	if wait {
		ask()
		return
	}
	t.crew.tasks.Go(ask)
}

// takeLoad acts on an answer to b, or leaves that to the probe that waits for it.
// t.mu is held.
func (t *watcher) takeLoad(b *burden, a probe.Advice, err error, waits bool) {
	b.asking = false
	switch {
	case b != t.burden: // it is another's by now
		return
	case err != nil && b.trouble == "":
		b.trouble = fmt.Sprintf("cannot learn the load of %s, its weight stays: %s: %v", t.subject.real(), b.monitor, err)
		t.crew.log.Warn(b.trouble, "service", t.subject.service)
		return
	case err != nil:
		return
	case b.trouble != "":
		b.trouble = ""
		t.crew.log.Info(fmt.Sprintf("the load of %s is known again", t.subject.real()), "service", t.subject.service)
	}
	b.said = a.Said
	if b.out != a.Down {
		b.out = a.Down
		t.hurry() // the probe judges with it
	}
	was := t.machine.Verdict()
	var v probe.Verdict
	switch {
	case b.agent:
		v = t.machine.Load(a.Share)
	case t.machine.Settled() && t.watch.Weight > 0:
		v = t.machine.Load(float64(b.curve(t.watch.Weight, was.Weight, a.Load)) / float64(t.watch.Weight))
	}
	switch {
	case waits:
		t.owed = t.owed || v.Changed
	case v.Changed:
		t.crew.log.Debug("weight follows the load", "server", t.subject.real(), "service", t.subject.service, "why", b.said, "weight", v.Weight, "was", was.Weight)
		t.act(was.State, v, t.crew.now())
	}
}

// tell asks once, for judge, and says what came of it.
func (b *burden) tell(ctx context.Context, to probe.Target) string {
	a, err := b.monitor.Ask(ctx, to)
	if err != nil {
		return fmt.Sprintf("warning: cannot learn its load: %s: %v", b.monitor, err)
	}
	b.said, b.out = a.Said, a.Down
	return b.said
}

// judge has the agent's word count like the probe's. t.mu is held.
func (b *burden) judge(r probe.Result) probe.Result {
	if b != nil && b.out && r.Up {
		r.Up, r.Why = false, b.said+"; "+r.Why
	}
	return r
}

// weighs explains a weight that is not the configured one by what the server
// said, ready to append. t.mu is held.
func (t *watcher) weighs(v probe.Verdict) string {
	b := t.burden
	if b == nil || b.said == "" || v.State != probe.Up || v.Weight == t.watch.Weight || !b.agent && !t.machine.Settled() {
		return ""
	}
	return fmt.Sprintf("; %s: weight %d instead of %d", b.said, v.Weight, t.watch.Weight)
}

// loadTrouble is what keeps the load from being known. t.mu is held.
func (t *watcher) loadTrouble() string {
	if t.burden == nil {
		return ""
	}
	return t.burden.trouble
}
