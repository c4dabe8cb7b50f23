package heartbeat

import "time"

// message is what a heartbeat says to a partner without a key. One that hands
// over to us lets go when it hears Running: not before our addresses are up.
func (n Node) message() Message {
	running := n.phase == Serving || n.phase == Taking && !n.mute
	switch {
	case n.settings.Fos && running:
		return FOSRunning
	case n.settings.Fos:
		return FOSStopped
	case running:
		return Running
	}
	return Stopped
}

// beat is what a heartbeat says now.
func (n Node) beat() Beat {
	return Beat{
		Message: n.message(), Keyed: n.settings.Keyed,
		Phase: n.phase, Reason: n.reason, Interval: n.settings.Keepalive,
		Serial: n.settings.Serial, Hash: n.settings.Hash, Release: n.settings.Release, Faults: n.faults,
		Up: count(n.facts.Up), Servers: count(n.facts.Servers), Connections: count(n.facts.Connections),
		Held: n.held, Blind: n.Blind(), Wants: n.wants, Stop: n.stopping, Deaf: n.settings.Partner && n.partner == PartnerSilent,
	}
}

// Spare returns what the next heartbeat says if nothing happens before it is
// due, and when that is. It is for somebody to send in this process's stead
// should it be late. ok is false where silence says more: a router that gives
// its addresses up is not heard before they are gone.
func (n Node) Spare() (b Beat, due time.Duration, ok bool) {
	if !n.started || !n.settings.Partner || n.phase == Dropping || n.gone() {
		return Beat{}, 0, false
	}
	return n.beat(), n.sendAt, true
}

// Outdated tells whether a Spare that says b, and was told to somebody, should
// be replaced by one that says now. How many servers and connections there are
// may be a keepalive old: when hundreds of servers fail at once each changes
// that, and a replacement costs a place among the last packets that echoes are
// held against. Whether any server is up is what a partner goes by.
func (b Beat) Outdated(now Beat) bool {
	for _, s := range []*Beat{&b, &now} {
		s.Up, s.Servers, s.Connections = min(s.Up, 1), 0, 0
	}
	return b != now
}

func count(n int) uint32 { return uint32(min(max(n, 0), 1<<31-1)) }

// interval is between heartbeats.
func (n Node) interval() time.Duration {
	if n.phase == Yielding {
		return min(n.settings.Keepalive, yieldEvery)
	}
	return n.settings.Keepalive
}

// send sends a heartbeat.
func (s *step) send() {
	if !s.settings.Partner {
		return
	}
	b := s.beat()
	s.do(Send{Beat: b})
	if s.stopping && !s.keyedPartner() {
		b.Message = FOSStop
		s.do(Send{Beat: b})
	}
	s.spoken, s.sentAt, s.sendAt = s.message(), s.now, s.now+s.interval()
}

// speak tells the partner of a change at once, where the heartbeat can say it.
func (s *step) speak() {
	if s.settings.Keyed || s.message() != s.spoken {
		s.send()
	}
}

// soon has a heartbeat go out with this step, unless this router keeps quiet
// until its addresses are gone.
func (s *step) soon() {
	if s.phase != Dropping {
		s.sendAt = s.now
	}
}

// hush leaves out heartbeats until the addresses are gone: the next one says
// that they are. It must come before the partner takes this router for dead.
func (s *step) hush() {
	quiet := max(s.settings.Keepalive, s.settings.Deadtime/2)
	s.sendAt = s.sentAt + quiet
	if s.sendAt <= s.now { // it takes this router for dead already
		s.sendAt = s.now + quiet
	}
}
