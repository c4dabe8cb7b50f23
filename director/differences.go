package director

import (
	"fmt"
	"net/netip"
	"slices"

	"pacu/vip"
)

// differences are the addresses that must go, those that must come, and those
// of the cluster that are where they should be, as the list of all there tells.
type differences struct {
	stray, missing, present []vip.Address
	there                   map[netip.Addr][]vip.Held
}

func (f *floating) differences(floating []Floating) (d differences, err error) {
	all, err := f.addresses.Addresses()
	if err != nil {
		return d, fmt.Errorf("read the addresses: %w", err)
	}
	d.there = make(map[netip.Addr][]vip.Held, len(all))
	for _, h := range all {
		d.there[h.Prefix.Addr()] = append(d.there[h.Prefix.Addr()], h)
	}
	active := f.active.Load()
	wanted := make(map[netip.Addr]vip.Address, len(floating))
	for _, w := range floating {
		wanted[w.Prefix.Addr()] = w.Address
		if !active {
			continue
		}
		if slices.ContainsFunc(d.there[w.Prefix.Addr()], func(h vip.Held) bool { return sameAddress(h.Address, w.Address) }) {
			f.held[w.Address] = true
			d.present = append(d.present, w.Address)
		} else {
			d.missing = append(d.missing, w.Address)
		}
	}
	for _, h := range all {
		w, ofCluster := wanted[h.Prefix.Addr()]
		same := ofCluster && sameAddress(h.Address, w)
		if ofCluster && active && (same || !h.Ours) {
			continue
		}
		if h.Ours || f.held[h.Address] || same {
			d.stray = append(d.stray, h.Address)
		}
	}
	return d, nil
}

// sameAddress leaves the label out: the kernel has none for IPv6, and one
// changed by hand moves no packet.
func sameAddress(a, b vip.Address) bool {
	return a.Prefix == b.Prefix && a.Interface == b.Interface
}
