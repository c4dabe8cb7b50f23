package vip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/mdlayher/ndp"
	"github.com/mdlayher/packet"
	"github.com/mdlayher/socket"
	"golang.org/x/net/bpf"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// sendWithin bounds the sending of one packet: an interface whose queue stays
// full must not keep the others waiting.
const sendWithin = 250 * time.Millisecond

var (
	ethernetBroadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	allNodes          = netip.MustParseAddr("ff02::1")
)

// lookEvery is how long what is known of an interface counts: a bond may have
// another hardware address a second later.
const lookEvery = time.Second

// An Announcer tells neighbours which hardware address an address has. It
// keeps sockets per interface, and looks at an interface again after a second
// or a failure, as it may have changed. It is not safe for concurrent use.
type Announcer struct {
	conn  *Conn
	ports map[string]*port
}

// A port is an interface as an Announcer uses it.
type port struct {
	link   Link
	looked time.Time    // at the link
	router bool         // forwards IPv6
	arp    *packet.Conn // nil until needed
	nd     *socket.Conn // nil until needed
}

// NewAnnouncer opens an Announcer in the calling thread's network namespace.
func NewAnnouncer() (*Announcer, error) {
	c, err := Dial()
	if err != nil {
		return nil, err
	}
	return &Announcer{conn: c, ports: make(map[string]*port)}, nil
}

// Close closes the sockets.
func (a *Announcer) Close() error {
	errs := []error{a.conn.Close()}
	for _, p := range a.ports {
		errs = append(errs, p.close())
	}
	clear(a.ports)
	return errors.Join(errs...)
}

func (p *port) close() error {
	var errs []error
	if p.arp != nil {
		errs = append(errs, p.arp.Close())
	}
	if p.nd != nil {
		errs = append(errs, p.nd.Close())
	}
	p.arp, p.nd = nil, nil
	return errors.Join(errs...)
}

// Send announces an address that its interface holds: an IPv4 address by a
// gratuitous ARP request and reply, an IPv6 address by an unsolicited
// neighbour advertisement. On an interface without neighbours, such as the
// loopback, it does nothing.
func (a *Announcer) Send(addr Address) error {
	if err := a.send(addr); err != nil {
		return fmt.Errorf("announce %s: %w", addr, err)
	}
	return nil
}

func (a *Announcer) send(addr Address) error {
	if err := addr.check(); err != nil {
		return err
	}
	p, err := a.port(addr.Interface)
	if err != nil {
		return err
	}
	if p.link.NoARP || len(p.link.HardwareAddr) != len(ethernetBroadcast) {
		return nil
	}
	announce := p.sendNA
	if addr.Prefix.Addr().Is4() {
		announce = p.sendARP
	}
	if err := announce(addr.Prefix.Addr()); err != nil {
		// The interface may be gone, or another may have its name.
		delete(a.ports, addr.Interface)
		return errors.Join(err, p.close())
	}
	return nil
}

func (a *Announcer) port(iface string) (*port, error) {
	now := time.Now()
	p, known := a.ports[iface]
	if known && now.Sub(p.looked) < lookEvery {
		return p, nil
	}
	l, err := a.conn.link(iface)
	if err != nil {
		err = fmt.Errorf("%w: %s", err, iface)
		if known {
			delete(a.ports, iface)
			err = errors.Join(err, p.close())
		}
		return nil, err
	}
	if known && l.Index != p.link.Index {
		if err := p.close(); err != nil {
			return nil, err
		}
	}
	if !known {
		p = &port{}
		a.ports[iface] = p
	}
	p.link, p.looked, p.router = l, now, forwardsIPv6(iface)
	return p, nil
}

func (p *port) sendARP(ip netip.Addr) error {
	if p.arp == nil {
		// Nothing is read from the socket, so let nothing in.
		c, err := packet.Listen(p.netInterface(), packet.Datagram, unix.ETH_P_ARP, &packet.Config{Filter: refuseAll()})
		if err != nil {
			return err
		}
		p.arp = c
	}
	if err := p.arp.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return err
	}
	for _, operation := range []uint16{arpRequest, arpReply} {
		b := gratuitousARP(operation, p.link.HardwareAddr, ip)
		if _, err := p.arp.WriteTo(b, &packet.Addr{HardwareAddr: ethernetBroadcast}); err != nil {
			return err
		}
	}
	return nil
}

func (p *port) sendNA(ip netip.Addr) error {
	if p.nd == nil {
		c, err := listenND(p.link.Index)
		if err != nil {
			return err
		}
		p.nd = c
	}
	// The kernel fills in the checksum.
	na, err := ndp.MarshalMessage(&ndp.NeighborAdvertisement{
		// A router that calls itself none is dropped from its neighbours'
		// default routes (RFC 4861 section 7.2.5).
		Router:        p.router,
		Override:      true,
		TargetAddress: ip,
		Options:       []ndp.Option{&ndp.LinkLayerAddress{Direction: ndp.Target, Addr: p.link.HardwareAddr}},
	})
	if err != nil {
		return err
	}
	if err := p.nd.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return err
	}
	from := &ipv6.ControlMessage{Src: ip.AsSlice(), IfIndex: p.link.Index}
	to := &unix.SockaddrInet6{Addr: allNodes.As16(), ZoneId: uint32(p.link.Index)}
	_, err = p.nd.Sendmsg(context.Background(), na, from.Marshal(), to, 0)
	return err
}

// listenND opens a socket for advertisements. It is not ndp's, which knows an
// interface by its name, and that for a minute: another interface of that name
// could not be announced on.
func listenND(index int) (*socket.Conn, error) {
	c, err := socket.Socket(unix.AF_INET6, unix.SOCK_RAW, unix.IPPROTO_ICMPV6, "nd", nil)
	if err != nil {
		return nil, err
	}
	// Nothing is read from the socket, so let nothing in.
	err = errors.Join(
		c.SetBPF(refuseAll()),
		c.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, index),
		c.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, ndp.HopLimit),
		c.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, 0),
	)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (p *port) netInterface() *net.Interface {
	return &net.Interface{Index: p.link.Index, Name: p.link.Name, HardwareAddr: p.link.HardwareAddr}
}

// refuseAll is a filter that keeps no byte of any packet.
func refuseAll() []bpf.RawInstruction {
	return []bpf.RawInstruction{{Op: unix.BPF_RET | unix.BPF_K, K: 0}}
}

// forwardsIPv6 tells whether the kernel routes IPv6 packets that come in by
// iface. A kernel without IPv6 does not.
func forwardsIPv6(iface string) bool {
	b, err := os.ReadFile("/proc/sys/net/ipv6/conf/" + iface + "/forwarding")
	return err == nil && strings.TrimSpace(string(b)) != "0"
}
