package firewall

import (
	"net/netip"
	"testing"
)

// many is n virtual servers with ports of each kind, some of them full NAT.
func many(n int) Ruleset {
	var r Ruleset
	for i := range n {
		a := netip.AddrFrom4([4]byte{10, 8, byte(i >> 8), byte(i)})
		m := Mark{Name: "virtual", Addr: a, Protocols: []uint8{tcp}, Mark: uint32(i + 1), Ports: []PortRange{{80, 80}, {443, 443}}}
		switch i % 4 {
		case 0:
			m.Ports = append(m.Ports, PortRange{8000, 8100})
			m.Protocols = append(m.Protocols, udp)
		case 1:
			m.Ports = []PortRange{{1, 65535}}
		}
		r.Marks = append(r.Marks, m)
		if i%2 == 0 {
			r.SourceNATs = append(r.SourceNATs, SourceNAT{Name: "virtual", Addr: a, FWMark: m.Mark, Pool: pool("10.1.0.1", "10.1.0.9")})
		}
	}
	return r
}

// BenchmarkKernelReplace is 4,000 virtual servers: 8,000 single ports, 2,000
// ranges, 1,000 times all ports, and 2,000 source NATs.
func BenchmarkKernelReplace(b *testing.B) {
	namespaces(b, 1)
	c := testConn(b)
	r := many(4000)
	for b.Loop() {
		replace(b, c, r)
	}
}

func BenchmarkBuild(b *testing.B) {
	r := many(4000)
	for b.Loop() {
		if _, err := build(r, tableName); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKernelIntact is the watch when nothing changed in any table.
func BenchmarkKernelIntact(b *testing.B) {
	namespaces(b, 1)
	c := testConn(b)
	replace(b, c, many(4000))
	for b.Loop() {
		if ok, err := c.Intact(); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkKernelIntactRead is the watch when another table changed.
func BenchmarkKernelIntactRead(b *testing.B) {
	namespaces(b, 1)
	c := testConn(b)
	replace(b, c, many(4000))
	for b.Loop() {
		c.seen = false
		if ok, err := c.Intact(); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
