package heartbeat

// A cause is why a router hands over.
type cause uint8

const (
	causeLeave cause = iota
	causeSwitchover
	causeFaults
)

func (c cause) reason() Reason {
	return [...]Reason{causeLeave: ReasonLeave, causeSwitchover: ReasonSwitchover, causeFaults: ReasonFaults}[c]
}

// Leaving tells whether a Leave waits for the partner to take over, or for
// the addresses to be gone.
func (n Node) Leaving() bool { return n.ending || n.leaving() }

func (n Node) leaving() bool { return n.phase == Yielding && n.cause == causeLeave }

// gone: the addresses are gone, for good.
func (n Node) gone() bool { return n.ending && n.phase == PhaseStandby }

// yield serves on, and asks the partner to take over.
func (s *step) yield(c cause) {
	s.cause, s.yieldBy, s.taken = c, s.now+s.settings.Deadtime, false
	s.setPhase(Yielding, c.reason())
	s.send()
}

// granted takes in that the partner is about to take over: it gets the time.
// For fos that is as long as it says so, since the commands that start services
// take theirs, and have limits of their own.
func (s *step) granted() {
	if s.phase == Yielding && (!s.taken || s.settings.Fos) {
		s.taken, s.yieldBy = true, s.now+s.settings.Deadtime
	}
}

// letGo gives up because the partner serves.
func (s *step) letGo(why string, reason Reason) {
	if s.leaving() {
		s.finish(why)
		return
	}
	wanted := s.phase == Yielding && s.cause == causeSwitchover
	s.deactivate(why, reason)
	s.suspended = wanted && s.settings.Role == Primary
}

// judgeYield ends a hand-over that the partner does not take.
func (s *step) judgeYield() {
	late := s.partner == PartnerSilent || s.now >= s.yieldBy
	other := s.settings.Role.other()
	switch {
	case s.phase != Yielding:
	case s.cause == causeLeave:
		if late {
			s.finish("partner did not take over: deactivating LVS")
		}
	case s.cause == causeFaults && !s.worse() && !s.taken:
		s.note(Info, "no less fit than the %s any more: serving on", other)
		s.setPhase(Serving, s.cause.reason())
		s.speak()
	case !late:
	case s.cut && s.cause == causeFaults:
		s.deactivate(linkFailure, ReasonLink)
	default:
		s.note(Warning, "the %s did not take over: serving on", other)
		s.setPhase(Serving, s.cause.reason())
		s.speak()
	}
}

// leave begins or carries out a planned stop.
func (s *step) leave() {
	switch {
	case s.ending || s.leaving():
	case s.phase == PhaseStandby:
		s.ending = true
		s.do(Gone{})
	case s.phase == Dropping:
		s.ending = true
	case s.phase == Yielding, s.phase == Serving && s.takes():
		s.note(Info, "stopping: the %s takes over", s.settings.Role.other())
		s.yield(causeLeave)
	default:
		s.finish("stopping: deactivating LVS")
	}
}

// takes tells whether the partner lives, and would take over.
func (n Node) takes() bool {
	standby := n.partner == PartnerStandby ||
		n.partner == PartnerActive && (n.last.Phase == Taking || n.last.Phase == Yielding) // it has let go to us, just now
	return n.settings.Partner && standby && !n.last.Held
}

// Wants tells whether this router asks its partner to hand over.
func (n Node) Wants() bool { return n.wants }

// switchover does, or asks for, what an operator wants.
func (s *step) switchover() {
	s.suspended = false
	switch {
	case s.Leaving():
		s.note(Warning, "switchover: this router is being stopped")
	case !s.settings.Partner:
		s.note(Warning, "switchover: there is no other router")
	case s.phase == Serving || s.phase == Yielding:
		s.offer()
	case s.phase == PhaseStandby:
		s.ask()
	default:
		s.note(Warning, "switchover: this router is %s just now: try again", s.phase)
	}
}

// offer hands over, if the partner can take it.
func (s *step) offer() {
	other := s.settings.Role.other()
	var why string
	switch {
	case s.phase == Yielding:
	case s.partner == PartnerSilent || s.partner == PartnerUnknown:
		why = "is not heard"
	case s.partner == PartnerActive:
		why = "serves already"
	case s.last.Held:
		why = "is held: pulse hold off, there"
	case s.last.Phase == Dropping:
		why = "still gives up its addresses: try again"
	case s.last.Faults > s.faults:
		why = "is less fit than this router"
	}
	if why != "" {
		s.note(Warning, "switchover: the %s %s", other, why)
		return
	}
	s.note(Info, "switchover: the %s takes over", other)
	s.yield(causeSwitchover)
}

// ask has an active partner hand over.
func (s *step) ask() {
	other := s.settings.Role.other()
	switch {
	case s.partner != PartnerActive:
		s.note(Warning, "switchover: the %s does not serve: it is %s", other, s.partner)
	case !s.last.Keyed:
		s.note(Warning, "switchover: without a key the %s cannot be asked: pulse switchover, there", other)
	case s.held:
		s.note(Warning, "switchover: this router is held: pulse hold off")
	case s.cut || s.faults > s.last.Faults:
		s.note(Warning, "switchover: this router is less fit than the %s: %s", other, s.faultsWhy)
	default:
		s.wants, s.wantsUntil = true, s.now+s.settings.Deadtime
		s.note(Info, "switchover: asking the %s to hand over", other)
		s.send()
	}
}

// judgeWants ends asking that has no answer.
func (s *step) judgeWants() {
	if s.wants && s.now >= s.wantsUntil {
		s.wants = false
		s.note(Warning, "switchover: the %s did not hand over", s.settings.Role.other())
	}
}
