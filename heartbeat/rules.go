package heartbeat

import "time"

// heard takes in a message of the partner.
func (s *step) heard(ev Heard) {
	if !s.settings.Partner || ev.Path < 0 || ev.Path >= s.settings.Paths {
		return
	}
	switch ev.Message {
	case Running, Stopped, HoldMessage, HeldMessage:
		s.foreign = false
	default:
		if !s.foreign {
			s.foreign = true
			s.note(Warning, "Incompatible heartbeat received -- other system not using identical services")
		}
		return
	}

	p := &s.paths[ev.Path]
	before := *p
	p.heard, p.silent = s.now, false
	s.graced = false
	if before.silent {
		s.note(Info, "%s path: heartbeat again after %v", PathName(ev.Path), (s.now - before.heard).Round(time.Millisecond))
	}
	if s.partner == PartnerSilent {
		s.setPartner(PartnerUnknown)
	}
	if ev.Message == HoldMessage || ev.Message == HeldMessage {
		return
	}
	last := s.said
	if last != 0 && last != ev.Message && s.now-s.partnerSince < s.settings.Keepalive {
		return // an older message, overtaken on its way, perhaps
	}
	s.said = ev.Message
	if ev.Message == Running {
		s.setPartner(PartnerActive)
		s.heardRunning()
		return
	}
	if last != Stopped {
		s.handed = last == Running
	}
	s.setPartner(PartnerStandby)
	s.heardStopped()
}

func (s *step) heardRunning() {
	s.failed, s.handed = false, false
	switch {
	case s.leaving:
		s.finish("partner active: deactivating LVS")
	case s.state == Active && s.settings.Role == Backup:
		s.send(Running)
		s.deactivate("partner active: deactivating LVS")
	case s.state == Active:
		s.contested = true
		if s.now-s.announcedAt >= s.settings.Keepalive {
			s.announce("partner active: resending arps")
		}
	}
}

func (s *step) heardStopped() {
	switch {
	case s.state == Active:
		if s.contested {
			s.contested = false
			s.announce("partner inactive: resending arps")
		}
	case !s.may(s.now):
	case s.settings.Role == Primary:
		s.activate("backup inactive: activating lvs")
	case s.handed || s.now-max(s.partnerSince, s.since) > 2*s.settings.Keepalive:
		s.activate("primary inactive: activating lvs")
	}
}

// fit takes in whether this router could serve.
func (s *step) fit(ev Fit) {
	if s.unfit == !ev.OK {
		return
	}
	s.unfit = !ev.OK
	if !s.settings.Partner {
		return // better half up than down
	}
	if ev.OK {
		s.note(Info, "Local NIC link(s) restored: Pulse enabled")
		s.listen()
		return
	}
	if ev.Why != "" {
		s.note(Warning, "%s", ev.Why)
	}
	s.note(Warning, "Local NIC link failure: Pulse disabled")
	s.yieldUnfit()
}

func (s *step) yieldUnfit() {
	const why = "local link failure: deactivating LVS"
	switch {
	case s.leaving:
		s.finish(why)
	case s.state == Active:
		s.deactivate(why)
	}
}

// fail takes in that activating, or what it started, has failed.
func (s *step) fail(ev Failed) {
	if s.leaving {
		s.finish(ev.Why)
		return
	}
	s.failed = true
	s.retryAt = s.now + max(s.settings.Deadtime, retryAfter)
	if s.state == Active {
		s.deactivate(ev.Why)
	}
}

// configure takes in new settings.
func (s *step) configure(settings Settings) {
	old := s.settings
	s.settings = settings.usable()
	if s.settings == old {
		return
	}
	// The partner may not have its new settings yet, nor have been listened to.
	s.listen()
	s.sendAt = s.now
	switch {
	case s.leaving && !s.settings.Partner:
		s.finish("no partner to hand over to: deactivating LVS")
	case s.state == Active && !s.settings.Partner && s.settings.Role == Backup:
		s.deactivate("backup node is marked inactive: deactivating LVS")
	case s.unfit && s.settings.Partner:
		s.yieldUnfit()
	}
}

// leave begins or carries out a planned stop.
func (s *step) leave() {
	switch {
	case s.leaving:
	case s.state == Standby:
		s.end()
	case s.settings.Partner && s.partner == PartnerStandby:
		s.leaving = true
		s.leaveBy = s.now + s.settings.Deadtime
		s.note(Info, "stopping: the %s takes over", s.settings.Role.other())
		s.send(Stopped)
	default:
		s.finish("stopping: deactivating LVS")
	}
}
