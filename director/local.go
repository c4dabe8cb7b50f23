package director

import (
	"net/netip"
	"slices"
)

// SetLocal names this router's own addresses: services whose real servers are
// among them are Local.
func (c *Cluster) SetLocal(own []netip.Addr) {
	c.own = own
	if c.base != nil && slices.Equal(c.base.own, own) {
		for _, k := range c.altered {
			c.Service(k).setLocal(own)
		}
		return
	}
	for i, s := range c.Services {
		if s.isLocal(own) == s.Local {
			continue
		}
		copied := *s // another Cluster may have it too
		copied.setLocal(own)
		c.Services[i] = &copied
		c.base = nil
	}
}

func (s *Service) isLocal(own []netip.Addr) bool {
	for i := range s.Servers {
		if rs := &s.Servers[i]; rs.Active && slices.Contains(own, rs.Addr) {
			return true
		}
	}
	return false
}

func (s *Service) setLocal(own []netip.Addr) { s.Local = s.isLocal(own) }
