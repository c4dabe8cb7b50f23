package heartbeat

import "time"

// Partner returns what the partner said last; all zero before. It may be long
// ago, see PartnerState.
func (n Node) Partner() Beat { return n.last }

// PartnerState returns what is known of the partner.
func (n Node) PartnerState() PartnerState { return n.partner }

// PartnerSince returns when PartnerState last changed.
func (n Node) PartnerSince() time.Duration { return n.partnerSince }

// PathSilent tells whether path i has carried nothing for deadtime.
func (n Node) PathSilent(i int) bool { return n.paths[i].silent }

// keyedPartner tells whether the partner says all of a Beat. One not heard yet
// is taken to have our key.
func (n Node) keyedPartner() bool {
	if n.heard {
		return n.last.Keyed
	}
	return n.settings.Keyed
}

// hear takes in a heartbeat of the partner.
func (s *step) hear(ev Heard) {
	if !s.settings.Partner || ev.Path < 0 || ev.Path >= s.settings.Paths {
		return
	}
	b, ok := s.settings.understood(ev.Beat)
	if !ok {
		if !s.foreign {
			s.foreign = true
			s.note(Warning, "Incompatible heartbeat received -- other system not using identical services")
		}
		return
	}
	s.foreign = false

	p := &s.paths[ev.Path]
	before := *p
	p.heard, p.ever, p.silent = s.now, true, false
	s.graced = false
	if before.silent {
		s.note(Info, "%s: heartbeat again after %v", s.settings.pathWords(ev.Path), (s.now - before.heard).Round(time.Millisecond))
	}
	if s.partner == PartnerSilent {
		s.setPartner(PartnerUnknown)
	}
	if ev.Late || b.Message == HoldMessage || b.Message == HeldMessage {
		return
	}
	if s.last.Keyed != b.Keyed || s.last.Boot != b.Boot {
		s.restarted()
	}
	if !b.Keyed && s.heard && s.last.Phase != b.Phase && s.now-s.partnerSince < s.settings.Keepalive {
		return // an older message, overtaken on its way, perhaps
	}
	s.believe(b)
	if b.Keyed {
		s.heardKeyed(b)
	} else {
		s.heardLegacy(b)
	}
}

// understood is b in the words of service = lvs, and its Phase, if it is the
// heartbeat of a router with the same service.
func (s Settings) understood(b Beat) (Beat, bool) {
	switch b.Message {
	case Running, Stopped:
		if s.Fos {
			return b, false
		}
	case FOSRunning, FOSStopped, FOSStop:
		if !s.Fos {
			return b, false
		}
		b.Stop = b.Stop || b.Message == FOSStop
		if b.Message == FOSStopped {
			b.Message = Stopped
		} else {
			b.Message = Running
		}
	case HoldMessage, HeldMessage:
		return b, true
	default:
		return b, false
	}
	if !b.Keyed {
		b.Phase = PhaseStandby
		if b.Message == Running {
			b.Phase = Serving
		}
	}
	return b, true
}

// believe remembers what the partner says.
func (s *step) believe(b Beat) {
	was, active := s.heard && s.last.Phase.active(), b.Phase.active()
	if s.last.Faults != b.Faults || s.last.Held != b.Held || s.last.Blind != b.Blind {
		s.tried = false
	}
	if b.Deaf && (!s.heard || !s.last.Deaf) {
		s.deafFrom = s.now
	}
	if b.Reason == ReasonConflict && (s.last.Reason != b.Reason || s.last.Boot != b.Boot) && s.phase.active() {
		s.contested = true // it served too, though it was not heard to
	}
	if b.Phase == Dropping && (!s.heard || s.last.Phase != Dropping) {
		s.droppingFrom = s.now
	}
	switch {
	case active:
		s.handed = false
		s.setPartner(PartnerActive)
	default:
		s.handed = was || s.handed
		s.setPartner(PartnerStandby)
	}
	s.last, s.lastAt, s.heard = b, s.now, true
}

// restarted forgets what the partner said before it was started anew, or had
// another key.
func (s *step) restarted() {
	s.heard, s.handed, s.asked, s.suspended, s.tried = false, false, false, false, false
	s.setPartner(PartnerUnknown)
}

// judgeSilence finds out whether the partner is dead.
func (s *step) judgeSilence() {
	silent := true
	for i := range s.paths[:s.settings.Paths] {
		p := &s.paths[i]
		if !p.silent && s.now-p.heard >= s.settings.Deadtime {
			p.silent = true
			s.note(Warning, "%s: no heartbeat for %v", s.settings.pathWords(i), (s.now - p.heard).Round(time.Millisecond))
		}
		silent = silent && p.silent
	}
	if silent && s.partner != PartnerSilent {
		s.heard, s.handed, s.suspended, s.tried = false, false, false, false
		s.setPartner(PartnerSilent)
		if s.phase.active() {
			s.note(Warning, "partner dead")
			s.contested = true
		}
	}
}

// listen forgets silences and what went before: from now on the partner has
// deadtime to be heard.
func (s *step) listen() {
	for i := range s.paths {
		s.paths[i] = path{heard: s.now}
	}
	s.heard, s.handed = false, false
	s.setPartner(PartnerUnknown)
}

// notice finds out whether this process was not running.
func (s *step) notice() {
	late, k := s.now-s.Next(), s.settings.Keepalive
	switch {
	case !s.started || !s.settings.Partner:
	case s.phase.active() && s.now-s.sentAt >= s.settings.Deadtime:
		s.stalled(max(late, 0).Round(time.Millisecond))
	case late > k:
		s.note(Warning, "pulse was not running for %v: listening before judging the partner", late.Round(time.Millisecond))
		s.listenAfterStall()
	case late > k/8 && !s.graced:
		// A heartbeat may wait to be read. Once, lest a machine that is always
		// late never judges.
		s.graced = true
		for i := range s.paths {
			s.paths[i].heard = max(s.paths[i].heard, s.now-s.settings.Deadtime+k/4)
		}
	}
}

func (s *step) listenAfterStall() {
	s.listen()
	s.listenUntil = s.now + min(2*s.settings.Keepalive, s.settings.Deadtime)
}

// stalled gives up because the partner heard nothing for deadtime: it has
// taken over, as far as anybody here knows, and must not find two routers.
func (s *step) stalled(late time.Duration) {
	const why = "pulse was not running for %v: assuming the partner took over"
	s.note(Warning, why, late)
	s.listenAfterStall()
	if s.leaving() {
		s.finish("stopping: deactivating LVS")
		return
	}
	s.drop("stalled: deactivating LVS", ReasonStall)
}
