package lvscf

import (
	"fmt"
	"net/netip"
)

// ports warns of real ports that the forwarding method cannot reach.
func (c *checker) ports(s *Virtual) {
	if s.Forward == NAT || s.Forward == FullNAT || s.Ports != nil {
		return
	}
	for i := range s.Servers {
		if r := &s.Servers[i]; r.Port != s.Port {
			c.reportAt(r.Pos, Warning, "real-port", r.Name,
				fmt.Sprintf("server %s has port %d, and with %s gets its packets on the virtual's, %d: only probes use it", quoted(r.Name), r.Port, c.forwardOf(s), s.Port),
				"write the virtual's port, or forward = nat")
		}
	}
}

// gateway warns of real servers that cannot have the NAT router as their
// gateway, one of each virtual.
func (c *checker) gateway(s *Virtual) {
	g := c.cfg.NATRouter
	if s.Forward != NAT || g == nil || !g.Addr.IsValid() || g.Bits == g.Addr.BitLen() {
		return
	}
	network := netip.PrefixFrom(g.Addr, g.Bits)
	for i := range s.Servers {
		r := &s.Servers[i]
		if a, ok := r.Address.Addr(); ok && r.Active && a.Is4() == g.Addr.Is4() && !network.Contains(a) && !c.isRouters(a) {
			c.reportAt(r.Pos, Warning, "gateway", r.Name,
				fmt.Sprintf("server %s, %s, is outside %s, the network of nat_router", quoted(r.Name), a, network.Masked()),
				"its answers must come back through the routers: write an address of that network, or another nat_nmask")
			return
		}
	}
}

// finishFile judges the file as a whole.
func (c *checker) finishFile() {
	c.unused()
	c.poolsTogether()
	c.pairs.overlaps(c)
	c.witnesses()
	c.minServers()
	blocks, kind := c.cfg.Virtuals, "virtual"
	if c.cfg.Service == "fos" {
		blocks, kind = c.cfg.Failovers, "failover"
	}
	for i := range blocks {
		if blocks[i].Active {
			return
		}
	}
	c.blame(&c.global, rowService, Pos{1, 1}, Warning, "nothing-active", fmt.Sprintf("no %s is active: nothing runs", kind), "write 'active = 1' in one")
}
