package vip

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/mdlayher/ndp"
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
	arp    *socket.Conn // nil until needed
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
	if !p.link.ethernet() {
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
		c, err := openSocket(unix.AF_PACKET, unix.SOCK_DGRAM, 0, "arp", refuseAll(), linkAddress(p.link.Index, nil))
		if err != nil {
			return err
		}
		p.arp = c
	}
	to := linkAddress(p.link.Index, ethernetBroadcast)
	for _, operation := range []uint16{arpRequest, arpReply} {
		b := gratuitousARP(operation, p.link.HardwareAddr, ip)
		err := sendSoon(p.arp, sendWithin, func(fd int) error { return unix.Sendto(fd, b, unix.MSG_DONTWAIT, to) })
		if err != nil {
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
	from := &ipv6.ControlMessage{Src: ip.AsSlice(), IfIndex: p.link.Index}
	to := &unix.SockaddrInet6{Addr: allNodes.As16(), ZoneId: uint32(p.link.Index)}
	return sendSoon(p.nd, sendWithin, func(fd int) error {
		_, err := unix.SendmsgN(fd, na, from.Marshal(), to, unix.MSG_DONTWAIT)
		return err
	})
}

// sendSoon calls send, and while that says EAGAIN again whenever the socket has
// room, for so long. However late it comes to the first time, that is tried: this
// machine may have stood still.
func sendSoon(c *socket.Conn, within time.Duration, send func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	if err := c.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	var sent error
	waits := false
	err = raw.Write(func(fd uintptr) bool {
		sent = send(int(fd))
		full := errors.Is(sent, unix.EAGAIN)
		if full && !waits {
			waits = true
			_ = c.SetWriteDeadline(time.Now().Add(within))
		}
		return !full
	})
	if err != nil {
		return err
	}
	return os.NewSyscallError("send", sent)
}

// listenND opens a socket for advertisements. It is not ndp's, which knows an
// interface by its name, and that for a minute: another interface of that name
// could not be announced on.
func listenND(index int) (*socket.Conn, error) {
	// Nothing is read from the socket, so let nothing in.
	c, err := openSocket(unix.AF_INET6, unix.SOCK_RAW, unix.IPPROTO_ICMPV6, "nd", refuseAll(), nil)
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		c.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, index),
		c.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, ndp.HopLimit),
		c.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, 0),
	)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// refuseAll is a filter that keeps no byte of any packet.
func refuseAll() []bpf.Instruction { return []bpf.Instruction{bpf.RetConstant{Val: 0}} }

// forwardsIPv6 tells whether the kernel routes IPv6 packets that come in by
// iface. A kernel without IPv6 does not.
func forwardsIPv6(iface string) bool {
	b, err := os.ReadFile("/proc/sys/net/ipv6/conf/" + iface + "/forwarding")
	return err == nil && strings.TrimSpace(string(b)) != "0"
}
