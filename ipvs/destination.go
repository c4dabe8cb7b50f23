package ipvs

import (
	"cmp"
	"math"
	"net/netip"
)

// A Destination is a real server of a service as it is configured. Its
// address and port tell it from the service's others.
type Destination struct {
	// Addr may be of the other family than the service's if Forward is Tunnel
	// and no sync daemon runs: what the daemons tell each other has no room
	// for it. The kernel takes no link-local address of IPv6 but its own.
	Addr    netip.Addr
	Port    uint16
	Forward Forward
	Weight  uint32 // at most 2^31-1; 0 gives it no new clients
	// At Upper connections the server is given no more until it is below
	// Lower. Upper 0 is no limit; Lower 0 lets the kernel take 3/4 of Upper.
	Upper, Lower uint32
	Tunnel       Encap // zero unless Forward is Tunnel
}

// A DestinationStatus is a destination as the kernel holds it.
type DestinationStatus struct {
	Destination
	Active     uint32 // connections, established
	Inactive   uint32 // connections, any other state
	Persistent uint32 // persistence templates
	Stats      Stats
}

// addrPort is how people name a destination.
func (d Destination) addrPort() netip.AddrPort { return netip.AddrPortFrom(d.Addr, d.Port) }

// compare puts destinations in the order people read them.
func (d Destination) compare(e Destination) int {
	return cmp.Or(d.Addr.Compare(e.Addr), cmp.Compare(d.Port, e.Port))
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// check refuses what the kernel would refuse, or take for something else.
func (d Destination) check(k Key) error {
	if err := checkAddr(d.Addr); err != nil {
		return err
	}
	switch {
	case d.Addr.IsUnspecified(), d.Addr.IsMulticast(), d.Addr == broadcast:
		return invalid(d.Addr.String() + " is no address of a server")
	case d.Forward > Bypass:
		return invalid("unknown forwarding method " + d.Forward.String())
	case d.Weight > math.MaxInt32:
		return invalid("weight is over 2147483647")
	case d.Lower > d.Upper:
		return invalid("lower threshold is over the upper threshold")
	case d.Forward != Tunnel && d.crosses(k):
		return invalid("only a tunnel leads to the other address family")
	case d.Forward != Tunnel && d.Tunnel != Encap{}:
		return invalid("encapsulation without tunnel")
	case d.Tunnel.Type > GRE:
		return invalid("unknown encapsulation " + d.Tunnel.Type.String())
	case d.Tunnel.Type == GUE && d.Tunnel.Port == 0:
		return invalid("gue needs a port")
	}
	return nil
}

// crosses tells whether d is of the other address family than the service at k.
func (d Destination) crosses(k Key) bool { return d.Addr.Is6() != k.Addr.Is6() }
