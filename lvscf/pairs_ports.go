package lvscf

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// protocols are those that v serves.
func (v *Virtual) protocols() []string {
	switch v.Protocol {
	case "tcp+udp":
		return bothProtocols
	case "udp":
		return bothProtocols[1:]
	case "tcp":
		return bothProtocols[:1]
	}
	return []string{v.Protocol}
}

var bothProtocols = []string{"tcp", "udp"}

// A claim is ports of an address that a virtual wants for itself.
type claim struct {
	addr     netip.Addr
	protocol string
	PortRange
	virtual int
}

// overlaps reports active virtuals of which one has ports and another the same
// on one address: their packets can be marked for one of them alone.
func (p *pairs) overlaps(c *checker) {
	if len(p.ported) == 0 {
		return
	}
	var claims []claim
	for i := range c.cfg.Virtuals {
		v := &c.cfg.Virtuals[i]
		ranges := v.Ports
		if ranges == nil && v.FWMark == 0 {
			ranges = []PortRange{{v.Port, v.Port}}
		}
		if !v.Active || !p.ported[v.VIP.Addr] {
			continue
		}
		for _, protocol := range v.protocols() {
			for _, r := range ranges {
				claims = append(claims, claim{v.VIP.Addr, protocol, r, i})
			}
		}
	}
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(a.addr.Compare(b.addr), cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.First, b.First), cmp.Compare(a.virtual, b.virtual))
	})
	said := make(map[*Virtual]bool)
	widest := 0 // of those before, the one that reaches furthest
	for i := 1; i < len(claims); i++ {
		a, b := &claims[widest], &claims[i]
		if a.addr != b.addr || a.protocol != b.protocol || b.First > a.Last {
			widest = i
			continue
		}
		p.overlap(c, a, b, said)
		if b.Last > a.Last {
			widest = i
		}
	}
}

// overlap reports the claims a and b, which have ports in common, unless one has
// been reported of the later virtual.
func (p *pairs) overlap(c *checker, a, b *claim, said map[*Virtual]bool) {
	first, second := &c.cfg.Virtuals[min(a.virtual, b.virtual)], &c.cfg.Virtuals[max(a.virtual, b.virtual)]
	switch {
	case a.virtual == b.virtual || said[second]:
		return
	case first.FWMark != 0 && first.FWMark == second.FWMark:
		return // one service
	case first.Ports == nil && second.Ports == nil:
		return // told already
	}
	said[second] = true
	common := PortRange{b.First, min(a.Last, b.Last)}
	c.reportAt(second.Pos, Error, "same-service", second.Name,
		fmt.Sprintf("%s %s of %s is virtual %s of line %d already", b.protocol, common, b.addr, quoted(first.Name), first.Pos.Line),
		"take it out of the ports of one, or join them")
}
