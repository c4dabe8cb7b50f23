package ipvs

import (
	"cmp"
	"net/netip"
	"strconv"
)

// A Key names a service: by protocol, address and port, or by FWMark, the mark
// that a firewall put on its packets. A Key is comparable and fit for a map.
type Key struct {
	Protocol Protocol
	Addr     netip.Addr
	Port     uint16 // 0 is every port, for persistent services
	// FWMark, when it is not 0, is all there is besides the address family:
	// Addr is then 0.0.0.0 or ::, Protocol and Port are 0.
	FWMark uint32
}

// FWMarkKey is the Key of the service for packets marked with mark, of IPv6
// if v6, else of IPv4.
func FWMarkKey(mark uint32, v6 bool) Key {
	if v6 {
		return Key{Addr: netip.IPv6Unspecified(), FWMark: mark}
	}
	return Key{Addr: netip.IPv4Unspecified(), FWMark: mark}
}

// String is "tcp 10.0.0.1:80", "tcp [2001:db8::1]:80", "fwmark 80", or
// "fwmark6 80" for IPv6.
func (k Key) String() string {
	if k.FWMark == 0 {
		return k.Protocol.String() + " " + netip.AddrPortFrom(k.Addr, k.Port).String()
	}
	name := "fwmark "
	if k.Addr.Is6() {
		name = "fwmark6 "
	}
	return name + strconv.FormatUint(uint64(k.FWMark), 10)
}

// compare puts keys in the order people read them: addresses, then marks.
func (k Key) compare(l Key) int {
	return cmp.Or(
		cmp.Compare(k.FWMark, l.FWMark),
		k.Addr.Compare(l.Addr),
		cmp.Compare(k.Port, l.Port),
		cmp.Compare(k.Protocol, l.Protocol),
	)
}

func (k Key) check() error {
	if err := checkAddr(k.Addr); err != nil {
		return err
	}
	switch {
	case k.FWMark != 0 && k != FWMarkKey(k.FWMark, k.Addr.Is6()):
		return invalid("a service by fwmark has no protocol, address or port")
	case k.FWMark == 0 && k.Protocol == 0:
		return invalid("neither a protocol nor a fwmark")
	}
	return nil
}

// checkAddr refuses what the kernel cannot be told: no address at all, a zone,
// and IPv4 written as IPv6, which would come back as another address than it
// went.
func checkAddr(a netip.Addr) error {
	switch {
	case !a.IsValid():
		return invalid("no address")
	case a.Zone() != "":
		return invalid("address " + a.String() + " has a zone")
	case a.Is4In6():
		return invalid("address " + a.String() + " is IPv4 written as IPv6")
	}
	return nil
}
