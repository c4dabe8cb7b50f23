package heartbeat

// A barrier is what keeps a standby from serving, as the log was told last.
type barrier uint8

const (
	noBarrier       barrier = iota
	barHeld                 // the partner is dead
	barHeldAlone            // there is no partner
	barHeldInactive         // the partner does not serve
	barCut
	barBlind
)

// Blind tells whether no real server answers this router's probes, while some
// answered the partner's: whatever it is that keeps them from this router,
// clients would be kept from them too.
func (n Node) Blind() bool {
	return n.facts.Servers > 0 && n.facts.Up == 0 && n.last.Keyed && n.last.Up > 0
}

// barred tells why a standby must not activate by itself.
func (n Node) barred() barrier {
	switch {
	case n.held && !n.settings.Partner:
		return barHeldAlone
	case n.held:
		return barHeld
	case n.severed():
		return barCut
	case n.settings.Partner && n.Blind():
		return barBlind
	}
	return noBarrier
}

// refuse tells of a barrier, once.
func (s *step) refuse(r barrier) {
	if s.barrier == r {
		return
	}
	s.barrier = r
	switch r {
	case barHeld:
		s.note(Warning, "partner dead, but this router is held: nobody serves")
	case barHeldAlone:
		s.note(Warning, "this router is held: nobody serves")
	case barHeldInactive:
		s.note(Warning, "partner inactive, but this router is held: nobody serves")
	case barCut:
		s.note(Warning, "no heartbeat, but this router's own network is in doubt: not taking over")
	case barBlind:
		s.note(Warning, "partner dead, but no real server answers here while %d of %d answered there: not taking over blind", s.last.Up, s.last.Servers)
	}
}

// Held tells whether an operator wants this router never to take over.
func (n Node) Held() bool { return n.held }

// hold takes in whether an operator wants this router never to take over.
func (s *step) hold(on bool) {
	if s.held == on {
		return
	}
	s.held, s.barrier = on, noBarrier
	if s.started && s.settings.Keyed {
		s.soon()
	}
	if on {
		s.wants = false
		s.note(Info, "held: this router does not take over")
	} else {
		s.note(Info, "not held any more: this router takes over where it must")
		if s.partner == PartnerStandby && s.phase == PhaseStandby {
			s.reconsider()
		}
	}
}

// reconsider judges anew what the partner said last.
func (s *step) reconsider() {
	if s.last.Keyed {
		s.consider(s.last)
	} else {
		s.heardStopped()
	}
}
