package director

import (
	"fmt"
	"hash/fnv"

	"pacu/firewall"
	"pacu/ipvs"
	"pacu/lvscf"
)

// marks are the firewall marks of virtuals that have ports: lvs.cf's, or else
// one that both routers find alike and that no other virtual has.
type marks struct {
	chosen map[*lvscf.Virtual]uint32
	taken  map[uint32]bool
}

// markSpace is where marks of our own are, far from those people choose.
const markSpace = 0x50000000

func newMarks(cfg *lvscf.Config) marks {
	taken := make(map[uint32]bool)
	for i := range cfg.Virtuals {
		taken[cfg.Virtuals[i].FWMark] = true
	}
	m := marks{make(map[*lvscf.Virtual]uint32), taken}
	for i := range cfg.Virtuals {
		v := &cfg.Virtuals[i]
		if v.Ports == nil || v.FWMark != 0 {
			continue
		}
		// Of what stays when ports come and go or the file is edited elsewhere:
		// another mark is another service, and ends all connections.
		h := fnv.New32a()
		fmt.Fprint(h, v.VIP.Addr, v.Protocol, v.Name)
		mark := markSpace | h.Sum32()&0x0fffffff
		for taken[mark] {
			mark = markSpace | (mark+1)&0x0fffffff
		}
		taken[mark] = true
		m.chosen[v] = mark
	}
	return m
}

// of is the mark that feeds v; 0 for none.
func (m marks) of(v *lvscf.Virtual) uint32 {
	if v.FWMark != 0 {
		return v.FWMark
	}
	return m.chosen[v]
}

// protocols are those of a virtual's packets.
var protocols = map[string][]uint8{
	"tcp": {uint8(ipvs.TCP)}, "udp": {uint8(ipvs.UDP)}, "sctp": {uint8(ipvs.SCTP)},
	"tcp+udp": {uint8(ipvs.TCP), uint8(ipvs.UDP)},
}

// rules adds what v, which feeds s, needs of the firewall.
func (b *builder) rules(v *lvscf.Virtual, s *Service) {
	mark := b.marks.of(v)
	if v.Ports != nil {
		m := firewall.Mark{Name: v.Name, Addr: v.VIP.Addr, Protocols: protocols[v.Protocol], Mark: mark}
		for _, r := range v.Ports {
			m.Ports = append(m.Ports, firewall.PortRange(r))
		}
		b.c.Firewall.Marks = append(b.c.Firewall.Marks, m)
	}
	if v.Forward != lvscf.FullNAT {
		return
	}
	n := firewall.SourceNAT{Name: v.Name, Addr: v.VIP.Addr, FWMark: mark}
	if mark == 0 {
		n.Protocol, n.Port = uint8(s.Key.Protocol), s.Key.Port
	}
	if v.SNATPool != nil {
		for _, r := range v.SNATPool.Ranges {
			n.Pool = append(n.Pool, firewall.AddrRange(r))
		}
	}
	b.c.Firewall.SourceNATs = append(b.c.Firewall.SourceNATs, n)
}
