package heartbeat

import "time"

// State returns whether this router serves, or is about to.
func (n Node) State() State {
	if n.phase.active() {
		return Active
	}
	return Standby
}

// Since returns when State last changed.
func (n Node) Since() time.Duration { return n.since }

// Why returns the reason of the last change of State, for people.
func (n Node) Why() string { return n.why }

// Phase returns how far this router is with its State.
func (n Node) Phase() Phase { return n.phase }

// PhaseSince returns when Phase last changed.
func (n Node) PhaseSince() time.Duration { return n.phaseSince }

// Reason returns the reason of Phase.
func (n Node) Reason() Reason { return n.reason }

func (s *step) setPhase(p Phase, reason Reason) {
	s.phase, s.phaseSince, s.reason = p, s.now, reason
}

// activate begins to serve.
func (s *step) activate(why string, reason Reason) {
	s.setPhase(Taking, reason)
	s.since, s.why = s.now, why
	s.job++
	s.failed, s.wants, s.suspended, s.barrier = false, false, false, noBarrier
	s.contested = s.partner == PartnerSilent || s.partner == PartnerUnknown && reason == ReasonForced
	s.relieves = s.heard && s.last.Phase == Yielding
	s.mute = s.settings.Partner && !s.keyedPartner() && reason != ReasonService &&
		(s.handed || s.partner == PartnerActive)
	s.announcedAt, s.preemptAt = s.now, Never
	s.do(Activate{Job: s.job, Why: why})
	s.speak()
}

// raised takes in that the addresses are up.
func (s *step) raised(job int) {
	if job != s.job || s.phase != Taking {
		return
	}
	s.setPhase(Serving, s.reason)
	s.announcedAt = s.now
	s.speak()
}

// deactivate begins to give up. A partner without a key takes what it hears of
// it for the end.
func (s *step) deactivate(why string, reason Reason) {
	s.drop(why, reason)
	if s.settings.Keyed {
		s.send()
	}
}

// drop is deactivate, and lets the next heartbeat say that it is done.
func (s *step) drop(why string, reason Reason) {
	s.setPhase(Dropping, reason)
	s.since, s.why = s.now, why
	s.job++
	s.contested, s.relieves, s.stopping, s.againAt = false, false, false, Never
	s.do(Deactivate{Job: s.job, Why: why})
	s.hush()
}

// lowered takes in that the addresses are gone.
func (s *step) lowered(job int) {
	if job != s.job || s.phase != Dropping {
		return
	}
	s.setPhase(PhaseStandby, s.reason)
	s.send()
	if s.ending {
		s.do(Gone{})
	}
}

// finish gives up for good.
func (s *step) finish(why string) {
	s.ending = true
	s.deactivate(why, ReasonLeave)
}

// fail takes in that activating, or what it started, has failed.
func (s *step) fail(ev Failed) {
	switch {
	case s.ending || ev.Job != 0 && ev.Job != s.job:
		return
	case s.leaving():
		s.finish(ev.Why)
		return
	}
	s.failed = true
	s.retryAt = s.now + max(s.settings.Deadtime, retryAfter)
	if s.phase.active() {
		s.deactivate(ev.Why, ReasonFailed)
	}
}

// resend announces again, where the addresses are up.
func (s *step) resend(level Level, why string) {
	if s.phase == Serving || s.phase == Yielding {
		s.announcedAt = s.now
		s.do(Announce{Why: why, Level: level})
	}
}

// overdue tells whether the announcement after a split brain is due.
func (s *step) overdue() {
	if s.now < s.againAt {
		return
	}
	s.againAt = Never
	s.resend(Warning, "resending arps once more")
}

// won takes in that the partner, which was or may have been active too, is
// standby. One that handed over may have had the neighbours turn to it once
// more while it still had the addresses: by asking them something.
func (s *step) won() {
	const why = "partner inactive: resending arps"
	switch {
	case s.phase != Serving:
		return
	case s.contested:
		s.resend(Warning, why)
		s.againAt = s.now + againAfter
	case s.relieves:
		s.resend(Info, why)
	}
	s.contested, s.relieves = false, false
}

// contend takes in that the partner serves too, and that this router stays.
func (s *step) contend() {
	s.contested = true
	if s.phase == Serving && s.now-s.announcedAt >= s.settings.Keepalive {
		s.resend(Warning, "partner active: resending arps")
	}
}

func (s *step) setPartner(p PartnerState) {
	if s.partner != p {
		s.partner, s.partnerSince = p, s.now
	}
}

// standing is for how long both routers have been standby.
func (s *step) standing() time.Duration { return s.now - max(s.partnerSince, s.since) }
