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
		x.say("the %s serving: it takes over", x.other)
	case Serving:
		x.active()
	case PhaseStandby:
		x.standby()
	}
}

// active says what would make an active router a standby.
func (x *explainer) active() {
	if !x.settings.Partner {
		x.say("the end of pulse alone: nobody takes over")
		return
	}
	switch {
	case x.partner == PartnerSilent || x.partner == PartnerUnknown:
		if x.cut {
			x.say("the silence of the %s, while the network here is in doubt: this router gives up then", x.other)
		}
		x.say("a heartbeat of the %s: until then nobody else can serve", x.other)
		return
	case x.partner == PartnerActive && x.last.Keyed:
		x.say("the next heartbeats: both are active, and the one with more faults gives up, else the backup")
		return
	case x.partner == PartnerActive:
		x.say("the next heartbeats: both are active, and the backup gives up")
		return
	case !x.last.Keyed:
		x.say("a fault here: the %s takes over", x.other)
	case x.last.Held:
		x.say("pulse hold off on the %s: it takes over nothing before", x.other)
		return
	default:
		x.say("faults here that weigh more than those of the %s: it takes over", x.other)
	}
	x.say("pulse switchover, or the stop of pulse here: the %s takes over", x.other)
	x.say("the death of this router: the %s takes over after its own deadtime", x.other)
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
		if x.last.Keyed {
			x.say("faults of the %s that weigh more than those here: it hands over", x.other)
		}
		x.say("pulse switchover, or the stop of pulse there: the %s hands over", x.other)
	case PartnerStandby:
		if x.settings.Role == Primary {
			x.say("the next heartbeat of the backup that says standby, if it is not the fitter one")
		} else {
			x.say("the primary saying standby for more than two keepalives, or having more faults")
		}
	}
	if x.suspended && x.settings.Preempt {
		x.say("the death or restart of the backup, or another pulse switchover: preempting goes on then")
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
