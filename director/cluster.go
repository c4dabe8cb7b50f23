package director

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// A Cluster is what an lvs.cf asks of the kernel, apart from who serves it:
// services with their real servers, and floating addresses.
type Cluster struct {
	Services  []Service
	Addresses []Floating
	Timeouts  ipvs.Timeouts
}

// A Service is one IPVS service and the virtual servers that feed it: one, or
// all that share a firewall mark.
type Service struct {
	ipvs.Service
	Names   []string // of the virtuals, in the file's order
	VIP     netip.Addr
	Port    uint16 // the first virtual's; a firewall mark has none of its own
	Forward ipvs.Forward
	Servers []Server
	Sorry   netip.Addr // used while no real server is up; invalid for none
}

// A Server is a real server of a Service, with the virtual that says how to
// probe it.
type Server struct {
	Name    string
	Addr    netip.Addr
	Port    uint16
	Weight  int
	Active  bool // as lvs.cf has it; inactive servers stay out of the kernel
	Quiesce bool
	Virtual *lvscf.Virtual
}

// A Floating is an address that moves between the routers, and what it is for:
// "nat_router" or the names of virtual servers.
type Floating struct {
	vip.Address
	For []string
}

// A Resolver finds the addresses of a host name. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// resolveTimeout bounds all look-ups of one file: a router must start while
// its name servers are unreachable.
const resolveTimeout = 5 * time.Second

// NewCluster resolves the names in cfg and groups its active virtual servers.
// Names are looked up with r, net.DefaultResolver when nil. Errors name the
// virtual, the server and the host.
func NewCluster(ctx context.Context, cfg *lvscf.Config, r Resolver) (*Cluster, error) {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()

	c := &Cluster{Timeouts: ipvs.Timeouts{TCP: cfg.TCPTimeout, TCPFin: cfg.TCPFinTimeout, UDP: cfg.UDPTimeout}}
	forward, err := forwardOf(cfg.Network)
	if err != nil {
		return nil, err
	}
	if cfg.NATRouter != nil && forward == ipvs.Masquerade {
		c.addAddress(*cfg.NATRouter, "nat_router")
	}
	var errs []error
	for i := range cfg.Virtuals {
		v := &cfg.Virtuals[i]
		if !v.Active {
			continue
		}
		if err := c.addVirtual(ctx, v, forward, r); err != nil {
			errs = append(errs, fmt.Errorf("virtual %s: %w", v.Name, err))
			continue
		}
		c.addAddress(v.VIP, v.Name)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Cluster) addVirtual(ctx context.Context, v *lvscf.Virtual, forward ipvs.Forward, r Resolver) error {
	service, err := kernelService(v)
	if err != nil {
		return err
	}
	s := c.service(service.Key)
	if s == nil {
		c.Services = append(c.Services, Service{Service: service, VIP: v.VIP.Addr, Port: v.Port, Forward: forward})
		s = &c.Services[len(c.Services)-1]
	}
	s.Names = append(s.Names, v.Name)
	if v.SorryServer.IsValid() && !s.Sorry.IsValid() {
		s.Sorry = v.SorryServer
	}
	for _, rs := range v.Servers {
		addr, err := resolve(ctx, r, rs.Address, v.VIP.Addr.Is6())
		if err != nil {
			return fmt.Errorf("server %s: %w", rs.Name, err)
		}
		server := Server{
			Name: rs.Name, Addr: addr, Port: rs.Port, Weight: rs.Weight,
			Active: rs.Active, Quiesce: v.QuiesceServer, Virtual: v,
		}
		// Virtuals that share a mark list the same servers for each of their
		// ports; the kernel knows each once, and the first virtual probes it.
		same := func(o Server) bool { return o.Addr == server.Addr && o.Port == server.Port }
		if i := slices.IndexFunc(s.Servers, same); i >= 0 {
			if !s.Servers[i].Active {
				s.Servers[i] = server
			}
			continue
		}
		s.Servers = append(s.Servers, server)
	}
	return nil
}

func (c *Cluster) service(k ipvs.Key) *Service {
	for i := range c.Services {
		if c.Services[i].Key == k {
			return &c.Services[i]
		}
	}
	return nil
}

func (c *Cluster) addAddress(f lvscf.Floating, why string) {
	if !f.Addr.IsValid() {
		return // a firewall mark can take traffic for addresses that are elsewhere
	}
	iface, label := vip.SplitDevice(f.Device)
	a := vip.Address{Prefix: netip.PrefixFrom(f.Addr, f.Bits), Interface: iface, Label: label}
	for i := range c.Addresses {
		if c.Addresses[i].Prefix.Addr() == f.Addr {
			c.Addresses[i].For = append(c.Addresses[i].For, why)
			return
		}
	}
	c.Addresses = append(c.Addresses, Floating{Address: a, For: []string{why}})
}

func kernelService(v *lvscf.Virtual) (ipvs.Service, error) {
	s := ipvs.Service{Scheduler: v.Scheduler, Timeout: v.Persistent}
	if v.FWMark != 0 {
		s.Key = ipvs.FWMarkKey(v.FWMark, v.VIP.Addr.Is6())
	} else {
		p, err := ipvs.ParseProtocol(v.Protocol)
		if err != nil {
			return s, err
		}
		s.Key = ipvs.Key{Protocol: p, Addr: v.VIP.Addr, Port: v.Port}
	}
	if v.Persistent > 0 {
		s.Flags |= ipvs.Persistent
		s.Netmask = v.PersistMask // 0 is the host mask
	}
	return s, nil
}

func forwardOf(f lvscf.Forward) (ipvs.Forward, error) {
	switch strings.ToLower(string(f)) {
	case "nat":
		return ipvs.Masquerade, nil
	case "direct":
		return ipvs.Direct, nil
	case "tunnel":
		return ipvs.Tunnel, nil
	}
	return 0, fmt.Errorf("network %q: want nat, direct or tunnel", f)
}

// Resolve is the address of a host in lvs.cf, of the family asked for where a
// name has both.
func Resolve(ctx context.Context, h lvscf.Host, v6 bool) (netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	return resolve(ctx, net.DefaultResolver, h, v6)
}

func resolve(ctx context.Context, r Resolver, h lvscf.Host, v6 bool) (netip.Addr, error) {
	if a, ok := h.Addr(); ok {
		return a, nil
	}
	network := "ip4"
	if v6 {
		network = "ip6"
	}
	addrs, err := r.LookupNetIP(ctx, network, string(h))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("host name %q has no address: %w (write the address instead)", h, err)
	}
	if len(addrs) == 0 {
		return netip.Addr{}, fmt.Errorf("host name %q has no address", h)
	}
	// The smallest, so that both routers and every reload choose the same.
	return slices.MinFunc(addrs, netip.Addr.Compare).Unmap(), nil
}
