package heartbeat

import (
	"fmt"
	"time"
)

// Step tells the node that ev happens now, and returns the node after it and
// what is to be done. It is called for every event, and with Tick when Next
// has come; a Tick too early does nothing. After Gone, nothing does anything.
func (n Node) Step(now time.Duration, ev Event) (Node, []Action) {
	if n.gone {
		return n, nil
	}
	s := step{Node: n, now: now}
	s.notice()
	switch ev := ev.(type) {
	case Heard:
		s.heard(ev)
	case Fit:
		s.fit(ev)
	case Failed:
		s.fail(ev)
	case Configure:
		s.configure(ev.Settings)
	case Leave:
		s.leave()
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

// notice finds out whether this process was not running.
func (s *step) notice() {
	late, k := s.now-s.Next(), s.settings.Keepalive
	switch {
	case !s.started || !s.settings.Partner || late <= k/8:
		return
	case late <= k:
		// A heartbeat may wait to be read. Once, lest a machine that is always
		// late never judges.
		if !s.graced {
			s.graced = true
			for i := range s.paths {
				s.paths[i].heard = max(s.paths[i].heard, s.now-s.settings.Deadtime+k/4)
			}
		}
		return
	}
	s.note(Warning, "pulse was not running for %v: listening before judging the partner", late.Round(time.Millisecond))
	s.listen()
	s.listenUntil = s.now + min(2*k, s.settings.Deadtime)
}

// listen forgets silences and what went before: from now on the partner has
// deadtime to be heard.
func (s *step) listen() {
	for i := range s.paths {
		s.paths[i] = path{heard: s.now}
	}
	s.said, s.handed = 0, false
	s.setPartner(PartnerUnknown)
}

// due does what the time demands.
func (s *step) due() {
	if s.gone {
		return
	}
	if s.settings.Partner {
		s.judgeSilence()
	}
	if s.leaving && (s.partner == PartnerSilent || s.now >= s.leaveBy) {
		s.finish("partner did not take over: deactivating LVS")
		return
	}
	if s.state == Standby {
		why := s.wanted()
		if !s.started && s.settings.ForceActive {
			why = "forceactive: activating lvs"
		} else if !s.started && s.settings.Resume {
			why = "an earlier pulse served here: going on"
		}
		if why != "" && s.may(s.now) {
			s.activate(why)
		}
	}
	if s.settings.Partner && s.now >= s.sendAt {
		s.send(s.message())
	}
}

func (s *step) judgeSilence() {
	silent := true
	for i := range s.paths[:s.settings.Paths] {
		p := &s.paths[i]
		if !p.silent && s.now-p.heard >= s.settings.Deadtime {
			p.silent = true
			s.note(Warning, "%s path: no heartbeat for %v", PathName(i), (s.now - p.heard).Round(time.Millisecond))
		}
		silent = silent && p.silent
	}
	if silent && s.partner != PartnerSilent {
		s.said, s.handed = 0, false
		s.setPartner(PartnerSilent)
		if s.state == Active {
			s.note(Warning, "partner dead")
			s.contested = true
		}
	}
}

func (s *step) setPartner(p PartnerState) {
	if s.partner != p {
		s.partner, s.partnerSince = p, s.now
	}
}

func (s *step) setState(state State, why string) {
	s.state, s.since, s.why = state, s.now, why
	s.contested = state == Active && s.partner == PartnerSilent
}

func (s *step) send(m Message) {
	if s.settings.Partner {
		s.do(Send{Message: m})
		s.sendAt = s.now + s.interval()
	}
}

func (s *step) activate(why string) {
	s.setState(Active, why)
	s.failed = false
	s.announcedAt = s.now
	s.do(Activate{Why: why})
	s.send(Running)
}

func (s *step) deactivate(why string) {
	s.setState(Standby, why)
	s.do(Deactivate{Why: why})
	s.send(Stopped)
}

// finish ends an active router.
func (s *step) finish(why string) {
	s.deactivate(why)
	s.end()
}

func (s *step) end() {
	s.leaving, s.gone = false, true
	s.do(Gone{})
}

func (s *step) announce(why string) {
	s.announcedAt = s.now
	s.do(Announce{Why: why})
}
