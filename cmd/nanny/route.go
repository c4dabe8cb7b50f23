package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	sizeofRtMsg = 12 // struct rtmsg of linux/rtnetlink.h
	// routeLimit bounds a question to the kernel, which it answers in
	// microseconds: but this process may stand still meanwhile, and without an
	// answer a server is blamed for a fault of this router.
	routeLimit = 10 * time.Second
)

// errNoInterface says that the kernel has a route that leads nowhere.
var errNoInterface = errors.New("the route has no interface")

// kernelRouter is the network of this process's namespace. The socket is
// opened when first needed, and anew after an error of its own.
type kernelRouter struct {
	mu   sync.Mutex
	conn *netlink.Conn // nil: not open
}

// toward asks the kernel's routing tables and rules (RTM_GETROUTE of
// rtnetlink(7)).
func (k *kernelRouter) toward(p path) (string, error) {
	if zone := p.to.Zone(); zone != "" {
		return zone, nil
	}
	index, err := k.route(p)
	if err != nil {
		return "", fmt.Errorf("route to %s: %w", p.to, err)
	}
	name, err := interfaceName(index)
	if err != nil {
		return "", fmt.Errorf("route to %s: interface %d: %w", p.to, index, err)
	}
	return name, nil
}

func (k *kernelRouter) route(p path) (index uint32, err error) {
	question, err := routeQuestion(p)
	if err != nil {
		return 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conn == nil {
		if k.conn, err = netlink.Dial(unix.NETLINK_ROUTE, nil); err != nil {
			return 0, err
		}
	}
	_ = k.conn.SetDeadline(time.Now().Add(routeLimit))
	answers, err := k.conn.Execute(question)
	switch {
	case errors.Is(err, unix.ENETUNREACH), errors.Is(err, unix.EHOSTUNREACH):
		return 0, err // the answer
	case err != nil:
		_ = k.conn.Close()
		k.conn = nil
		return 0, err
	case len(answers) == 0:
		return 0, errNoInterface
	}
	return routeAnswer(answers[0].Data)
}

// routeQuestion asks how a path's packets go.
func routeQuestion(p path) (netlink.Message, error) {
	to := p.to.Unmap()
	head := make([]byte, sizeofRtMsg)
	head[0], head[1] = unix.AF_INET, byte(to.BitLen())
	if to.Is6() {
		head[0] = unix.AF_INET6
	}
	ae := netlink.NewAttributeEncoder()
	ae.Bytes(unix.RTA_DST, to.AsSlice())
	if from := p.from.Unmap(); from.IsValid() && from.BitLen() == to.BitLen() {
		head[2] = byte(from.BitLen())
		ae.Bytes(unix.RTA_SRC, from.AsSlice())
	}
	if p.mark != 0 {
		ae.Uint32(unix.RTA_MARK, p.mark)
	}
	attributes, err := ae.Encode()
	return netlink.Message{
		Header: netlink.Header{Type: unix.RTM_GETROUTE, Flags: netlink.Request},
		Data:   append(head, attributes...),
	}, err
}

// routeAnswer is the index of the interface in an RTM_NEWROUTE.
func routeAnswer(b []byte) (index uint32, err error) {
	if len(b) < sizeofRtMsg {
		return 0, fmt.Errorf("%d bytes of a route, at least %d", len(b), sizeofRtMsg)
	}
	ad, err := netlink.NewAttributeDecoder(b[sizeofRtMsg:])
	if err != nil {
		return 0, err
	}
	for ad.Next() {
		if ad.Type() == unix.RTA_OIF {
			index = ad.Uint32()
		}
	}
	if ad.Err() == nil && index == 0 {
		return 0, errNoInterface
	}
	return index, ad.Err()
}

// interfaceName asks the kernel (netdevice(7)).
func interfaceName(index uint32) (string, error) {
	ifr, err := unix.NewIfreq("")
	if err != nil {
		return "", err
	}
	ifr.SetUint32(index)
	if err := askInterface(unix.SIOCGIFNAME, ifr); err != nil {
		return "", err
	}
	return ifr.Name(), nil
}

// fault is what the flags of an interface say.
func (k *kernelRouter) fault(iface string) (string, error) {
	ifr, err := unix.NewIfreq(iface)
	if err == nil {
		err = askInterface(unix.SIOCGIFFLAGS, ifr)
	}
	switch {
	case errors.Is(err, unix.ENODEV):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("interface %s: %w", iface, err)
	case ifr.Uint16()&unix.IFF_UP == 0:
		return "is down", nil
	case ifr.Uint16()&unix.IFF_RUNNING == 0:
		return "has no carrier", nil
	}
	return "", nil
}

func askInterface(request uint, ifr *unix.Ifreq) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.IoctlIfreq(fd, request, ifr)
}
