package soak

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/lab"
)

var (
	webVIP    = netip.MustParseAddr("10.10.1.30") // of virtual web, by address and port
	manyVIP   = netip.MustParseAddr("10.10.1.31") // of virtual many, by marks of pulse's own
	natRouter = netip.MustParseAddr("10.8.8.30")
)

// targets are what clients ask, in turn.
var targets = []netip.AddrPort{
	netip.AddrPortFrom(webVIP, 80), netip.AddrPortFrom(manyVIP, 8080),
	netip.AddrPortFrom(webVIP, 80), netip.AddrPortFrom(manyVIP, 8443),
}

const (
	routers = 2
	servers = 4
	sources = 60 // client addresses
)

const (
	lvsPath = "/etc/sysconfig/ha/lvs.cf"
	keyPath = "/etc/sysconfig/ha/lvs.key" // of the heartbeats
	key     = "9b0e7d52c4f1a836e5d20b9c7f4a1e638d5c2b0f9e7a4d61c3b8f5e2a0d79146\n"
)

// A site is the cluster.
type site struct {
	*lab.Cluster
	routers [routers]*router
	servers [servers]*server
	client  *lab.Host
	sources []netip.Addr
	// control asks a web server past the routers.
	control *lab.Client
}

// stalls are those that the control has seen.
func (s *site) stalls() []stall {
	var list []stall
	for _, a := range s.control.Samples(time.Time{}) {
		if a.Took > tooLong || a.Err != nil {
			list = append(list, stall{a.At, a.At.Add(a.Took)})
		}
	}
	return list
}

// A router is an LVS router with its pulse.
type router struct {
	*lab.Host
	mu    sync.Mutex
	pulse *lab.Process
}

func serverName(i int) string { return fmt.Sprintf("lvs-0%d", 3+i) }

func serverAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 8, 8, byte(33 + i)}) }

// nameOf is the server with an address, or empty.
func nameOf(a netip.Addr) string {
	for i := range servers {
		if serverAddr(i) == a {
			return serverName(i)
		}
	}
	return ""
}

// newSite builds the cluster and starts its web servers; the routers run
// nothing yet.
func newSite(onLine func(lab.Line)) (*site, error) {
	s := &site{Cluster: lab.New("soak")}
	s.OnLine = onLine
	public, private := s.Switch("public"), s.Switch("private")
	for i := range s.routers {
		r := &router{Host: s.Host(fmt.Sprintf("lvs-0%d", 1+i))}
		r.Private(filepath.Dir(lvsPath), "/var/lib/pacu")
		r.Plug(public, "eth0", fmt.Sprintf("10.10.1.%d/24", 1+i))
		r.Plug(private, "eth1", fmt.Sprintf("10.8.8.%d/24", 1+i))
		r.Sysctl("net.ipv4.ip_forward", "1")
		s.routers[i] = r
	}
	for i := range s.servers {
		h := s.Host(serverName(i))
		h.Plug(private, "eth1", serverAddr(i).String()+"/24")
		h.Route("default", natRouter.String())
		s.servers[i] = &server{Host: h}
	}
	s.client = s.Host("client")
	s.client.Plug(public, "eth0", "10.10.1.100/24")
	for i := range sources {
		a := netip.AddrFrom4([4]byte{10, 10, 1, byte(101 + i)})
		s.client.Address("eth0", a.String()+"/24")
		s.sources = append(s.sources, a)
	}
	witness := s.Host("witness")
	witness.Plug(private, "eth1", "10.8.8.100/24")
	aside := s.Host("aside")
	aside.Plug(private, "eth1", "10.8.8.101/24")
	s.control = &lab.Client{Host: witness, URL: "http://10.8.8.101/", Every: 100 * time.Millisecond, Timeout: 10 * time.Second}
	err := s.Err()
	if err == nil {
		_, err = lab.NewWeb(aside, ":80")
	}
	for _, server := range s.servers {
		if err == nil {
			err = server.start()
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *site) close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.stop())
	}
	return errors.Join(append(errs, s.Cluster.Close())...)
}

// start starts pulse.
func (r *router) start() error {
	p, err := r.Start("pulse", "-n")
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.pulse = p
	r.mu.Unlock()
	return nil
}

func (r *router) process() *lab.Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pulse
}

func (r *router) control() *control.Client {
	return control.NewClient(r.Path("/run/pulse/control.sock"))
}

// table is the kernel's, as the real ipvsadm saves it, one line each, sorted.
func (r *router) table(ctx context.Context) ([]string, error) {
	out, err := r.Output(ctx, "ipvsadm", "-Sn")
	return lines(out), err
}

// holds tells whether the router has an address.
func (r *router) holds(a netip.Addr) (bool, error) {
	held, err := r.Addresses()
	return slices.ContainsFunc(held, func(h lab.Held) bool { return h.Prefix.Addr() == a }), err
}

// active is the one router that holds all floating addresses, and the other.
func (s *site) active() (active, standby *router, err error) {
	for i, r := range s.routers {
		n := 0
		for _, a := range []netip.Addr{webVIP, manyVIP, natRouter} {
			mine, err := r.holds(a)
			if err != nil {
				return nil, nil, err
			}
			theirs, err := s.routers[1-i].holds(a)
			if err != nil {
				return nil, nil, err
			}
			if mine && !theirs {
				n++
			}
		}
		if n == 3 {
			return r, s.routers[1-i], nil
		}
	}
	return nil, nil, errors.New("no router holds all floating addresses alone")
}
