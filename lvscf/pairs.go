package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// pairs finds what two virtuals of a file have in common and must not.
type pairs struct {
	names    map[string]int
	services map[service]int
	marks    map[mark]int
	vips     map[netip.Addr]int
	ported   map[netip.Addr]bool // of active virtuals with ports
}

func newPairs(virtuals int) pairs {
	return pairs{
		names:    make(map[string]int, virtuals),
		services: make(map[service]int, virtuals),
		marks:    make(map[mark]int),
		vips:     make(map[netip.Addr]int, virtuals),
		ported:   make(map[netip.Addr]bool),
	}
}

// A service is what the kernel tells services apart by; a mark likewise.
type service struct {
	addr     netip.Addr
	port     uint16
	protocol string
}

type mark struct {
	mark uint32
	six  bool
}

// virtual compares s, virtual number i, with those before.
func (p *pairs) virtual(c *checker, s *Virtual, i int) {
	if j, ok := p.names[s.Name]; !ok {
		p.names[s.Name] = i
	} else if s.Name != "" {
		c.reportAt(s.Pos, Warning, "same-name", s.Name, fmt.Sprintf("virtual %s stands in line %d too", quoted(s.Name), c.cfg.Virtuals[j].Pos.Line), "give each its own name")
	}
	c.sameServers(s)
	c.ports(s)
	c.gateway(s)
	if s.Ports != nil && s.Active && s.VIP.Addr.IsValid() {
		p.ported[s.VIP.Addr] = true
	}
	switch {
	case s.FWMark != 0:
		p.mark(c, s, i)
	case s.Ports != nil:
	case s.VIP.Addr.IsValid():
		p.service(c, s, i)
	}
	if s.Active && s.VIP.Addr.IsValid() {
		p.vip(c, s, i)
	}
}

// service reports two virtuals on one address, port and protocol.
func (p *pairs) service(c *checker, s *Virtual, i int) {
	told := -1
	for _, protocol := range s.protocols() {
		key := service{s.VIP.Addr, s.Port, protocol}
		j, ok := p.services[key]
		if ok && j != told {
			p.sameService(c, s, protocol, j)
			told = j
		}
		if !ok || !c.cfg.Virtuals[j].Active {
			p.services[key] = i
		}
	}
}

// sameService reports s, which is virtual j too.
func (p *pairs) sameService(c *checker, s *Virtual, protocol string, j int) {
	other := &c.cfg.Virtuals[j]
	sev := Warning // switched over by hand, one is off
	if s.Active && other.Active {
		sev = Error
	}
	c.blame(&c.block, rowAddress, s.Pos, sev, "same-service",
		fmt.Sprintf("%s %s is virtual %s of line %d already", protocol, netip.AddrPortFrom(s.VIP.Addr, s.Port), quoted(other.Name), other.Pos.Line),
		"give one of them another address or port, or join them")
}

// mark reports virtuals of one firewall mark, one service to the kernel, that
// want it to be different things.
func (p *pairs) mark(c *checker, s *Virtual, i int) {
	if !s.Active {
		return
	}
	key := mark{s.FWMark, s.VIP.Addr.Is6()}
	j, ok := p.marks[key]
	if !ok {
		p.marks[key] = i
		return
	}
	other := &c.cfg.Virtuals[j]
	differ := func(d string, is, was any) {
		c.blame(&c.block, lookup(InVirtual, d), s.Pos, Error, "same-mark",
			fmt.Sprintf("%s is %v here, and %v in virtual %s of line %d, which has fwmark %d too", d, is, was, quoted(other.Name), other.Pos.Line, s.FWMark),
			"the kernel has one service for a mark: write the same in both")
	}
	switch {
	case s.Persistent != other.Persistent:
		differ("persistent", seconds(s.Persistent), seconds(other.Persistent))
	case s.Persistent != 0 && s.PersistMask != other.PersistMask:
		differ("pmask", fmt.Sprintf("of %d bits", s.PersistMask), fmt.Sprintf("of %d", other.PersistMask))
	case s.Persistent != 0 && s.PersistEngine != other.PersistEngine:
		differ("persistence_engine", given(s.PersistEngine), given(other.PersistEngine))
	case s.Scheduler != other.Scheduler:
		differ("scheduler", s.Scheduler, other.Scheduler)
	case !slices.Equal(s.SchedulerFlags, other.SchedulerFlags):
		differ("scheduler_flags", given(strings.Join(s.SchedulerFlags, " ")), given(strings.Join(other.SchedulerFlags, " ")))
	case s.OnePacket != other.OnePacket:
		differ("one_packet", digit(s.OnePacket), digit(other.OnePacket))
	case s.Forward != other.Forward:
		differ("forward", s.Forward, other.Forward)
	case s.Forward == Tunnel && s.tunnel() != other.tunnel():
		differ("tunnel", s.tunnel(), other.tunnel())
	case !samePool(s.SNATPool, other.SNATPool):
		differ("snat_pool", given(s.SNATPool.text()), given(other.SNATPool.text()))
	}
}

