package lvscf

import (
	"fmt"
	"net/netip"
)

var rowFWMark = lookup(InFailover, "fwmark")

// failover judges s, a service of the routers, beside those before.
func (c *checker) failover(s *Virtual) {
	for i := range c.cfg.Failovers {
		if c.sameFailover(s, &c.cfg.Failovers[i]) {
			break
		}
	}
	if c.cfg.Service != "fos" || !s.Active {
		return
	}
	for _, w := range []struct {
		row  *Directive
		cmd  []string
		what string
	}{{rowStartCmd, s.StartCmd, "started"}, {rowStopCmd, s.StopCmd, "stopped"}} {
		switch {
		case len(w.cmd) > 0:
			c.programPath(&c.block, w.row, s.Pos, w.cmd)
		case !c.block.has(w.row) || w.cmd != nil:
			c.blame(&c.block, w.row, s.Pos, Warning, "no-command", fmt.Sprintf("failover %s has no %s: its service is not %s with the role, and must run on both routers", quoted(s.Name), w.row.Name, w.what),
				fmt.Sprintf("write '%s = \"/PATH/TO/PROGRAM\"'", w.row.Name))
		}
	}
	if s.FWMark != 0 {
		c.useless(&c.block, s.Pos, rowFWMark, "in a failover block: its packets come to the router itself", "delete it")
	}
}

// sameFailover reports s if it is other too, and tells whether it has.
func (c *checker) sameFailover(s, other *Virtual) bool {
	if s.Name == other.Name && s.Name != "" {
		c.reportAt(s.Pos, Warning, "same-name", s.Name, fmt.Sprintf("failover %s stands in line %d too", quoted(s.Name), other.Pos.Line), "give each its own name")
		return true
	}
	if !s.Active || !other.Active || !s.VIP.Addr.IsValid() || s.VIP.Addr != other.VIP.Addr {
		return false
	}
	switch {
	case s.Port == other.Port && s.Protocol == other.Protocol:
		c.blame(&c.block, rowAddress, s.Pos, Error, "same-service",
			fmt.Sprintf("%s %s is failover %s of line %d already", s.Protocol, netip.AddrPortFrom(s.VIP.Addr, s.Port), quoted(other.Name), other.Pos.Line),
			"give one of them another address or port, or join them")
	case s.VIP != other.VIP:
		c.blame(&c.block, rowAddress, s.Pos, Warning, "same-vip",
			fmt.Sprintf("%s has another device or netmask than in failover %s of line %d", s.VIP.Addr, quoted(other.Name), other.Pos.Line),
			fmt.Sprintf("write 'address = %s %s' and the same vip_nmask in both", s.VIP.Addr, other.VIP.Device))
	default:
		return false
	}
	return true
}
