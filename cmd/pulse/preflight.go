package main

import (
	"fmt"

	"pacu/control"
)

// preflight is what would go wrong, were the other router to serve from now
// on. It judges by a snapshot of this router, whichever of the two is active.
func preflight(s *control.Snapshot) []control.Finding {
	var f findings
	p := s.Partner
	if p == nil {
		f.stop("there is no other router: lvs.cf has backup_active = 0, or no backup")
		return f
	}
	// The one that would serve, and the one that does.
	if s.Router.State == control.Active {
		f.taker(p.State, p.Held, p.Faults, p.ServersUp, p.Servers, "the partner "+p.Address.String())
		f.servers(s, p)
	} else {
		f.asker(s, p)
	}
	for _, path := range p.Paths {
		if path.Silent && p.State != control.Silent {
			f.warn("heartbeat path %s (%s) is silent: it must not be the last that fails", path.Name, path.Remote)
		}
	}
	if !p.Keyed {
		f.warn("heartbeats without a key do not tell whether the partner's lvs.cf is the same, nor how many real servers it reaches: pulse keygen")
	}
	if p.ConfigDiffers {
		f.stop("the partner's lvs.cf (serial_no %d) is not this one (serial_no %d): copy it there, and run pulse reload on both", p.SerialNo, s.Config.SerialNo)
	}
	if s.Config.Refused != "" {
		f.warn("the lvs.cf on disk is refused, serial_no %d is in use", s.Config.SerialNo)
	}
	f.connections(s)
	return f.sorted()
}

// findings are collected in the order in which they are found.
type findings []control.Finding

func (f *findings) stop(format string, args ...any) {
	*f = append(*f, control.Finding{Stops: true, Text: fmt.Sprintf(format, args...)})
}

func (f *findings) warn(format string, args ...any) {
	*f = append(*f, control.Finding{Text: fmt.Sprintf(format, args...)})
}

// sorted has what stops first.
func (f findings) sorted() []control.Finding {
	out := make([]control.Finding, 0, len(f))
	for _, stops := range []bool{true, false} {
		for _, one := range f {
			if one.Stops == stops {
				out = append(out, one)
			}
		}
	}
	return out
}

// taker judges the router that would serve.
func (f *findings) taker(state control.State, held bool, faults, up, servers int, who string) {
	switch state {
	case control.Standby:
	case control.Active:
		f.stop("%s says that it is active too: wait until one has given up", who)
	default:
		f.stop("%s is %s: it would not take over", who, state)
	}
	if held {
		f.stop("%s is held: run pulse hold off there", who)
	}
	if faults > 0 {
		f.stop("%s has faults of its own: pulse status there says which", who)
	}
	if servers > 0 && up == 0 {
		f.stop("%s reaches none of %d real servers", who, servers)
	}
}

// servers compares how many real servers each router reaches.
func (f *findings) servers(s *control.Snapshot, p *control.Partner) {
	if !p.Keyed || p.ServersUp == 0 {
		return
	}
	up := 0
	for i := range s.Services {
		for _, rs := range s.Services[i].Servers {
			if rs.Listed() && rs.Health == control.Up {
				up++
			}
		}
	}
	if p.ServersUp < up {
		f.warn("the partner reaches %d real servers, this router %d", p.ServersUp, up)
	}
}

// asker judges a standby router that asks for the active role.
func (f *findings) asker(s *control.Snapshot, p *control.Partner) {
	if s.Router.Held {
		f.stop("this router is held: run pulse hold off first")
	}
	if len(s.Router.Faults) > 0 {
		f.stop("this router is not fit: %s", s.Router.Faults[0])
	}
	if s.Router.Blind {
		f.stop("this router reaches no real server, and the partner does")
	}
	switch {
	case p.State != control.Active:
		f.stop("the partner %s is %s, and cannot hand over", p.Address, p.State)
	case !p.Keyed:
		f.stop("heartbeats without a key cannot ask for the active role: run pulse switchover on the active router, or pulse keygen")
	}
}

// connections judges what becomes of those under way.
func (f *findings) connections(s *control.Snapshot) {
	sync := s.Sync
	if sync == nil {
		if n := s.Table.Connections; n > 0 {
			f.warn("syncdaemon = 0: the other router does not know of %d connections; those through NAT break", n)
		}
		return
	}
	if !sync.Running {
		f.warn("the connection sync daemon does not run: connections under way may break")
	}
	told, known := sync.Connections, sync.Partner
	if s.Router.State != control.Active {
		told, known = known, told
	}
	if s.Partner.Keyed && told >= fewConnections && known < told*9/10 {
		f.warn("connection sync is behind: the other router knows of %d of %d connections", known, told)
	}
}

// fewConnections are too few to judge a sync by.
const fewConnections = 10