// tunnel is how packets to s are wrapped, in words.
func (v *Virtual) tunnel() string {
	return fmt.Sprintf("%s port %d checksum %s", v.TunnelType, v.TunnelPort, v.TunnelChecksum)
}

func samePool(a, b *Pool) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.Equal(a.Ranges, b.Ranges)
}

// vip warns of an address that two virtuals want on different devices, or with
// different netmasks.
func (p *pairs) vip(c *checker, s *Virtual, i int) {
	j, ok := p.vips[s.VIP.Addr]
	if !ok {
		p.vips[s.VIP.Addr] = i
		return
	}
	if other := &c.cfg.Virtuals[j]; other.VIP != s.VIP {
		c.blame(&c.block, rowAddress, s.Pos, Warning, "same-vip",
			fmt.Sprintf("%s has another device or netmask than in virtual %s of line %d", s.VIP.Addr, quoted(other.Name), other.Pos.Line),
			fmt.Sprintf("write 'address = %s %s' and the same vip_nmask in both", s.VIP.Addr, other.VIP.Device))
	}
}

// few is how many servers are compared with each other one by one; past it, a
// map is made.
const few = 16

// sameServers reports servers of s that are one.
func (c *checker) sameServers(s *Virtual) {
	if len(s.Servers) <= few {
		for i := range s.Servers {
			for j := range i {
				a, b := &s.Servers[j], &s.Servers[i]
				if a.Name == b.Name {
					c.sameName(a, b)
				}
				if a.Port == b.Port && a.Address == b.Address {
					c.sameAddress(a, b)
				}
			}
		}
		return
	}
	type target struct {
		host Host
		port uint16
	}
	names := make(map[string]*Server, len(s.Servers))
	targets := make(map[target]*Server, len(s.Servers))
	for i := range s.Servers {
		b := &s.Servers[i]
		if a := names[b.Name]; a != nil {
			c.sameName(a, b)
		} else {
			names[b.Name] = b
		}
		if a := targets[target{b.Address, b.Port}]; a != nil {
			c.sameAddress(a, b)
		} else {
			targets[target{b.Address, b.Port}] = b
		}
	}
}

func (c *checker) sameName(a, b *Server) {
	if b.Name != "" {
		c.reportAt(b.Pos, Warning, "same-name", b.Name, fmt.Sprintf("server %s stands in line %d too", quoted(b.Name), a.Pos.Line), "give each its own name")
	}
}

func (c *checker) sameAddress(a, b *Server) {
	if b.Address == "" {
		return
	}
	sev := Warning
	if a.Active && b.Active {
		sev = Error
	}
	c.reportAt(b.Pos, sev, "same-server", b.Name, fmt.Sprintf("server %s is %s port %d, as server %s of line %d", quoted(b.Name), b.Address, b.Port, quoted(a.Name), a.Pos.Line),
		"list each once, and give it the weight of both")
}
