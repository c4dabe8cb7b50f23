package heartbeat

import "fmt"

// change says what would change the role.
func (x *explainer) change() {
	switch x.phase {
	case Taking:
		x.say("its addresses being up: it serves then")
	case Dropping:
		x.say("its addresses being gone: it is standby then")
	case Yielding:
		x.yielding()
	case Serving:
		x.active()
	case PhaseStandby:
		x.standby()
	}
}

// yielding says what ends a hand-over.
func (x *explainer) yielding() {
	x.say("the %s serving: this router gives up then", x.other)
	switch {
	case x.cause == causeLeave:
		x.say("the silence of the %s, or the end of its time: this router stops all the same", x.other)
	case x.cut:
		x.say("the silence of the %s, while the network here is in doubt: this router gives up then", x.other)
	default:
		x.say("the silence of the %s, or the end of its time: this router serves on", x.other)
	}
}

// active says what would make an active router a standby.
func (x *explainer) active() {
	switch {
	case !x.settings.Partner:
		x.say("the end of pulse alone: nobody takes over")
	case x.partner == PartnerSilent || x.partner == PartnerUnknown:
		if x.cut {
			x.say("the silence of the %s, while the network here is in doubt: this router gives up then", x.other)
		}
		x.say("a heartbeat of the %s: until then this router hands over to nobody", x.other)
	case x.partner == PartnerActive:
		x.contest()
	case x.last.Held:
		x.say("pulse hold off on the %s: it takes over nothing before", x.other)
	default:
		x.beside()
	}
}

// contest says what comes of two active routers, by one that serves.
func (x *explainer) contest() {
	switch {
	case !x.last.Keyed && !x.stopping:
		x.say("the next heartbeats: both are active, and the backup gives up")
	case x.stopping:
		x.say("nothing: the %s is told to stop its services, and gives up", x.other)
	case x.last.Phase == Yielding:
		x.say("nothing: the %s hands over, and gives up when it hears that this router serves", x.other)
	case x.last.Deaf:
		x.say("%s of this: the %s serves too and does not hear this router, which gives up then", words(x.settings.Deadtime), x.other)
	default:
		x.say("the next heartbeats: both are active, and the one with more faults gives up, else the backup")
	}
}

// beside says what would make a router that serves beside a standby a standby.
func (x *explainer) beside() {
	switch {
	case !x.last.Keyed:
		x.say("a fault here: the %s takes over", x.other)
	case !x.last.Blind:
		x.say("faults here that weigh more than those of the %s: it takes over", x.other)
	}
	if x.last.Faults > x.faults {
		x.say("the stop of pulse here: the %s takes over, unless its network is in doubt", x.other)
	} else {
		x.say("pulse switchover, or the stop of pulse here: the %s takes over", x.other)
	}
	switch {
	case x.last.Blind:
		x.say("a real server that answers at the %s: until then it does not take over when this router dies", x.other)
	case x.last.Faults > 0:
		x.say("the death of this router: the %s takes over after its own deadtime, unless its network is in doubt", x.other)
	default:
		x.say("the death of this router: the %s takes over after its own deadtime", x.other)
	}
	if x.settings.Role == Backup {
		x.say("the primary becoming active too: this router gives up then, unless it is the fitter one")
	}
}

// standby says what would make a standby router active.
func (x *explainer) standby() {
	if !x.settings.Partner {
		if x.settings.Role == Backup {
			x.say("backup_active = 1 in lvs.cf: a backup alone never serves")
			return
		}
		x.barriers()
		return
	}
	x.barriers()
	silence := fmt.Sprintf("silence of %s on all paths", words(x.settings.Deadtime))
	if x.settings.Paths == 1 {
		silence = fmt.Sprintf("silence of %s on the only path", words(x.settings.Deadtime))
	}
	switch {
	case x.held:
	case x.partner == PartnerSilent && x.barred() == noBarrier:
		x.say("time: it takes over in %s", x.until(x.mayFrom()))
	case x.partner == PartnerSilent:
	case x.barred() == noBarrier:
		x.say("%s: it takes over", silence)
	}
	if x.held || x.severed() && !x.keyedPartner() {
		return
	}
	switch x.partner {
	case PartnerActive:
		x.besideActive()
	case PartnerStandby:
		switch {
		case x.cut:
			x.say("the %s saying standby, and having more faults", x.other)
		case x.settings.Role == Primary:
			x.say("the next heartbeat of the backup that says standby, or those of two keepalives if it is the fitter one")
		default:
			x.say("the primary saying standby for more than two keepalives, or having more faults")
		}
	}
	if x.suspended && x.settings.Preempt {
		x.say("the death or restart of the backup, or another pulse switchover: preempting goes on then")
	}
}

// besideActive says what would have an active router hand over to this one.
func (x *explainer) besideActive() {
	worse := x.last.Keyed && x.faults > x.last.Faults
	if x.last.Keyed && !x.Blind() {
		x.say("faults of the %s that weigh more than those here: it hands over", x.other)
	}
	switch {
	case !worse:
		x.say("pulse switchover, or the stop of pulse there: the %s hands over", x.other)
	case !x.cut:
		x.say("the stop of pulse there: the %s hands over", x.other)
	}
}

// barriers says what must go before this router may take over.
func (x *explainer) barriers() {
	if x.held {
		x.say("pulse hold off: without it this router takes over nothing")
	}
	if x.severed() {
		x.say("the network here being well again (%s)", x.faultsWhy)
	}
	if x.settings.Partner && x.Blind() {
		x.say("a real server that answers here: without one it does not take over from a silent %s", x.other)
	}
}
