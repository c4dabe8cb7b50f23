package director

import (
	"maps"
	"math"
	"net/netip"
	"slices"
	"time"

	"pacu/ipvs"
)

// unknown is a number of connections that was not read yet: some.
const unknown = math.MaxUint64

// A service is one service of the kernel that is this director's business.
type service struct {
	key  ipvs.Key
	want *Service // nil: lvs.cf has it no more
	held *Entry   // what the kernel is believed to hold; nil: nothing

	active uint64 // connections, as last read

	dirty   bool // its changes are not worked out yet
	foreign bool // another's, to be removed because of exclusive
	look    bool // the belief is in doubt: read it soon
	// until is how long a service of checks stays when lvs.cf asks for it no
	// more: see throughLinger.
	until time.Time
	sorry bool
	up    int
	holds []netip.AddrPort
	// leaving are destinations that lvs.cf has no more and that keep their
	// connections; counted are the connections of those and of drained ones,
	// as last read with the weight at 0.
	leaving map[netip.AddrPort]string // with the names they had
	counted map[netip.AddrPort]uint64
	// kept are the weights of servers that the kernel served before anyone
	// judged them.
	kept    map[netip.AddrPort]uint32
	doubt   map[netip.AddrPort]doubt // weights that disagreed at the last look
	refusal refusal
}

// A doubt is a weight in the kernel that is not the one believed in.
type doubt struct {
	weight uint32
	since  time.Time
}

// SecondLook is how long after the first look that saw a doubt another one
// settles it: a nanny tells of the weight it wrote sooner, also where a thousand
// servers fail at once, unless it is stopped.
const SecondLook = 600 * time.Millisecond

// configured is s as it is right after lvs.cf asks for next: what of it must
// be worked out again is dirty. s itself does not change. What was for checks
// lingers.
func (s *service) configured(next *Service, judged func(ServerKey) bool, linger time.Duration) *service {
	n := *s
	n.want, n.dirty = next, true
	n.leaving, n.counted = maps.Clone(s.leaving), maps.Clone(s.counted)
	n.kept, n.refusal = nil, refusal{}
	if next == nil {
		if s.want != nil && s.want.Through {
			n.until = time.Now().Add(linger)
		}
		return &n
	}
	n.until = time.Time{}
	stays := make(map[netip.AddrPort]bool, len(next.Servers))
	for i := range next.Servers {
		rs := &next.Servers[i]
		if !rs.Active {
			continue
		}
		a := netip.AddrPortFrom(rs.Addr, rs.Port)
		stays[a] = true
		if !rs.Unchecked && !judged(ServerKey{next.JudgedBy, rs.Addr, rs.Port}) {
			n.keep(a, s)
		}
	}
	for a := range n.leaving {
		if stays[a] {
			delete(n.leaving, a)
			delete(n.counted, a)
		}
	}
	if !next.Keep {
		n.leaving = nil // what was kept so far is kept no more
	}
	if !next.Keep || s.held == nil {
		return &n
	}
	sorry := at(next.sorryDestination())
	for _, d := range s.held.Destinations {
		a := at(d)
		if _, already := n.leaving[a]; !stays[a] && !already && (!s.sorry || a != sorry) {
			n.leave(a, s.name(a))
		}
	}
	return &n
}

// keep keeps the server at a as it was in before until a probe says otherwise,
// if it was there.
func (s *service) keep(a netip.AddrPort, before *service) {
	weight, kept := before.kept[a]
	if held := before.held.find(a); !kept && held != nil {
		weight, kept = held.Weight, true
	}
	if !kept {
		return
	}
	if s.kept == nil {
		s.kept = make(map[netip.AddrPort]uint32)
	}
	s.kept[a] = weight
}

// asksFor tells whether lvs.cf has a real server of that key in s, to be
// probed.
func (s *service) asksFor(k ServerKey) bool {
	return s.want != nil && slices.ContainsFunc(s.want.Servers, func(rs Server) bool {
		return rs.Active && !rs.Unchecked && rs.Addr == k.Addr && rs.Port == k.Port
	})
}

// name is lvs.cf's for the server at a, "?" where it has none.
func (s *service) name(a netip.AddrPort) string {
	if s.want != nil {
		for i := range s.want.Servers {
			if rs := &s.want.Servers[i]; rs.Addr == a.Addr() && rs.Port == a.Port() {
				return rs.Name
			}
		}
	}
	return "?"
}

func (s *service) leave(a netip.AddrPort, name string) {
	if s.leaving == nil {
		s.leaving = make(map[netip.AddrPort]string)
	}
	s.leaving[a] = name
	delete(s.counted, a)
}

// connections are those that a is known to have.
func (s *service) connections(a netip.AddrPort) uint64 {
	if n, known := s.counted[a]; known {
		return n
	}
	return unknown
}

