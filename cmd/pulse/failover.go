package main

import (
	"slices"
	"strings"
	"time"

	"pacu/control"
	"pacu/lvscf"
)

// The states of a failover service on this router. At pulse's start nobody
// knows what an earlier one left running: the state is empty, and the service
// is stopped before another router may run it.
const (
	failoverStarting = "starting"
	failoverRunning  = "running"
	failoverStopping = "stopping"
	failoverStopped  = "stopped"
	failoverFailed   = "failed"
	failoverElse     = "runs on the partner"
)

// A failover is one failover block of lvs.cf: a service that runs on the
// active router itself.
type failover struct {
	spec  lvscf.Virtual
	state string
	why   string // what its last command failed with
	since time.Time

	health   control.Health // of the address, whoever runs the service
	probed   string         // the last probe explained
	answered bool           // it was up since this router serves, or serves no more
	// broken: it failed here when this router served last, or is new, so that
	// taking it soon from a partner that has no luck either would help nobody.
	broken  bool
	came    time.Time // into lvs.cf
	trouble string    // of its nanny
}

func newFailover(spec lvscf.Virtual) *failover {
	return &failover{spec: spec, health: control.Untried, since: time.Now(), came: time.Now()}
}

func (f *failover) turn(state, why string) {
	f.state, f.why, f.since = state, why, time.Now()
}

// watch is how a nanny watches the service, on whichever router it is. It
// reports and touches nothing. As in Piranha one good probe is enough after a
// failure: reentry is for real servers, which could get too much work at once.
func (f *failover) watch() control.Watch {
	v := &f.spec
	protocol, _, _ := strings.Cut(v.Protocol, "+")
	return control.Watch{
		Protocol: protocol, Address: v.VIP.Addr, Port: v.Port, RealPort: v.Port,
		Forward: string(lvscf.Direct), Weight: 1, Hold: true, Interval: control.Duration(v.Timeout),
		Checks: []control.Check{{Send: v.Send, Expect: v.Expect, Regex: v.UseRegex, Program: v.SendProgram}},
	}
}

// sameFailover is true when a running service need not be started again to be
// as b has it: how it is probed and stopped does not matter.
func sameFailover(a, b *lvscf.Virtual) bool {
	return a.VIP == b.VIP && a.Port == b.Port && slices.Equal(a.StartCmd, b.StartCmd)
}

// view is the failover as a snapshot shows it.
func (f *failover) view(serving bool) control.Failover {
	c := control.Failover{
		Name: f.spec.Name, Address: f.spec.VIP.Addr, Port: f.spec.Port,
		State: f.state, Health: f.health, Why: f.probed, Since: f.since,
	}
	if f.state == "" {
		c.State = failoverStopped
	}
	if f.why != "" {
		c.Why = f.why
	}
	if !serving && f.state != failoverFailed && f.state != failoverStopping && f.health == control.Up {
		c.State = failoverElse
	}
	return c
}
