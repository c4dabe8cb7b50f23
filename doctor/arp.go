package doctor

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"
)

const (
	// arpRounds is how often each address is asked for, for a packet may get
	// lost.
	arpRounds = 2
	// arpWait is how long answers are waited for after each round: RFC 5227
	// asks for 1 s and more, on links slower than those of a router pair.
	arpWait = 400 * time.Millisecond
	// mostAsked addresses on one interface are asked for: more is a storm.
	mostAsked = 256
	arpBytes  = 28
)

var everybody = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// arpProbe asks on an interface who has each of the IPv4 addresses, by ARP
// probes, whose sender address is all zeros so that nobody remembers us
// (RFC 5227, section 2.1.1). It returns who answered; this machine itself never
// does. It needs CAP_NET_RAW.
func arpProbe(ctx context.Context, iface string, addrs []netip.Addr) ([]Neighbor, error) {
	ifi, err := net.InterfaceByName(iface)
	if err != nil {
		return nil, fmt.Errorf("arp on %s: %w", iface, err)
	}
	if len(ifi.HardwareAddr) != 6 || ifi.Flags&net.FlagUp == 0 {
		return nil, fmt.Errorf("arp on %s: it is down, or no ethernet", iface)
	}
	c, err := packet.Listen(ifi, packet.Datagram, unix.ETH_P_ARP, nil)
	if err != nil {
		return nil, fmt.Errorf("arp on %s: %w", iface, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var found []Neighbor
	for range arpRounds {
		for _, a := range addrs {
			if _, err := c.WriteTo(arpRequest(ifi.HardwareAddr, a), &packet.Addr{HardwareAddr: everybody}); err != nil {
				return nil, fmt.Errorf("arp on %s: %w", iface, err)
			}
		}
		if err := c.SetReadDeadline(time.Now().Add(arpWait)); err != nil {
			return nil, fmt.Errorf("arp on %s: %w", iface, err)
		}
		buf := make([]byte, 128)
		for ctx.Err() == nil {
			n, _, err := c.ReadFrom(buf)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("arp on %s: %w", iface, err)
			}
			mac, a, ok := arpAnswer(buf[:n])
			nb := Neighbor{Address: a, Interface: iface, MAC: mac.String()}
			if ok && slices.Contains(addrs, a) && !bytes.Equal(mac, ifi.HardwareAddr) && !slices.Contains(found, nb) && len(found) < 4*mostAsked {
				found = append(found, nb)
			}
		}
	}
	return found, nil
}

// arpRequest is the body of an ARP probe (RFC 826, RFC 5227).
func arpRequest(mac net.HardwareAddr, target netip.Addr) []byte {
	b := make([]byte, arpBytes)
	copy(b, []byte{0, 1, 8, 0, 6, 4, 0, 1}) // Ethernet, IPv4, request
	copy(b[8:14], mac)
	copy(b[24:28], target.AsSlice())
	return b
}

// arpAnswer is who says in an ARP reply that it has an address.
func arpAnswer(b []byte) (net.HardwareAddr, netip.Addr, bool) {
	if len(b) < arpBytes || !bytes.Equal(b[:6], []byte{0, 1, 8, 0, 6, 4}) || binary.BigEndian.Uint16(b[6:]) != 2 {
		return nil, netip.Addr{}, false
	}
	return net.HardwareAddr(bytes.Clone(b[8:14])), netip.AddrFrom4([4]byte(b[14:18])), true
}
