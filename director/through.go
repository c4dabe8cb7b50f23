package director

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"time"

	"pacu/ipvs"
	"pacu/lvscf"
)

// Checks through the VIP. A real server by direct routing or a tunnel gets the
// packets of clients with the VIP for destination, and one that lacks the VIP
// on its loopback drops them: a check of its own address does not find that.
// So the table has a service for each such server that is fed by a firewall
// mark of ours, with this server alone. A check connects to the VIP with that
// mark on its packets (SO_MARK), and IPVS, which sees what this router itself
// sends too, brings them to the server as it does those of clients.
//
// Where the VIP is on this router, the kernel would choose it as the source as
// well, and answers seem to come from this router itself. So a check has a
// source of its own, and the interface takes such packets (accept_local). IPv6
// has no such question.

// throughSpace is where the marks of checks are, apart from markSpace.
const throughSpace = 0x60000000

// throughLinger is how long such a service stays when no check goes through it
// any more: nannies hear of that only afterwards, and what they still send would
// be refused by this router, or be answered by the other.
const throughLinger = 3 * time.Second

// A reach is all that tells how packets get to a real server.
type reach struct {
	server  netip.Addr
	six     bool // what is delivered
	forward ipvs.Forward
	encap   ipvs.Encap
}

// A Way is how checks through a VIP leave this router for a real server.
type Way struct {
	Source    netip.Addr // an address of this router; invalid: the kernel chooses
	Interface string     // that has it, where answers come in; empty: not known
}

// A wayKey tells ways apart: a server may be reached for VIPs of both families.
type wayKey struct {
	server netip.Addr
	six    bool
}

// through is what a Cluster knows of checks through its VIPs.
type through struct {
	marks  map[reach]uint32
	ways   map[wayKey]Way
	local  []string // interfaces where answers come in that seem to be this router's own
	apart  []string // those of them that do not hold the VIP
	asleep bool     // a standby's IPVS does nothing
}

// wantsThrough tells whether a check of v goes through the VIP.
func wantsThrough(v *lvscf.Virtual) bool {
	return slices.ContainsFunc(v.Checks, func(k lvscf.Check) bool { return k.ThroughVIP }) &&
		v.VIP.Addr.IsValid() && (v.Forward == lvscf.Direct || v.Forward == lvscf.Tunnel)
}

func reachOf(v *lvscf.Virtual, forward ipvs.Forward, rs *Server) reach {
	r := reach{server: rs.Addr, six: v.VIP.Addr.Is6(), forward: forward}
	if forward == ipvs.Tunnel {
		r.encap = encapOf(v)
	}
	return r
}

// addThrough gives the servers of v the marks that lead to them, and the
// cluster the services of those.
func (b *builder) addThrough(v *lvscf.Virtual, forward ipvs.Forward, servers []Server) {
	if !wantsThrough(v) {
		return
	}
	for i := range servers {
		rs := &servers[i]
		if !rs.Active {
			continue
		}
		r := reachOf(v, forward, rs)
		mark, there := b.c.through.marks[r]
		if !there {
			mark = b.marks.toward(r)
			if b.c.through.marks == nil {
				b.c.through.marks = make(map[reach]uint32)
			}
			b.c.through.marks[r] = mark
			b.newThrough(mark, r, rs)
		}
		rs.Through = mark
	}
}

// sameThrough is addThrough of servers that replace those of old. It reports
// whether the services of marks stay what they are.
func (b *builder) sameThrough(v *lvscf.Virtual, forward ipvs.Forward, old *Service, servers []Server) bool {
	if wantsThrough(v) {
		for i := range servers {
			rs := &servers[i]
			if rs.Active {
				rs.Through = b.c.through.marks[reachOf(v, forward, rs)]
			}
			if rs.Active && rs.Through == 0 {
				return false
			}
		}
	}
	used := func(list []Server) []uint32 {
		var marks []uint32
		for i := range list {
			if m := list[i].Through; m != 0 {
				marks = append(marks, m)
			}
		}
		slices.Sort(marks)
		return slices.Compact(marks)
	}
	return slices.Equal(used(old.Servers), used(servers))
}

// toward chooses the mark that leads to r: the same on both routers and as
// long as lvs.cf has the server, so that no check goes astray at a reload.
func (m *marks) toward(r reach) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, r.server, r.six, r.forward, r.encap)
	mark := throughSpace | h.Sum32()&0x0fffffff
	for m.taken[mark] {
		mark = throughSpace | (mark+1)&0x0fffffff
	}
	m.taken[mark] = true
	return mark
}

