package heartbeat

const linkFailure = "local link failure: deactivating LVS"

// severed tells whether silence proves nothing, since this router's own
// network is in doubt. Without a partner better half up than down.
func (n Node) severed() bool { return n.cut && n.settings.Partner }

// fit takes in how fit this router is.
func (s *step) fit(ev Fit) {
	if ev.Cut {
		ev.Faults = max(ev.Faults, 1)
	}
	faults, cut := s.faults, s.cut
	s.faults, s.cut, s.faultsWhy = ev.Faults, ev.Cut, ev.Why
	if faults == ev.Faults && cut == ev.Cut {
		return
	}
	s.tried = false
	if !s.settings.Partner {
		return
	}
	if ev.Why != "" && ev.Faults > 0 && (ev.Cut && !cut || ev.Faults > faults) {
		s.note(Warning, "%s", ev.Why)
	}
	switch {
	case ev.Cut && !cut:
		s.note(Warning, "Local NIC link failure: Pulse disabled")
	case cut && !ev.Cut:
		s.note(Info, "Local NIC link(s) restored: Pulse enabled")
		s.listen()
	case ev.Faults == 0:
		s.note(Info, "fit to serve again")
	}
	if s.started && s.settings.Keyed {
		s.soon()
	}
}

// judgeFaults has an active router with faults give way to a partner with
// fewer. Where its own network is in doubt a silent partner may serve already.
func (s *step) judgeFaults() {
	switch {
	case s.faults == 0 || !s.phase.active():
	case s.cut && (s.partner == PartnerSilent || !s.keyedPartner()):
		if s.leaving() {
			s.finish(linkFailure)
			return
		}
		s.deactivate(linkFailure, ReasonLink)
	case s.phase != Serving || s.partner != PartnerStandby || s.tried || s.now-s.triedAt < retryAfter:
	case !s.keyedPartner():
		s.tried, s.triedAt = true, s.now
		s.deactivate("not fit ("+s.faultsWhy+"): deactivating LVS", ReasonFaults)
	case s.worse() && s.last.Phase == PhaseStandby && !s.last.Held && !s.last.Blind:
		s.tried, s.triedAt = true, s.now
		s.note(Warning, "not fit (%s): the %s takes over", s.faultsWhy, s.settings.Role.other())
		s.yield(causeFaults)
	}
}

// worse tells whether the partner, which says all of a Beat, has fewer faults.
func (n Node) worse() bool { return n.last.Faults < n.faults }
