package heartbeat

// Of few connections, few are lost.
const fewConnections = 10

// Suspended tells whether preempting waits for the partner's death, because an
// operator wanted the partner to serve.
func (n Node) Suspended() bool { return n.suspended }

// judgePreempt has a fit primary take back from the backup, when its time has
// come. It takes while the backup serves, which lets go when it hears that.
func (s *step) judgePreempt() {
	if s.waitsFor() != preemptReady {
		s.preemptAt = Never
		return
	}
	s.preemptAt = min(s.preemptAt, s.now+s.settings.PreemptDelay)
	if s.now >= s.preemptAt {
		s.activate("preempt: taking back", ReasonPreempt)
	}
}

// What a standby primary that preempts may wait for.
const (
	preemptReady     = "" // nothing but its delay
	preemptOff       = "preempt is off"
	preemptSuspended = "an operator had the backup serve: until its death, its restart or another switchover"
	preemptFit       = "this router is not fit"
	preemptHeld      = "this router is held"
	preemptBlind     = "no real server answers here"
	preemptRetry     = "the last try failed"
	preemptPartner   = "the backup does not serve steadily"
	preemptDeaf      = "the backup does not hear this router, and would not let go"
	preemptSync      = "connection synchronization has not caught up"
)

// waitsFor tells what keeps a standby router from preempting.
func (s *step) waitsFor() string {
	conns := uint64(s.last.Connections)
	switch {
	case !s.settings.Preempt || !s.settings.Partner || s.settings.Role != Primary || s.ending:
		return preemptOff
	case s.partner != PartnerActive || s.last.Phase != Serving || s.now < s.listenUntil:
		return preemptPartner
	case s.last.Deaf:
		return preemptDeaf
	case s.suspended:
		return preemptSuspended
	case s.held:
		return preemptHeld
	case s.faults > 0:
		return preemptFit
	case s.Blind():
		return preemptBlind
	case s.now < s.retryAt:
		return preemptRetry
	case s.settings.SyncGate && s.last.Keyed && conns >= fewConnections && 10*uint64(count(s.facts.Connections)) < 9*conns:
		return preemptSync
	}
	return preemptReady
}
