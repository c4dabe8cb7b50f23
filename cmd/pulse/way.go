package main

import (
	"net"
	"net/netip"
	"slices"

	"pacu/director"
	"pacu/vip"
)

// wayTo is how checks through a VIP, of IPv6 with six, leave this router for a
// real server: from the address that the kernel would use for the server's own
// address, which from tells. A floating address is none, since it leaves; then,
// and where a tunnel for one family is in the other, another one of that
// interface is taken, best of the server's network.
func wayTo(server netip.Addr, six bool, held []vip.Held, from func(netip.Addr) (netip.Addr, error)) director.Way {
	source, err := from(server)
	if err != nil {
		return director.Way{} // no route, as the check will find too
	}
	at := slices.IndexFunc(held, func(h vip.Held) bool { return h.Prefix.Addr() == source })
	if at < 0 {
		return director.Way{}
	}
	w := director.Way{Interface: held[at].Interface}
	if !held[at].Ours && source.Is6() == six {
		w.Source = source
		return w
	}
	for _, h := range held {
		a := h.Prefix.Addr()
		if h.Interface != w.Interface || h.Ours || a.Is6() != six || a.IsLinkLocalUnicast() {
			continue
		}
		if !w.Source.IsValid() || h.Prefix.Contains(server) {
			w.Source = a
		}
	}
	return w
}

// sourceTo is the address that the kernel sends from to a server. Nothing is
// sent: the kernel only looks the route up.
func sourceTo(server netip.Addr) (netip.Addr, error) {
	const discard = 9 // any port will do
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(server, discard)))
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}
