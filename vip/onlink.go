package vip

import (
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// OnLink finds the interface whose connected network has the address to, and
// this router's own address there, from which it can be asked for. Of several
// networks the one with the longest mask counts. An address that may leave is
// not the router's own: neither those marked as ours nor those in floating,
// which kernels before 5.18 cannot mark. ok is false if no network has it.
//
// The error matches ErrOwn if this machine itself has the address.
func (c *Conn) OnLink(to netip.Addr, floating ...netip.Addr) (iface string, from netip.Addr, ok bool, err error) {
	table, err := c.table()
	if err != nil {
		return "", netip.Addr{}, false, err
	}
	e, ok, err := onLink(table, to, floating)
	if err != nil || !ok {
		return "", netip.Addr{}, false, err
	}
	return e.Interface, e.Prefix.Addr(), true, nil
}

func onLink(table []entry, to netip.Addr, floating []netip.Addr) (entry, bool, error) {
	plain := to.WithZone("")
	if plain.IsLinkLocalUnicast() && plain.Is6() && to.Zone() == "" {
		return entry{}, false, fmt.Errorf("%s: a link-local address needs its interface, as in %s%%eth0", to, to)
	}
	var best entry
	for _, e := range table {
		own := e.Prefix.Addr()
		switch {
		case to.Zone() != "" && to.Zone() != e.Interface:
		case own == plain:
			return entry{}, false, fmt.Errorf("%s %w", to, ErrOwn)
		case e.Ours || slices.Contains(floating, own) || !e.Prefix.Contains(plain):
		case own.Is6() && e.flags()&(unix.IFA_F_TENTATIVE|unix.IFA_F_DADFAILED) != 0:
		case best.Interface == "" || e.Prefix.Bits() > best.Prefix.Bits():
			best = e
		}
	}
	return best, best.Interface != "", nil
}

// flags are all the flags of an address, IFA_F_* of linux/if_addr.h.
func (e entry) flags() uint32 {
	f := uint32(e.message.Flags)
	if e.message.Attributes != nil {
		f |= e.message.Attributes.Flags
	}
	return f
}
