package main

import (
	"cmp"
	"fmt"
	"time"

	"pacu/control"
	"pacu/probe"
)

// steady is how often pulse hears of a server that it is up as before.
const steady = 2 * time.Second

// act brings a verdict to the kernel, the log and pulse, in the order of their
// hurry. t.mu is held.
func (t *watcher) act(was probe.State, v probe.Verdict, now time.Duration) {
	switch {
	case t.watch.Hold:
		t.trouble = ""
	case (v.Changed || t.owed) && v.State != probe.Untried:
		t.tellKernel(v)
	}
	switch {
	case v.State == was:
	case t.watch.Hold:
		t.crew.log.Info(fmt.Sprintf("%s is %s, but pulse holds its weight", t.subject.real(), v.State), "service", t.subject.service, "why", t.why(v, now))
	case v.State == probe.Up:
		t.crew.log.Info(fmt.Sprintf("[ active ] making %s available", t.subject.real()), "service", t.subject.service, "weight", v.Weight, "why", t.why(v, now))
	case v.State == probe.Down:
		t.crew.log.Warn(fmt.Sprintf("[inactive] shutting down %s due to connection failure", t.subject.real()), "service", t.subject.service, "why", t.why(v, now))
	}
	trouble := cmp.Or(t.trouble, t.fault, t.loadTrouble())
	plain := v.State == probe.Up && !v.Changed && t.last.Up && trouble == "" && !t.watch.Hold
	if plain && t.plain && now-t.told < steady {
		return // to say it costs both processes more than the probe did
	}
	t.told, t.plain = now, plain
	t.crew.report(control.Report{
		Server: t.subject.server, Service: t.subject.service, RealPort: t.subject.realPort,
		Health: healths[v.State], Weight: v.Weight, Changed: v.Changed,
		Why: t.why(v, now), Took: control.Duration(t.last.Took), Trouble: trouble, Cut: t.fault != "",
		Next:   control.Duration(max(t.due-now, 1)), // 0 would be not to say it
		Probes: t.probes,
	})
	t.probes = control.ProbeCounts{}
}

// counted is one probe; one that is cut failed for a fault of this router.
func counted(r probe.Result, cut bool) control.ProbeCounts {
	c := control.ProbeCounts{Took: control.Duration(r.Took)}
	switch {
	case r.Up:
		c.Passed = 1
	case cut:
		c.Cut = 1
	default:
		c.Failed = 1
	}
	return c
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
// out has to hear how long, and why it is longer than for others. t.mu is held.
func (t *watcher) why(v probe.Verdict, now time.Duration) string {
	why := t.last.Why
	if t.last.Warning != "" {
		why += "; " + t.last.Warning
	}
	switch {
	case t.fault != "" && v.State == probe.Untried:
		return t.fault
	case t.fault != "":
		return fmt.Sprintf("%s, which is taken to be %s as before", t.fault, v.State)
	case v.State == probe.Up:
		if failed, most := t.machine.Failing(); failed > 0 {
			return fmt.Sprintf("%d of %d failed probes before it is down: %s", failed, most, why)
		}
		return why + t.weighs(v)
	}
	good, needed := t.machine.Earned()
	falls, since := t.machine.Flaps()
	flaps := fmt.Sprintf("it has failed %d times in %s", falls, while(now-since))
	switch {
	case t.last.Up && falls > 1:
		return fmt.Sprintf("it answers again, but %s: %d of %d good probes before it is used: %s", flaps, good, needed, why)
	case t.last.Up:
		return fmt.Sprintf("it answers again, %d of %d good probes before it is used: %s", good, needed, why)
	case falls > 1:
		return fmt.Sprintf("%s; %s: %d good probes before it is used", why, flaps, needed)
	}
	return why
}

// while writes a time as people remember it.
func while(d time.Duration) string {
	for _, unit := range []struct {
		is   time.Duration
		name string
	}{{time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if d >= 2*unit.is {
			return fmt.Sprintf("%d %s", d.Round(unit.is)/unit.is, unit.name)
		}
	}
	return fmt.Sprintf("%d seconds", max(d.Round(time.Second)/time.Second, 2))
}
