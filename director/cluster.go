package director

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"pacu/firewall"
	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// A Cluster is what an lvs.cf asks of the kernel, apart from who serves it.
type Cluster struct {
	Services  []*Service
	Addresses []Floating
	Timeouts  ipvs.Timeouts // 0: the kernel's own
	Firewall  firewall.Ruleset
	Exclusive bool  // services of others are removed
	Sync      *Sync // nil: connections are not told to the partner

	index   map[ipvs.Key]int // of Services
	through through
	own     []netip.Addr // as SetLocal was told
	// Where this Cluster is another with some services altered: that, and they.
	base    *Cluster
	altered []ipvs.Key
}

// Service is the service at k, nil for none.
func (c *Cluster) Service(k ipvs.Key) *Service {
	if i, ok := c.index[k]; ok {
		return c.Services[i]
	}
	return nil
}

// A Service is one IPVS service and the virtual servers that feed it: one, or
// all that share a firewall mark. A virtual on two protocols is two Services.
type Service struct {
	ipvs.Service
	Names   []string // of the virtuals, in the file's order
	VIP     netip.Addr
	Port    uint16 // the first virtual's; a firewall mark has none of its own
	Ports   []lvscf.PortRange
	Forward ipvs.Forward
	FullNAT bool // Forward is Masquerade, and the source is rewritten too
	Encap   ipvs.Encap
	Servers []Server
	// JudgedBy is the service whose verdicts count: itself, or its twin on
	// TCP of a virtual on tcp+udp.
	JudgedBy ipvs.Key
	Sorry    netip.Addr // serves in the stead of too few servers; invalid for none
	// With fewer than Quorum servers up Sorry serves, until Quorum +
	// Hysteresis are.
	Quorum, Hysteresis int
	Keep               bool // servers that leave keep their connections
	// Local: one of the real servers is this router, and packets reach real
	// servers unchanged. Its standby must not pass them on once more.
	Local bool
	// Through: it is no virtual's, but brings checks through VIPs to its one
	// real server.
	Through bool
}

// A Server is a real server of a Service, with the virtual that says how to
// probe it.
type Server struct {
	Name         string
	Addr         netip.Addr
	Port         uint16 // of the destination in the kernel; 0 keeps the client's
	ProbePort    uint16
	Weight       int
	Active       bool // as lvs.cf has it; inactive servers stay out of the kernel
	Quiesce      bool
	Unchecked    bool   // taken to be up
	Upper, Lower uint32 // thresholds, as ipvs.Destination has them
	Through      uint32 // the firewall mark that brings a check to it through the VIP; 0: none
	Virtual      *lvscf.Virtual
}

// A Floating is an address that moves between the routers, and what it is for:
// "nat_router" or the names of virtual servers.
type Floating struct {
	vip.Address
	For []string
}

