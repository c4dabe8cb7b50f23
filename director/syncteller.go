package director

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"pacu/ipvs"
)

// A Teller makes of connections what another router must be told of them: the
// kernel's list does not say what only the services know.
type Teller struct {
	cluster *Cluster
	marked  []*Service // by firewall mark
}

// NewTeller makes one of the connections of a cluster.
func NewTeller(c *Cluster) *Teller {
	t := &Teller{cluster: c}
	for _, s := range c.Services {
		if s.Key.FWMark != 0 && !s.Through {
			t.marked = append(t.marked, s)
		}
	}
	return t
}

// Of is what to tell of c. It is false of a connection of a service that is not
// the cluster's.
func (t *Teller) Of(c *ipvs.Connection) (ipvs.SyncConnection, bool) {
	s := t.service(c)
	if s == nil {
		return ipvs.SyncConnection{}, false
	}
	told := ipvs.SyncConnection{Connection: *c, Forward: s.Forward, FWMark: s.Key.FWMark}
	if c.Template {
		if s.Flags&ipvs.Persistent == 0 {
			return ipvs.SyncConnection{}, false
		}
		told.Timeout = s.Timeout
	}
	return told, true
}

// service finds the service of a connection as the kernel does, as far as it
// can be told: ip_vs_service_find in net/netfilter/ipvs/ip_vs_ctl.c looks for
// the mark first, which the list does not have.
func (t *Teller) service(c *ipvs.Connection) *Service {
	vip := c.Virtual.Addr()
	if c.Protocol == 0 {
		// ip_vs_sched_persist puts the mark in the place of the address.
		return t.cluster.Service(ipvs.FWMarkKey(binary.BigEndian.Uint32(vip.AsSlice()), vip.Is6()))
	}
	for _, port := range []uint16{c.Virtual.Port(), 0} {
		if s := t.cluster.Service(ipvs.Key{Protocol: c.Protocol, Addr: vip, Port: port}); s != nil {
			return s
		}
	}
	var found *Service
	for _, s := range t.marked {
		switch {
		case s.Key.Addr.Is6() != vip.Is6() || !s.sendsTo(c.Destination):
		case s.VIP == vip:
			return s
		case found == nil:
			found = s
		}
	}
	return found
}

// sendsTo tells whether a is one of the service's real servers, or its sorry
// server.
func (s *Service) sendsTo(a netip.AddrPort) bool {
	return s.Sorry == a.Addr() || slices.ContainsFunc(s.Servers, func(rs Server) bool {
		return rs.Addr == a.Addr() && (rs.Port == 0 || rs.Port == a.Port())
	})
}
