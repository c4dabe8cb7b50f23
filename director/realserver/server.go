package realserver

import (
	"net/netip"
	"slices"
	"strings"
)

// A Server is a real server and all that it must be set up with.
type Server struct {
	Names  []string   // in lvs.cf, without repetition; "sorry_server" for one
	Addr   netip.Addr // what the routers send to
	Router string     // "primary" or "backup" where it is a router itself, else empty

	// Serves tells for each virtual server how packets come from it.
	Serves []Use
	// Gateways are the default gateways, one of a family at most.
	Gateways []netip.Addr
	// VIPs are the addresses it must accept packets for as if they were its
	// own, and never speak of to its neighbours.
	VIPs []netip.Addr
	// Tunnels unwrap what the routers send.
	Tunnels []Tunnel
	// GUE are the UDP ports where generic UDP encapsulation arrives.
	GUE []uint16
	// Notes are what no command can do.
	Notes []string
}

// A Use is how a virtual server's packets reach its real server.
type Use struct {
	Virtual string
	How     string // lvs.cf's words, and the virtual's address: "direct, 10.0.0.100"
}

// String is the use in a line.
func (u Use) String() string { return "virtual " + u.Virtual + ": " + u.How }

// A Kind is a kind of tunnel device, by the name that ip-link(8) has for it.
type Kind string

// The kinds of tunnel devices.
const (
	IPIP   Kind = "ipip"   // IPv4 in IPv4
	SIT    Kind = "sit"    // IPv6 in IPv4
	IP6TNL Kind = "ip6tnl" // IPv4 and IPv6 in IPv6
	GRE    Kind = "gre"    // both in GRE over IPv4
	IP6GRE Kind = "ip6gre" // both in GRE over IPv6
)

// A Tunnel is a device that unwraps packets from any sender.
type Tunnel struct {
	Kind     Kind
	Checksum bool // of GRE: takes packets with a checksum, and no others
	// VIPs are those of IPv4 that it unwraps packets for. It has them as its
	// addresses: what comes in by a device without one fails the check of
	// the reverse path, if there is any (fib_validate_source,
	// net/ipv4/fib_frontend.c).
	VIPs []netip.Addr
}

// Device is the name of the tunnel's device. It is not the kernel's own
// (tunl0, gre0, ...), which exists in some network namespaces only and is
// often in use.
func (t Tunnel) Device() string { return "pacu-" + string(t.Kind) }

// kindFor is the device that unwraps packets of one family which come wrapped
// in packets of another. tunnel is lvs.cf's word. GUE is a header of UDP
// within which the packet is as in a tunnel of type ipip.
func kindFor(tunnel string, outer6, inner6 bool) Kind {
	switch {
	case tunnel == "gre" && outer6:
		return IP6GRE
	case tunnel == "gre":
		return GRE
	case outer6:
		return IP6TNL
	case inner6:
		return SIT
	}
	return IPIP
}

// quiet tells whether it must be kept from answering ARP.
func (s *Server) quiet() bool {
	return slices.ContainsFunc(s.VIPs, netip.Addr.Is4)
}

// loopback are the VIPs that no tunnel has.
func (s *Server) loopback() []netip.Addr {
	var out []netip.Addr
	for _, a := range s.VIPs {
		has := func(t Tunnel) bool { return slices.Contains(t.VIPs, a) }
		if s.Router != "" || !slices.ContainsFunc(s.Tunnels, has) {
			out = append(out, a)
		}
	}
	return out
}

// Is tells whether name is one of the server's names, or its address.
func (s *Server) Is(name string) bool {
	a, err := netip.ParseAddr(name)
	return slices.Contains(s.Names, name) || err == nil && a == s.Addr
}

// title is the server in a heading.
func (s *Server) title() string { return strings.Join(s.Names, ", ") + " (" + s.Addr.String() + ")" }

// host is a as a network of one address.
func host(a netip.Addr) string { return netip.PrefixFrom(a, a.BitLen()).String() }
