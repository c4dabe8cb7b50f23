package heartbeat

// heardLegacy judges a heartbeat that says no more than Piranha's.
func (s *step) heardLegacy(b Beat) {
	if b.Phase.active() {
		s.heardRunning(b)
	} else {
		s.heardStopped()
	}
}

func (s *step) heardRunning(b Beat) {
	s.failed = false
	s.refuse(noBarrier)
	switch {
	case !s.phase.active():
	case b.Stop && (!s.stopping || s.settings.Role == Backup): // each may have found the other's dead
		s.serviceAt = s.now
		s.letGo(partnerService, ReasonService)
	case s.phase == Yielding:
		s.letGo(partnerActive, s.cause.reason())
	case s.settings.Role == Primary || s.stopping:
		s.contend()
	default:
		s.send() // the primary must know that it has to announce again
		s.drop(partnerActive, ReasonConflict)
	}
}

func (s *step) heardStopped() {
	s.stopping = false
	switch {
	case s.phase.active():
		s.won()
	case s.phase != PhaseStandby || s.ending || s.severed() || s.now < s.mayFrom():
	case s.held:
		if s.standing() > 2*s.settings.Keepalive {
			s.refuse(barHeldInactive)
		}
	case s.mayFollow():
		s.activate(s.inactive(), ReasonInactive)
	}
}

// mayFollow tells whether it is on this standby router to serve, when a
// partner without a key says Stopped.
func (s *step) mayFollow() bool {
	both := s.standing()
	if s.faults > 0 { // it has let go for that, perhaps
		both -= s.settings.Deadtime
	} else if s.handed {
		return true
	}
	if s.settings.Role == Primary {
		return both >= 0
	}
	return both > 2*s.settings.Keepalive
}
