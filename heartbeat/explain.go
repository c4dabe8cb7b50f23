package heartbeat

import (
	"fmt"
	"time"
)

// An Explanation says in plain words why a router has the role it has.
type Explanation struct {
	Role    string   // one line: what it is, for how long, by what
	Because []string // the facts that led to it, weightiest first
	Change  []string // what would change it
}

// Explain explains the node at a moment.
func (n Node) Explain(now time.Duration) Explanation {
	x := explainer{Node: n, now: now, other: n.settings.Role.other().String()}
	e := Explanation{Role: x.role()}
	x.list = &e.Because
	x.ownFacts()
	x.partnerFacts()
	x.list = &e.Change
	x.change()
	return e
}

type explainer struct {
	Node
	now   time.Duration
	other string // the partner's role
	list  *[]string
}

func (x *explainer) say(format string, args ...any) {
	*x.list = append(*x.list, fmt.Sprintf(format, args...))
}

// since is the time from then to now, in words.
func (x *explainer) since(then time.Duration) string { return words(x.now - then) }

// until is the time from now to then, in words.
func (x *explainer) until(then time.Duration) string { return words(then - x.now) }

func (x *explainer) role() string {
	what, from := x.State().String(), x.Node.since
	switch x.phase {
	case Taking, Dropping:
		what = x.phase.String()
	case Yielding:
		what = fmt.Sprintf("active, handing over (%s)", x.reason)
	}
	return fmt.Sprintf("%s, %s for %s: %s", x.settings.Role, what, x.since(from), x.why)
}

func (x *explainer) ownFacts() {
	if !x.settings.Partner {
		x.say("there is no other router: lvs.cf has backup_active = 0")
	}
	if x.held {
		x.say("this router is held: it does not take over")
	}
	switch {
	case x.severed():
		x.say("this router's own network is in doubt (%s), so that silence proves nothing", x.faultsWhy)
	case x.faults > 0:
		x.say("this router is not fit (%s)", x.faultsWhy)
	}
	if x.phase == PhaseStandby && x.Blind() {
		x.say("no real server answers here, while %d of %d answered at the %s", x.last.Up, x.last.Servers, x.other)
	}
	if x.failed && x.now < x.retryAt {
		x.say("the last try to serve failed: the next is in %s at the earliest", x.until(x.retryAt))
	}
	if x.now < x.listenUntil {
		x.say("pulse was not running: it listens for %s more", x.until(x.listenUntil))
	}
	switch {
	case x.phase != Yielding:
	case x.taken:
		x.say("it serves until the %s does, which takes over and has %s for it", x.other, x.until(x.yieldBy))
	default:
		x.say("it serves until the %s does, which has %s to begin", x.other, x.until(x.yieldBy))
	}
	if x.wants {
		x.say("it asks the %s to hand over, for %s more", x.other, x.until(x.wantsUntil))
	}
	if x.settings.Preempt && x.settings.Role == Primary && x.phase == PhaseStandby {
		x.preempting()
	}
}

// preempting says why a standby primary does not take back yet.
func (x *explainer) preempting() {
	s := step{Node: x.Node, now: x.now}
	switch why := s.waitsFor(); {
	case why == preemptOff:
	case why != preemptReady:
		x.say("preempt waits: %s", why)
	case x.preemptAt != Never:
		x.say("preempt: it takes back in %s", x.until(x.preemptAt))
	}
}

func (x *explainer) partnerFacts() {
	if !x.settings.Partner {
		return
	}
	switch x.partner {
	case PartnerUnknown:
		x.say("what the %s does is not known yet: this router listens until it says so, or is silent for %s", x.other, words(x.settings.Deadtime))
	case PartnerSilent:
		x.say("the %s is silent for %s", x.other, x.since(x.lastOnAnyPath()))
	case PartnerActive, PartnerStandby:
		what := x.partner.String()
		if x.last.Keyed && x.last.Phase != PhaseStandby && x.last.Phase != Serving {
			what += ", " + x.last.Phase.String()
		}
		if x.last.Keyed {
			what += " (" + x.last.Reason.String() + ")"
		}
		x.say("the %s says that it is %s, for %s", x.other, what, x.since(x.partnerSince))
		x.partnerDetails()
	}
	for i, p := range x.paths[:x.settings.Paths] {
		switch {
		case !p.ever:
			x.say("%s: nothing heard for %s", x.settings.pathWords(i), x.since(p.heard))
		case p.silent:
			x.say("%s: silent for %s", x.settings.pathWords(i), x.since(p.heard))
		default:
			x.say("%s: heard %s ago", x.settings.pathWords(i), x.since(p.heard))
		}
	}
}

// partnerDetails says what a partner with a key tells besides its state.
func (x *explainer) partnerDetails() {
	if !x.last.Keyed {
		x.say("the %s has no key: it tells nothing but that", x.other)
		return
	}
	if x.last.Held {
		x.say("the %s is held: it does not take over", x.other)
	}
	if x.last.Faults > 0 {
		x.say("the %s is not fit: its faults weigh %d, those here %d", x.other, x.last.Faults, x.faults)
	}
	if x.last.Blind {
		x.say("no real server answers at the %s", x.other)
	}
	if x.last.Hash != x.settings.Hash {
		x.say("the %s has another lvs.cf: serial_no %d, here %d", x.other, x.last.Serial, x.settings.Serial)
	}
}

// lastOnAnyPath is when anything was heard last.
func (x *explainer) lastOnAnyPath() time.Duration {
	var at time.Duration
	for i, p := range x.paths[:x.settings.Paths] {
		if i == 0 || p.heard > at {
			at = p.heard
		}
	}
	return at
}

// words writes a duration for people: "1 h 5 min", "12 s", "250 ms".
func words(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second && d%time.Second >= 100*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Truncate(100*time.Millisecond).Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return two(d/time.Minute, "min", d%time.Minute/time.Second, "s")
	case d < 24*time.Hour:
		return two(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	}
	return two(d/(24*time.Hour), "d", d%(24*time.Hour)/time.Hour, "h")
}

func two(a time.Duration, unit string, b time.Duration, smaller string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unit)
	}
	return fmt.Sprintf("%d %s %d %s", a, unit, b, smaller)
}
