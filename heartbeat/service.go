package heartbeat

// partnerFailed takes over from a partner whose service does not answer, for
// service = fos. The partner is told to stop it until it says that it has.
//
// A service that has just moved may not answer yet: it does not move back
// before retryAfter.
func (s *step) partnerFailed(ev PartnerFailed) {
	switch {
	case !s.settings.Fos || !s.settings.Partner || s.partner != PartnerActive:
	case s.phase != PhaseStandby || s.ending || s.held || s.faults > 0 || s.now < max(s.mayFrom(), s.retryAt):
	case s.now-s.serviceAt < retryAfter:
	default:
		if ev.Why != "" {
			s.note(Warning, "%s", ev.Why)
		}
		s.serviceAt, s.stopping = s.now, true
		s.activate("partner's service failed: activating", ReasonService)
	}
}
