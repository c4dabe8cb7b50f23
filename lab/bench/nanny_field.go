package bench

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"sync"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"pacu/lab"
)

// A field is a router and thousands of servers, which are the addresses of one
// machine:
//
//	router 10.77.0.1            servers 10.77.0.2, lo 10.78.0.0/16
//	        |                      |
//	------- 10.77.0.0/24 -----------
type field struct {
	*lab.Cluster
	router, servers *lab.Host
	routes          *rtnetlink.Conn // of the servers

	mu   sync.Mutex
	open map[netip.Addr]net.Listener // zero: of all addresses
}

const (
	fieldNet    = "10.78.0.0/16" // table.server
	fieldRouter = "10.77.0.1"
	fieldServer = "10.77.0.2"
)

// everywhere is an address for listen and hush.
var everywhere netip.Addr

func newField() (*field, error) {
	f := &field{Cluster: lab.New("field"), open: map[netip.Addr]net.Listener{}}
	lan := f.Switch("lan")
	f.router, f.servers = f.Host("router"), f.Host("servers")
	f.router.Private(filepath.Dir(lvsPath))
	f.router.Plug(lan, "eth0", fieldRouter+"/24")
	f.router.Sysctl("net.ipv4.ip_forward", "1")
	f.router.Route(fieldNet, fieldServer)
	f.servers.Plug(lan, "eth0", fieldServer+"/24")
	f.servers.Setup("ip", "route", "add", "local", fieldNet, "dev", "lo")
	err := f.Err()
	if err == nil {
		err = f.servers.NetNS(func(fd int) (err error) {
			f.routes, err = rtnetlink.Dial(&netlink.Config{NetNS: fd})
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(err, f.Cluster.Close())
	}
	return f, nil
}

// onField has use work with a field of its own.
func onField(use func(*field) error) error {
	f, err := newField()
	if err != nil {
		return err
	}
	return errors.Join(use(f), f.close())
}

func (f *field) close() error {
	errs := []error{f.routes.Close()}
	for _, l := range f.open {
		errs = append(errs, l.Close())
	}
	return errors.Join(append(errs, f.Cluster.Close())...)
}

// listen has a program serve at an address: it takes connections, and closes
// them.
func (f *field) listen(at netip.Addr) error {
	host := ""
	if at.IsValid() {
		host = at.String()
	}
	l, err := f.servers.Listen("tcp4", net.JoinHostPort(host, fmt.Sprint(serverPort)))
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[at] = l
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	return nil
}

// hush ends the program that serves at an address: its kernel refuses.
func (f *field) hush(at netip.Addr) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.open[at]
	delete(f.open, at)
	return l.Close()
}

// vanish has an address answer nothing any more, as a host without power.
func (f *field) vanish(at netip.Addr) error { return f.routes.Route.Add(blackhole(at)) }

// reappear ends that.
func (f *field) reappear(at netip.Addr) error { return f.routes.Route.Delete(blackhole(at)) }

// blackhole is a route before all others: of the table of local addresses.
func blackhole(at netip.Addr) *rtnetlink.RouteMessage {
	return &rtnetlink.RouteMessage{
		Family: unix.AF_INET, DstLength: 32, Table: unix.RT_TABLE_LOCAL, Type: unix.RTN_BLACKHOLE,
		Protocol: unix.RTPROT_STATIC, Scope: unix.RT_SCOPE_UNIVERSE,
		Attributes: rtnetlink.RouteAttributes{Dst: at.AsSlice(), Table: unix.RT_TABLE_LOCAL},
	}
}
