package director

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// needsNATRouter tells which virtuals make nat_router move: those by nat, or
// none at all, so that a file still being written keeps its gateway.
func needsNATRouter(cfg *lvscf.Config) func(lvscf.Virtual) bool {
	return func(v lvscf.Virtual) bool { return v.Active && v.Forward == lvscf.NAT || cfg.Network == lvscf.NAT }
}

// A builder makes a Cluster.
type builder struct {
	c        *Cluster
	resolver Resolver
	byAddr   map[netip.Addr]int // of Addresses
	marks    marks
	throughs []*Service // to come after those of virtuals
}

func (b *builder) addVirtual(ctx context.Context, v *lvscf.Virtual) error {
	keys, err := b.keys(v)
	if err != nil {
		return err
	}
	forward, err := forwardOf(v.Forward)
	if err != nil {
		return err
	}
	servers, err := b.servers(ctx, v)
	if err != nil {
		return err
	}
	b.addThrough(v, forward, servers)
	for _, key := range keys {
		s := b.c.Service(key)
		if s == nil {
			s = b.newService(key, v, forward)
			s.JudgedBy = keys[0]
		}
		s.Names = append(s.Names, v.Name)
		s.sorryOf(v)
		s.Servers = join(s.Servers, servers)
		b.rules(v, s)
	}
	b.addAddress(v.VIP, v.Name)
	if pool := v.SNATPool; pool != nil && v.Forward == lvscf.FullNAT {
		b.addPool(*pool)
	}
	return nil
}

// keys are the kernel's names of a virtual: one, or one for each protocol.
func (b *builder) keys(v *lvscf.Virtual) ([]ipvs.Key, error) {
	if mark := b.marks.of(v); mark != 0 {
		return []ipvs.Key{ipvs.FWMarkKey(mark, v.VIP.Addr.Is6())}, nil
	}
	var keys []ipvs.Key
	for name := range strings.SplitSeq(v.Protocol, "+") {
		p, err := ipvs.ParseProtocol(name)
		if err != nil {
			return nil, err
		}
		keys = append(keys, ipvs.Key{Protocol: p, Addr: v.VIP.Addr, Port: v.Port})
	}
	return keys, nil
}

func (b *builder) newService(key ipvs.Key, v *lvscf.Virtual, forward ipvs.Forward) *Service {
	s := serviceOf(key, v, forward)
	b.add(s)
	return s
}

func (b *builder) add(s *Service) {
	b.c.index[s.Key] = len(b.c.Services)
	b.c.Services = append(b.c.Services, s)
}

func (b *builder) servers(ctx context.Context, v *lvscf.Virtual) ([]Server, error) {
	servers := make([]Server, 0, len(v.Servers))
	for i := range v.Servers {
		rs := &v.Servers[i]
		addr, err := resolve(ctx, b.resolver, rs.Address, v.VIP.Addr.Is6())
		if err != nil {
			if !rs.Active {
				continue // an unused server's name may be gone from the name server
			}
			return nil, fmt.Errorf("server %s: %w", rs.Name, err)
		}
		port := rs.Port
		if v.Ports != nil && !rs.PortGiven {
			port = 0
		}
		servers = append(servers, Server{
			Name: rs.Name, Addr: addr, Port: port, ProbePort: rs.Port, Weight: rs.Weight,
			Active: rs.Active, Quiesce: v.QuiesceServer, Unchecked: v.Unchecked,
			Upper: rs.MaxConnections, Lower: rs.MinConnections, Virtual: v,
		})
	}
	return servers, nil
}

// join adds more to a service's servers. Virtuals that share a mark list the
// same servers for each of their ports; the kernel knows each once, and the
// first virtual probes it.
func join(servers, more []Server) []Server {
	if len(servers) == 0 {
		return more
	}
	for _, m := range more {
		same := func(o Server) bool { return o.Addr == m.Addr && o.Port == m.Port }
		if i := slices.IndexFunc(servers, same); i < 0 {
			servers = append(servers, m)
		} else if !servers[i].Active {
			servers[i] = m
		}
	}
	return servers
}

func (b *builder) addAddress(f lvscf.Floating, why string) {
	if !f.Addr.IsValid() {
		return // a firewall mark can take traffic for addresses that are elsewhere
	}
	if i, ok := b.byAddr[f.Addr]; ok {
		b.c.Addresses[i].For = append(b.c.Addresses[i].For, why)
		return
	}
	iface, label := vip.SplitDevice(f.Device)
	a := vip.Address{Prefix: netip.PrefixFrom(f.Addr, f.Bits), Interface: iface, Label: label}
	b.byAddr[f.Addr] = len(b.c.Addresses)
	b.c.Addresses = append(b.c.Addresses, Floating{Address: a, For: []string{why}})
}

// addPool adds the addresses of a pool: answers of the real servers go to the
// router that holds them.
func (b *builder) addPool(p lvscf.Pool) {
	for _, r := range p.Ranges {
		for a := r.First; a.IsValid() && a.Compare(r.Last) <= 0; a = a.Next() {
			if _, there := b.byAddr[a]; !there {
				b.addAddress(lvscf.Floating{Addr: a, Bits: a.BitLen(), Device: p.Device}, "snat_pool")
			}
		}
	}
}
