package heartbeat

const (
	partnerActive  = "partner active: deactivating LVS"
	partnerDeaf    = "partner active, and does not hear this router: deactivating LVS"
	partnerService = "partner runs the service: deactivating"
)

// inactive is the log's line for taking what the partner does not serve.
func (n Node) inactive() string {
	return n.settings.Role.other().String() + " inactive: activating lvs"
}

// outranks tells whether this router stays where both are active. Both come to
// the same answer: the one with fewer faults stays, then the primary. For
// service = fos that is the one whose probes found the other's service dead.
func (n Node) outranks(b Beat) bool {
	switch {
	case b.Stop != n.stopping:
		return n.stopping
	case b.Faults != n.faults:
		return n.faults < b.Faults
	}
	return n.settings.Role == Primary
}

// goesFirst tells whether this router serves where both are standby: unless one
// is held, the one with fewer faults, then the one that reaches real servers,
// then the primary.
func (n Node) goesFirst(b Beat) bool {
	switch {
	case b.Held:
		return true
	case b.Faults != n.faults:
		return n.faults < b.Faults
	case b.Blind != n.Blind():
		return b.Blind
	}
	return n.settings.Role == Primary
}

// heardKeyed judges a heartbeat that says all of a Beat.
func (s *step) heardKeyed(b Beat) {
	if b.Phase == Serving || b.Phase == Yielding {
		s.failed = false // and not if it only tries: it may fail as well
	}
	switch {
	case s.phase.active() && b.Phase.active():
		s.bothActive(b)
	case s.phase.active():
		s.partnerStandby(b)
	case s.phase == PhaseStandby:
		s.consider(b)
	}
}

// bothActive judges the heartbeat of an active partner, by an active router.
// Whoever gives way does so for a partner that serves, not for one that is
// about to: somebody serves all along.
func (s *step) bothActive(b Beat) {
	switch {
	case b.Stop && b.Phase != Yielding && !s.stopping:
		s.serviceAt = s.now
		s.letGo(partnerService, ReasonService)
	case b.Phase == Taking:
		s.contested = true
		s.granted()
	case s.phase == Yielding && (b.Phase == Serving || !s.outranks(b) && s.now-s.phaseSince >= s.settings.Keepalive):
		// Both hand over: unless the partner has just let go to this router, which
		// would show by now, one of them has to.
		s.letGo(partnerActive, s.cause.reason())
	case b.Phase == Yielding:
		s.relieves = true
		if s.phase == Serving && s.now-s.sentAt >= min(s.settings.Keepalive, yieldEvery) {
			s.send() // it waits to hear this
		}
	case s.unheard(b):
		s.drop(partnerDeaf, ReasonConflict)
	case s.outranks(b):
		s.contend()
	default:
		s.drop(partnerActive, ReasonConflict)
	}
}

// unheard tells whether a partner that serves does not hear this router, though
// it had the time: every path works one way only. It took silence for death and
// cannot be talked out of it, so whoever hears the other gives way.
func (n Node) unheard(b Beat) bool {
	return b.Deaf && n.partner == PartnerActive && n.sentAt-n.deafFrom >= n.settings.Deadtime
}

// partnerStandby judges the heartbeat of a standby partner, by an active
// router.
func (s *step) partnerStandby(b Beat) {
	s.stopping = false
	if b.Phase == PhaseStandby {
		s.won()
	}
	if !b.Wants {
		s.asked = false
	} else if !s.asked && s.phase == Serving {
		s.asked = true
		s.note(Info, "switchover: the %s asks for it", s.settings.Role.other())
		s.offer()
	}
}

// consider judges a heartbeat by a standby router.
func (s *step) consider(b Beat) {
	if s.ending || s.now < s.mayFrom() {
		return
	}
	dropping := b.Phase == Dropping && s.now-s.droppingFrom < s.settings.Deadtime
	long := s.standing() > 2*s.settings.Keepalive
	switch {
	case b.Phase == Taking || b.Phase == Serving || dropping:
		s.refuse(noBarrier)
	case s.held:
		if b.Phase != Yielding && long {
			s.refuse(barHeldInactive)
		}
	case b.Phase == Yielding:
		if !s.cut || s.faults < b.Faults {
			s.activate(s.inactive(), ReasonInactive)
		}
	case s.goesFirst(b):
		s.activate(s.inactive(), ReasonInactive)
	case !s.cut && (s.handed || long):
		s.activate(s.inactive(), ReasonInactive)
	}
}