// A view is what services are worked out by.
type view struct {
	verdicts map[ServerKey]Verdict
	drains   drains
	forces   forces
	serving  bool // this router is the active one
}

// work works out what s should hold, and returns what changes that takes; the
// Entry is nil for nothing. What leaves is remembered until the kernel took
// that: see believe.
func (v view) work(s *service) (changes, *Entry) {
	s.dirty = false
	var l changes
	if s.want == nil || v.elsewhere(s.want) {
		l.between(s.want, s.held, nil)
		s.up, s.holds = 0, nil
		return l, nil
	}
	var leaving map[netip.AddrPort]uint64
	if len(s.leaving) > 0 {
		leaving = make(map[netip.AddrPort]uint64, len(s.leaving))
	}
	for a := range s.leaving {
		leaving[a] = s.connections(a)
	}
	o := desired(s.want, situation{
		verdict: func(k ServerKey) (Verdict, bool) { verdict, ok := v.verdicts[k]; return verdict, ok },
		drained: func(svc *Service, rs *Server) (bool, bool) { return v.drains.of(svc, rs, s) },
		forced:  v.forces.of,
		held:    s.held, kept: s.kept, sorry: s.sorry, leaving: leaving,
	})
	if sorry := at(s.want.sorryDestination()); o.sorry {
		delete(s.leaving, sorry)
	} else if held := s.held.find(sorry); s.sorry && s.want.Keep && held != nil && !o.entry.contains(sorry) {
		// Clients that the sorry server serves are served to the end.
		s.leave(sorry, "sorry_server")
		last := *held
		last.Weight = 0
		o.entry.add(last)
		slices.SortFunc(o.entry.Destinations, compare)
	}
	s.sorry, s.up, s.holds = o.sorry, o.up, o.holds
	l.between(s.want, s.held, &o.entry)
	return l, &o.entry
}

// believe notes that the kernel holds e of s, nil for nothing. What has left is
// forgotten only now: a service that the kernel would not let go, and that is
// wanted again, still has clients of those that left.
func (s *service) believe(e *Entry) {
	s.held = e
	for a := range s.leaving {
		if e.find(a) == nil {
			delete(s.leaving, a)
			delete(s.counted, a)
		}
	}
	if e == nil {
		s.sorry = false
		clear(s.counted)
	}
}

// elsewhere tells whether a service must stay out of the table of a standby:
// this router is one of its real servers, and what the partner sends it as
// such, still addressed to the VIP, is not to be scheduled once more.
func (v view) elsewhere(s *Service) bool {
	if s.Through {
		return s.Local // what it asks itself does not go through IPVS
	}
	return s.Local && s.Forward != ipvs.Masquerade && !v.serving
}

// watched tells whether connections of s are waited for.
func (d *Director) watched(s *service) bool {
	return len(s.leaving) > 0 || s.want != nil && d.drains.concern(s.want)
}

// learn takes what the kernel was just found to hold of s. It returns the
// changes that others made; weights get a second look first, since a nanny
// writes its weight before it tells.
func (d *Director) learn(s *service, is *Entry, statuses []ipvs.DestinationStatus) changes {
	s.look = false
	if d.watched(s) {
		if s.counted == nil {
			s.counted = make(map[netip.AddrPort]uint64)
		}
		clear(s.counted)
		for _, st := range statuses {
			if st.Weight == 0 {
				s.counted[at(st.Destination)] = uint64(st.Active) + uint64(st.Inactive)
			}
		}
		d.soil(s)
	}
	var drift changes
	doubts := make(map[netip.AddrPort]doubt)
	now := time.Now()
	drift.between(s.want, s.held, is)
	real := drift.alter[:0]
	for _, c := range drift.alter {
		if c.want != nil && onlyWeight(*c.is, *c.want) {
			seen := s.doubt[at(*c.want)]
			if seen.since.IsZero() || seen.weight != c.want.Weight {
				seen = doubt{c.want.Weight, now}
			}
			if now.Sub(seen.since) < d.second {
				doubts[at(*c.want)] = seen
				is.Destinations[indexOf(is, at(*c.want))].Weight = c.is.Weight // believe on, for now
				s.look = true
				continue
			}
		}
		real = append(real, c)
	}
	drift.alter = real
	s.doubt = doubts
	if !drift.empty() {
		s.held = is
		d.soil(s)
	}
	return drift
}

func indexOf(e *Entry, a netip.AddrPort) int {
	return slices.IndexFunc(e.Destinations, func(d ipvs.Destination) bool { return at(d) == a })
}

func onlyWeight(a, b ipvs.Destination) bool {
	a.Weight = b.Weight
	return a == b
}
