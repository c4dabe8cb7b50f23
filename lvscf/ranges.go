package lvscf

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// size is the number of addresses in r, at most one more than mostPool.
func (r AddrRange) size() int {
	n := 1
	for a := r.First; a != r.Last && n <= mostPool; a = a.Next() {
		n++
	}
	return n
}

// overlaps reports whether r and other have an address in common.
func (r AddrRange) overlaps(other AddrRange) bool {
	return r.First.BitLen() == other.First.BitLen() && !r.Last.Less(other.First) && !other.Last.Less(r.First)
}

// Contains reports whether a is one of r.
func (r AddrRange) Contains(a netip.Addr) bool { return r.overlaps(AddrRange{a, a}) }

// Contains reports whether p is one of r.
func (r PortRange) Contains(p uint16) bool { return r.First <= p && p <= r.Last }

// text is p as lvs.cf has it, empty for none.
func (p *Pool) text() string {
	if p == nil {
		return ""
	}
	parts := make([]string, len(p.Ranges))
	for i, r := range p.Ranges {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",") + " " + p.Device
}

// String is r as lvs.cf has it: 10.0.0.1, or 10.0.0.1-10.0.0.9.
func (r AddrRange) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// String is r as lvs.cf has it: 80, or 8000-8100.
func (r PortRange) String() string {
	if r.First == r.Last {
		return strconv.Itoa(int(r.First))
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// PortsText is all as lvs.cf has it: 80,443,8000-8100, or all.
func PortsText(all []PortRange) string {
	if len(all) == 1 && all[0] == allPorts {
		return "all"
	}
	parts := make([]string, len(all))
	for i, r := range all {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}
