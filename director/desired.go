package director

import (
	"net/netip"
	"slices"

	"pacu/ipvs"
)

// A situation is what, besides lvs.cf, decides the destinations of a service.
type situation struct {
	verdict func(ServerKey) (Verdict, bool)
	drained func(*Service, *Server) (draining, out bool)
	forced  func(*Service, *Server) *Force
	held    *Entry // what the kernel holds; nil: the service is not there
	kept    map[netip.AddrPort]uint32
	sorry   bool // the sorry server served so far
	// leaving are the destinations that lvs.cf no longer has, with the
	// connections they still have.
	leaving map[netip.AddrPort]uint64
}

// An outcome is what a situation asks for.
type outcome struct {
	entry Entry
	sorry bool // the sorry server serves
	// holds are the servers whose weight is not their nanny's to set.
	holds []netip.AddrPort
	up    int // servers that are up and not drained
}

// desired is what the kernel should hold of s. Of servers without a verdict,
// one that was served before is kept as it was until a probe says otherwise,
// a new one gets nothing.
func desired(s *Service, sit situation) outcome {
	o := outcome{entry: Entry{Service: s.Service, Destinations: make([]ipvs.Destination, 0, len(s.Servers)+1)}}
	untried, active := 0, 0
	serving := make([]int, 0, len(s.Servers)) // indices of those up
	for i := range s.Servers {
		rs := &s.Servers[i]
		if !rs.Active {
			continue
		}
		active++
		a := netip.AddrPortFrom(rs.Addr, rs.Port)
		d := s.destination(rs)
		held := sit.held.find(a)
		draining, out := sit.drained(s, rs)
		if draining {
			o.holds = append(o.holds, a)
			if !out && held != nil {
				o.entry.Destinations = append(o.entry.Destinations, d)
			}
			continue
		}
		verdict, judged := Verdict{Up: true, Weight: uint32(rs.Weight)}, rs.Unchecked
		if !rs.Unchecked {
			verdict, judged = sit.verdict(ServerKey{s.JudgedBy, rs.Addr, rs.Port})
		}
		if f := sit.forced(s, rs); f != nil {
			o.holds = append(o.holds, a)
			verdict, judged = Verdict{Up: f.Up, Weight: uint32(rs.Weight)}, true
		}
		weight, kept := sit.kept[a]
		switch {
		case !judged && !kept:
			untried++
			continue
		case !judged:
			d.Weight = weight
			if weight > 0 {
				serving = append(serving, len(o.entry.Destinations))
			}
		case verdict.Up:
			d.Weight = verdict.Weight
			serving = append(serving, len(o.entry.Destinations))
		case !rs.Quiesce:
			continue
		}
		o.entry.Destinations = append(o.entry.Destinations, d)
	}
	o.up = len(serving)
	o.sorry = s.Sorry.IsValid() && s.tooFew(len(serving), untried, active, sit.sorry)
	if o.sorry {
		// Alone: a server that cannot bear the whole load is not asked to.
		for _, i := range serving {
			d := &o.entry.Destinations[i]
			d.Weight = 0
			if !slices.Contains(o.holds, at(*d)) { // else it is forced
				o.holds = append(o.holds, at(*d))
			}
		}
		o.entry.add(s.sorryDestination())
	}
	// Whoever replaces all servers by others keeps the old ones serving until
	// the first of the new is known to be up.
	replacing := o.up == 0 && untried > 0
	for a, connections := range sit.leaving {
		held := sit.held.find(a)
		if held == nil || connections == 0 || o.entry.contains(a) {
			continue
		}
		d := *held
		if !replacing {
			d.Weight = 0
		}
		o.entry.add(d)
	}
	slices.SortFunc(o.entry.Destinations, compare)
	return o
}

// tooFew tells whether the sorry server has to serve. Servers without a
// verdict may be up: a cold start is no reason to be sorry.
func (s *Service) tooFew(up, untried, active int, before bool) bool {
	quorum := max(s.Quorum, 1)
	if !before {
		return up+untried < quorum
	}
	// No more is asked for than there is, else it would never end.
	return up < max(1, min(quorum+s.Hysteresis, max(active, quorum)))
}

func (s *Service) destination(rs *Server) ipvs.Destination {
	return ipvs.Destination{Addr: rs.Addr, Port: rs.Port, Forward: s.Forward, Tunnel: s.Encap, Upper: rs.Upper, Lower: rs.Lower}
}

func (s *Service) sorryDestination() ipvs.Destination {
	port := s.Port
	if s.Ports != nil {
		port = 0
	}
	return ipvs.Destination{Addr: s.Sorry, Port: port, Forward: s.Forward, Tunnel: s.Encap, Weight: 1}
}

func (e *Entry) contains(a netip.AddrPort) bool {
	return slices.ContainsFunc(e.Destinations, func(d ipvs.Destination) bool { return at(d) == a })
}

// add adds d unless something is at its address and port already: a real
// server may be the sorry server of its own service.
func (e *Entry) add(d ipvs.Destination) {
	for i := range e.Destinations {
		if at(e.Destinations[i]) == at(d) {
			e.Destinations[i].Weight = max(e.Destinations[i].Weight, d.Weight)
			return
		}
	}
	e.Destinations = append(e.Destinations, d)
}