// isThrough tells whether a service is one of those for checks, by its name.
func isThrough(k ipvs.Key) bool { return k.FWMark&0xf0000000 == throughSpace }

func (b *builder) newThrough(mark uint32, r reach, rs *Server) {
	key := ipvs.FWMarkKey(mark, r.six)
	s := &Service{
		Service: ipvs.Service{Key: key, Scheduler: "rr"}.Canonical(),
		Names:   []string{"check through the VIP of " + r.server.String()},
		Forward: r.forward, Encap: r.encap, Quorum: 1, Through: true,
		// The port stays the one that the check asks for.
		Servers: []Server{{Name: rs.Name, Addr: r.server, Weight: 1, Active: true, Unchecked: true, Virtual: rs.Virtual}},
	}
	b.throughs = append(b.throughs, s)
}

// throughStep is a change of what checks need, in words: "+ check through the
// VIP of 10.8.8.35".
func (c *Change) throughStep() Step {
	s := Step{Action: c.action, Kind: "check", Object: "through the VIP", Detail: c.key.String()}
	if c.service != nil {
		s.Object += " of " + c.service.Servers[0].Addr.String()
	}
	if !c.ofService() {
		s.Detail += ", its server"
	}
	return s
}

// SetWays finds out how checks through a VIP get to each real server. find
// tells it for the packets of a family to a server. SetLocal comes before.
func (c *Cluster) SetWays(find func(server netip.Addr, six bool) Way) {
	if c.base != nil || len(c.through.marks) == 0 {
		return // of the Cluster before: the servers are the same
	}
	t := through{marks: c.through.marks, ways: make(map[wayKey]Way)}
	devices := make(map[netip.Addr]string, len(c.Addresses))
	for _, f := range c.Addresses {
		devices[f.Prefix.Addr()] = f.Interface
	}
	for _, s := range c.Services {
		t.asleep = t.asleep || c.Sync != nil && s.Local && !s.Through && s.Forward != ipvs.Masquerade
		for i := range s.Servers {
			rs := &s.Servers[i]
			if rs.Through == 0 {
				continue
			}
			k := wayKey{rs.Addr, s.VIP.Is6()}
			w, known := t.ways[k]
			if !known {
				w = find(k.server, k.six)
				t.ways[k] = w
			}
			if k.six || w.Interface == "" {
				continue
			}
			t.local = append(t.local, w.Interface)
			if w.Interface != devices[s.VIP] {
				t.apart = append(t.apart, w.Interface)
			}
		}
	}
	for _, list := range []*[]string{&t.local, &t.apart} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	c.through = t
}

// Through is the mark that brings a check to rs with a VIP of s for
// destination, and the address of this router to send from, invalid where the
// kernel may choose. ok is false where nothing does: no such check is asked
// for, rs is this router itself, or see ThroughAsleep.
func (c *Cluster) Through(s *Service, rs *Server) (mark uint32, source netip.Addr, ok bool) {
	if rs.Through == 0 || c.through.asleep || slices.Contains(c.own, rs.Addr) {
		return 0, netip.Addr{}, false
	}
	return rs.Through, c.through.ways[wayKey{rs.Addr, s.VIP.Is6()}].Source, true
}

// ChecksThrough tells whether any check goes through a VIP.
func (c *Cluster) ChecksThrough() bool { return len(c.through.marks) > 0 }

// ChecksNeedKernel tells whether some check fails before the kernel's table and
// settings are as this cluster wants them.
func (c *Cluster) ChecksNeedKernel() bool { return c.ChecksThrough() || c.pings() }

// ThroughAsleep tells whether checks through VIPs are asked for, and cannot be
// made: with connection sync and a real server on a router, a standby's IPVS
// does nothing (net.ipv4.vs.backup_only), and what is sent to the VIP gets to
// the active router.
func (c *Cluster) ThroughAsleep() bool { return c.through.asleep }

// throughSettings are the settings that checks through VIPs need. A strict
// rp_filter would drop answers that come in elsewhere than where the VIP is.
func (c *Cluster) throughSettings() (list []Setting) {
	if c.through.asleep {
		return nil
	}
	conf := func(iface, word string) string { return "net.ipv4.conf." + sysctlName(iface) + "." + word }
	for _, iface := range c.through.local {
		list = append(list, Setting{Name: conf(iface, "accept_local"), Value: "1",
			Why: "answers to checks through a VIP seem to come from this router itself while it has the VIP"})
	}
	for _, iface := range c.through.apart {
		list = append(list, Setting{Name: conf(iface, "rp_filter"), Value: "2", Suffices: "0",
			Why: "answers to checks through a VIP come in on another interface than the VIP's"})
	}
	return list
}
