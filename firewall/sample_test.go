package firewall

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

const (
	tcp  = unix.IPPROTO_TCP
	udp  = unix.IPPROTO_UDP
	sctp = unix.IPPROTO_SCTP
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// pool is ranges of two addresses each, or of one that is given twice.
func pool(ends ...string) []AddrRange {
	var out []AddrRange
	for i := 0; i < len(ends); i += 2 {
		out = append(out, AddrRange{addr(ends[i]), addr(ends[i+1])})
	}
	return out
}

// sample is a ruleset with one of everything.
func sample() Ruleset {
	return Ruleset{
		Marks: []Mark{
			{Name: "web", Addr: addr("10.0.0.1"), Protocols: []uint8{tcp}, Ports: []PortRange{{443, 443}, {80, 80}, {8000, 8100}}, Mark: 80},
			{Name: "voice", Addr: addr("10.0.0.2"), Protocols: []uint8{udp, tcp, sctp}, Ports: []PortRange{{5060, 5061}}, Mark: 506},
			{Name: "every \"thing\"", Addr: addr("10.0.0.1"), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{1, 65535}}, Mark: 7},
			{Name: "web6", Addr: addr("2001:db8::1"), Protocols: []uint8{tcp}, Ports: []PortRange{{80, 80}, {1000, 1999}}, Mark: 86},
			{Name: "all6", Addr: addr("2001:db8::2"), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{1, 65535}}, Mark: 87},
		},
		SourceNATs: []SourceNAT{
			{Name: "shop", Addr: addr("10.0.0.3"), Protocol: tcp, Port: 80, Pool: pool("10.1.0.1", "10.1.0.4")},
			{Name: "shop-tls", Addr: addr("10.0.0.3"), Protocol: tcp, Port: 443, Pool: pool("10.1.0.1", "10.1.0.4")},
			{Name: "dns", Addr: addr("10.0.0.3"), Protocol: udp, Port: 53},
			{Name: "sticky", Addr: addr("10.0.0.4"), Protocol: tcp, Pool: pool("10.1.0.9", "10.1.0.9", "2001:db8:1::1", "2001:db8:1::2", "10.2.0.1", "10.2.0.3")},
			{Name: "web", Addr: addr("10.0.0.1"), FWMark: 80, Pool: pool("10.1.0.9", "10.1.0.9")},
			{Name: "shop6", Addr: addr("2001:db8::3"), Protocol: tcp, Port: 80, Pool: pool("2001:db8:1::1", "2001:db8:1::ff")},
			{Name: "web6", Addr: addr("2001:db8::1"), FWMark: 86},
		},
	}
}
