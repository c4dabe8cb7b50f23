package vip

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"
)

// An Address is a floating address and the place it belongs.
type Address struct {
	Prefix    netip.Prefix // the address itself with the length of its mask, not masked
	Interface string       // e.g. eth0
	// Label is the name that ifconfig and "ip address" show beside an IPv4
	// address, e.g. eth0:1; empty or equal to Interface where there is none.
	// IPv6 has no labels.
	Label string
}

// String is the address, its mask and its place: "10.10.1.30/32 on eth0:1".
func (a Address) String() string { return a.Prefix.String() + " on " + a.place() }

func (a Address) place() string {
	if a.Label != "" {
		return a.Label
	}
	return a.Interface
}

// check tells what the kernel would refuse without saying why.
func (a Address) check() error {
	switch {
	case !a.Prefix.IsValid():
		return fmt.Errorf("address is not valid")
	case a.Prefix.Addr().Is4In6():
		return fmt.Errorf("IPv4 address in IPv6 form")
	case len(a.Label) >= unix.IFNAMSIZ:
		return fmt.Errorf("label %s is longer than %d characters", a.Label, unix.IFNAMSIZ-1)
	}
	return nil
}

// SplitDevice takes the device of an lvs.cf address apart: "eth0:1" is the
// interface eth0 with the label eth0:1, "eth2" is the interface and label eth2.
func SplitDevice(device string) (iface, label string) {
	iface, _, _ = strings.Cut(device, ":")
	return iface, device
}

// broadcast returns the highest address of an IPv4 prefix, or false for IPv6
// and for prefixes too narrow to have a broadcast address (RFC 3021).
func broadcast(p netip.Prefix) (netip.Addr, bool) {
	if !p.Addr().Is4() || p.Bits() > 30 {
		return netip.Addr{}, false
	}
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b), true
}
