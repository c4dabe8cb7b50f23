package firewall

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// A PortRange is the ports from First to Last.
type PortRange struct{ First, Last uint16 }

// all tells whether the range is every port there is; nothing uses port 0.
func (r PortRange) all() bool { return r.First <= 1 && r.Last == 65535 }

// String is "80" or "8000-8100".
func (r PortRange) String() string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// An AddrRange is the addresses from First to Last, of one family.
type AddrRange struct{ First, Last netip.Addr }

// String is "10.0.0.1" or "10.0.0.1-10.0.0.4".
func (r AddrRange) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// A Mark gives packets to Addr a mark. Of Marks that overlap with different
// marks, one must be for all ports: it loses against the other.
type Mark struct {
	Name      string      // of the virtual server, a comment in the kernel
	Addr      netip.Addr  // the VIP
	Protocols []uint8     // IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP; at least one
	Ports     []PortRange // at least one; 1 to 65535 is all
	Mark      uint32      // not 0
}

// A SourceNAT gives what IPVS sends on for a virtual server a source address
// of this router's. IPVS must masquerade, with net.ipv4.vs.conntrack on, which
// is for IPv6 too.
type SourceNAT struct {
	Name     string     // of the virtual server, a comment in the kernel
	Addr     netip.Addr // the VIP
	Protocol uint8      // IPPROTO_*
	Port     uint16     // of the VIP; 0 is every port
	// FWMark, when it is not 0, is what tells the packets, of Addr's family,
	// and Protocol and Port mean nothing. Addr does not count either: marks
	// set by hand may be for several addresses.
	FWMark uint32
	// Pool is the source addresses; those of the other family than Addr are
	// passed over. Empty, it is the address of the interface that a packet
	// leaves by.
	Pool []AddrRange
}

// A Ruleset is what the table shall hold, in any order.
type Ruleset struct {
	Marks      []Mark
	SourceNATs []SourceNAT
}

// Empty tells whether the ruleset needs no table.
func (r Ruleset) Empty() bool { return len(r.Marks) == 0 && len(r.SourceNATs) == 0 }

// A target is what packets are marked by: a slice of a Mark for one protocol
// and range.
type target struct {
	addr  netip.Addr
	proto uint8
	ports PortRange
	mark  uint32
	name  string
}

func (t target) compare(u target) int {
	return cmp.Or(t.addr.Compare(u.addr), cmp.Compare(t.proto, u.proto),
		cmp.Compare(t.ports.First, u.ports.First), cmp.Compare(u.ports.Last, t.ports.Last),
		cmp.Compare(t.mark, u.mark), cmp.Compare(t.name, u.name))
}

func (t target) String() string {
	return fmt.Sprintf("%s %s %s of %q", t.addr, protocolName(t.proto), t.ports, t.name)
}

// targets cuts the marks into pieces that do not overlap, but for those of all
// ports. If two are at odds, the error matches os.ErrInvalid.
func targets(marks []Mark) ([]target, error) {
	var pieces []target
	for _, m := range marks {
		if err := m.check(); err != nil {
			return nil, err
		}
		for _, proto := range m.Protocols {
			for _, ports := range m.Ports {
				pieces = append(pieces, target{m.Addr, proto, ports, m.Mark, m.Name})
			}
		}
	}
	slices.SortFunc(pieces, target.compare)
	var out []target
	last := map[bool]int{} // for all ports or not: the index in out
	for _, p := range pieces {
		all := p.ports.all()
		i, ok := last[all]
		if ok && out[i].addr == p.addr && out[i].proto == p.proto && p.ports.First <= out[i].ports.Last {
			if out[i].mark != p.mark {
				return nil, invalid("%v and %v overlap", out[i], p)
			}
			out[i].ports.Last = max(out[i].ports.Last, p.ports.Last)
			continue
		}
		last[all] = len(out)
		out = append(out, p)
	}
	return out, nil
}

func (m Mark) check() error {
	if err := checkAddr(m.Addr); err != nil {
		return fmt.Errorf("mark of %q: %w", m.Name, err)
	}
	switch {
	case m.Mark == 0:
		return invalid("mark of %q: no mark", m.Name)
	case len(m.Protocols) == 0 || slices.Contains(m.Protocols, 0):
		return invalid("mark of %q: no protocol", m.Name)
	case len(m.Ports) == 0:
		return invalid("mark of %q: no ports", m.Name)
	}
	for _, r := range m.Ports {
		if r.Last < r.First || r.Last == 0 {
			return invalid("mark of %q: ports %d-%d", m.Name, r.First, r.Last)
		}
	}
	return nil
}

func (s SourceNAT) check() error {
	if err := checkAddr(s.Addr); err != nil {
		return fmt.Errorf("source NAT of %q: %w", s.Name, err)
	}
	if s.FWMark == 0 && s.Protocol == 0 {
		return invalid("source NAT of %q: neither a protocol nor a fwmark", s.Name)
	}
	for _, r := range s.Pool {
		if checkAddr(r.First) != nil || checkAddr(r.Last) != nil ||
			r.First.BitLen() != r.Last.BitLen() || r.Last.Less(r.First) {
			return invalid("source NAT of %q: pool %v-%v", s.Name, r.First, r.Last)
		}
	}
	if len(s.Pool) > 0 && len(s.pool()) == 0 {
		return invalid("source NAT of %q: no address of the pool is of the family of %v", s.Name, s.Addr)
	}
	return nil
}

// pool is the ranges of Pool that packets to Addr can come from.
func (s SourceNAT) pool() []AddrRange {
	var fit []AddrRange
	for _, r := range s.Pool {
		if r.First.BitLen() == s.Addr.BitLen() {
			fit = append(fit, r)
		}
	}
	return fit
}

// sourceNATs is the source NATs in order. If one makes no sense or two are at
// odds, the error matches os.ErrInvalid.
func sourceNATs(nats []SourceNAT) ([]SourceNAT, error) {
	type subject struct {
		addr  netip.Addr
		proto uint8
		port  uint16
		mark  uint32
	}
	seen := map[subject]SourceNAT{}
	var out []SourceNAT
	for _, s := range nats {
		if err := s.check(); err != nil {
			return nil, err
		}
		of := subject{s.Addr, s.Protocol, s.Port, 0}
		if s.FWMark != 0 {
			of = subject{mark: s.FWMark, proto: uint8(s.Addr.BitLen())}
		}
		s.Pool = s.pool()
		if other, ok := seen[of]; ok {
			if !slices.Equal(other.Pool, s.Pool) {
				return nil, invalid("source NAT of %q and %q: two pools for the same packets", other.Name, s.Name)
			}
			continue
		}
		seen[of] = s
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b SourceNAT) int {
		return cmp.Or(cmp.Compare(a.FWMark, b.FWMark), a.Addr.Compare(b.Addr),
			cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port))
	})
	return out, nil
}

func checkAddr(a netip.Addr) error {
	switch {
	case !a.IsValid():
		return invalid("no address")
	case a.Zone() != "":
		return invalid("address %v has a zone", a)
	case a.Is4In6():
		return invalid("address %v is IPv4 written as IPv6", a)
	}
	return nil
}