// NewCluster resolves the names in cfg and groups its active virtual servers;
// with service = fos it takes the addresses of the active failover services
// instead, and asks nothing of IPVS. Names are looked up with r, net.DefaultResolver when nil. Errors name the
// virtual, the server and the host.
func NewCluster(ctx context.Context, cfg *lvscf.Config, r Resolver) (*Cluster, error) {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()

	if cfg.Service == "fos" {
		return failoverCluster(cfg), nil
	}
	c := &Cluster{
		Services:  make([]*Service, 0, len(cfg.Virtuals)),
		Timeouts:  ipvs.Timeouts{TCP: cfg.TCPTimeout, TCPFin: cfg.TCPFinTimeout, UDP: cfg.UDPTimeout},
		Exclusive: cfg.Exclusive,
		index:     make(map[ipvs.Key]int, len(cfg.Virtuals)),
	}
	if cfg.SyncDaemon {
		c.Sync = &Sync{
			Interface: cfg.SyncInterface, ID: uint32(cfg.SyncID),
			MaxLen: uint16(cfg.SyncMaxLen), Port: cfg.SyncPort, Group: cfg.SyncGroup, TTL: uint8(cfg.SyncTTL),
		}
	}
	b := builder{
		c: c, resolver: r,
		byAddr: make(map[netip.Addr]int, len(cfg.Virtuals)),
		marks:  newMarks(cfg),
	}
	if cfg.NATRouter != nil && slices.ContainsFunc(cfg.Virtuals, needsNATRouter(cfg)) {
		b.addAddress(*cfg.NATRouter, "nat_router")
	}
	var errs []error
	for i := range cfg.Virtuals {
		v := &cfg.Virtuals[i]
		if !v.Active {
			continue
		}
		if err := b.addVirtual(ctx, v); err != nil {
			errs = append(errs, fmt.Errorf("virtual %s: %w", v.Name, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, s := range b.throughs {
		b.add(s)
	}
	return c, nil
}

func failoverCluster(cfg *lvscf.Config) *Cluster {
	c := &Cluster{}
	b := builder{c: c, byAddr: make(map[netip.Addr]int, len(cfg.Failovers))}
	for i := range cfg.Failovers {
		if f := &cfg.Failovers[i]; f.Active {
			b.addAddress(f.VIP, f.Name)
		}
	}
	return c
}

// sorryOf takes v's sorry server, unless another virtual of s has one.
func (s *Service) sorryOf(v *lvscf.Virtual) {
	if v.SorryServer.IsValid() && !s.Sorry.IsValid() {
		s.Sorry, s.Quorum, s.Hysteresis = v.SorryServer, v.Quorum, v.Hysteresis
	}
}

func serviceOf(key ipvs.Key, v *lvscf.Virtual, forward ipvs.Forward) *Service {
	s := &Service{
		Service: kernelService(key, v), VIP: v.VIP.Addr, Port: v.Port, Ports: v.Ports,
		Forward: forward, FullNAT: v.Forward == lvscf.FullNAT, Keep: v.KeepOnLeave, Quorum: 1,
	}
	if forward == ipvs.Tunnel {
		s.Encap = encapOf(v)
	}
	return s
}

func kernelService(key ipvs.Key, v *lvscf.Virtual) ipvs.Service {
	s := ipvs.Service{Key: key, Scheduler: v.Scheduler, Timeout: v.Persistent}
	// Other protocols have no use for what is UDP's; with the engine of SIP
	// the kernel would not even schedule them.
	udp := key.Protocol == ipvs.UDP || key.FWMark != 0 && (v.Ports == nil || strings.Contains(v.Protocol, "udp"))
	if v.Persistent > 0 {
		s.Flags |= ipvs.Persistent
		s.Netmask = v.PersistMask // 0 is the host mask
		if udp {
			s.Engine = v.PersistEngine
		}
	}
	if v.OnePacket && udp {
		s.Flags |= ipvs.OnePacket
	}
	for _, f := range v.SchedulerFlags {
		s.Flags |= schedulerFlags[f]
	}
	return s.Canonical()
}

// schedulerFlags are lvs.cf's words; sh and mh give the first two a meaning
// (IP_VS_SVC_F_SCHED_SH_FALLBACK and the like in linux/ip_vs.h).
var schedulerFlags = map[string]ipvs.Flags{
	"fallback": ipvs.SchedFlag1, "port": ipvs.SchedFlag2,
	"flag1": ipvs.SchedFlag1, "flag2": ipvs.SchedFlag2, "flag3": ipvs.SchedFlag3,
}

func encapOf(v *lvscf.Virtual) ipvs.Encap {
	var e ipvs.Encap
	switch v.TunnelType {
	case "gre":
		e.Type = ipvs.GRE
	case "gue":
		e.Type, e.Port = ipvs.GUE, v.TunnelPort
	}
	switch v.TunnelChecksum {
	case "csum":
		e.Flags = ipvs.Checksum
	case "remcsum":
		e.Flags = ipvs.RemoteChecksum
	}
	return e
}

func forwardOf(f lvscf.Forward) (ipvs.Forward, error) {
	switch f {
	case lvscf.NAT, lvscf.FullNAT:
		return ipvs.Masquerade, nil
	case lvscf.Direct:
		return ipvs.Direct, nil
	case lvscf.Tunnel:
		return ipvs.Tunnel, nil
	}
	return 0, fmt.Errorf("forward %q: want nat, direct, tunnel or fullnat", f)
}
