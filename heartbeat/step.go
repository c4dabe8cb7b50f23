package heartbeat

import (
	"fmt"
	"time"
)

// Step tells the node that ev happens now, and returns the node after it and
// what is to be done. It is called for every event, and with Tick when Next
// has come; a Tick too early does nothing. After Gone, nothing does anything.
func (n Node) Step(now time.Duration, ev Event) (Node, []Action) {
	if n.gone() {
		return n, nil
	}
	s := step{Node: n, now: now}
	s.notice()
	switch ev := ev.(type) {
	case Heard:
		s.hear(ev)
	case Fit:
		s.fit(ev)
	case Facts:
		s.facts = ev
	case Raised:
		s.raised(ev.Job)
	case Lowered:
		s.lowered(ev.Job)
	case Failed:
		s.fail(ev)
	case Configure:
		s.configure(ev.Settings)
	case Leave:
		s.leave()
	case Switchover:
		s.switchover()
	case Hold:
		s.hold(ev.On)
	case PartnerFailed:
		s.partnerFailed(ev)
	}
	s.due()
	s.started = true
	return s.Node, s.actions
}

// A step is a Node on its way to the next.
type step struct {
	Node
	now     time.Duration
	actions []Action
}

func (s *step) do(a ...Action) { s.actions = append(s.actions, a...) }

func (s *step) note(l Level, format string, args ...any) {
	s.do(Note{Level: l, Text: fmt.Sprintf(format, args...)})
}

// due does what the time demands.
func (s *step) due() {
	if s.gone() {
		return
	}
	if s.settings.Partner {
		s.judgeSilence()
		s.judgeFaults()
		s.judgeYield()
		s.judgeWants()
	}
	if s.phase == PhaseStandby && !s.ending {
		s.judgeStandby()
	}
	s.overdue()
	if s.settings.Partner && s.now >= s.sendAt {
		s.send()
	}
}

// judgeStandby activates a standby that needs not be told to.
func (s *step) judgeStandby() {
	why, reason := s.wanted()
	if !s.started && !s.severed() {
		if s.settings.ForceActive {
			s.activate("forceactive: activating lvs", ReasonForced)
			return
		}
		if s.settings.Resume {
			s.activate("an earlier pulse served here: going on", ReasonForced)
			return
		}
	}
	if why == "" {
		s.judgePreempt()
		return
	}
	s.preemptAt = Never
	r := s.barred()
	s.refuse(r)
	if r == noBarrier && s.now >= s.mayFrom() {
		s.activate(why, reason)
	}
}

// configure takes in new settings.
func (s *step) configure(settings Settings) {
	old := s.settings
	s.settings = settings.usable()
	if s.settings == old {
		return
	}
	s.soon()
	if s.settings.listening() != old.listening() {
		// The partner may not have its new settings yet, nor have been listened to.
		s.listen()
		s.sentAt = s.now
	}
	switch {
	case s.settings.Partner:
		return
	case s.leaving():
		s.finish("no partner to hand over to: deactivating LVS")
	case s.phase.active() && s.settings.Role == Backup:
		s.deactivate("backup node is marked inactive: deactivating LVS", ReasonConfig)
	case s.phase == Yielding:
		s.setPhase(Serving, s.reason)
	}
	s.wants = false
}
