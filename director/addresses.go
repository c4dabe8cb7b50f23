package director

import (
	"errors"
	"fmt"
	"net/netip"

	"pacu/vip"
)

// Addresses are the network interfaces' addresses. *vip.Conn is one.
type Addresses interface {
	Addresses() ([]vip.Held, error)
	AddAll([]vip.Address) []error // an error or nil for each
	RemoveAll([]vip.Address) []error
}

// settle brings the addresses in line with the role. It returns those that it
// brought up.
func (d *Director) settle() ([]vip.Address, error) {
	there, err := d.addresses.Addresses()
	if err != nil {
		return nil, fmt.Errorf("read the addresses: %w", err)
	}
	wanted := make(map[netip.Addr]vip.Address)
	var missing []vip.Address
	if d.active {
		for _, f := range d.cluster.Addresses {
			wanted[f.Prefix.Addr()] = f.Address
			if !holds(there, f.Address) {
				missing = append(missing, f.Address)
				continue
			}
			d.held[f.Address] = true
		}
	}
	var stray []vip.Address
	for _, h := range there {
		w, keep := wanted[h.Prefix.Addr()]
		if keep && (sameAddress(h.Address, w) || !h.Ours) {
			continue
		}
		if h.Ours || d.mine(h.Address) {
			stray = append(stray, h.Address)
		}
	}
	var errs []error
	// What goes first makes room: an address may have moved to another device.
	for i, err := range d.addresses.RemoveAll(stray) {
		if err == nil {
			delete(d.held, stray[i])
		}
		errs = append(errs, err)
	}
	var raised []vip.Address
	for i, err := range d.addresses.AddAll(missing) {
		if err == nil {
			d.held[missing[i]] = true
			raised = append(raised, missing[i])
		}
		errs = append(errs, err)
	}
	return raised, errors.Join(errs...)
}

// mine reports whether a is an address of the cluster, or one this director
// brought up before: also where the kernel is too old to carry our mark.
func (d *Director) mine(a vip.Address) bool {
	if d.held[a] {
		return true
	}
	for _, f := range d.cluster.Addresses {
		if sameAddress(a, f.Address) {
			return true
		}
	}
	return false
}

func holds(held []vip.Held, a vip.Address) bool {
	for _, h := range held {
		if sameAddress(h.Address, a) {
			return true
		}
	}
	return false
}

// sameAddress leaves the label out: the kernel has none for IPv6, and one
// changed by hand moves no packet.
func sameAddress(a, b vip.Address) bool {
	return a.Prefix == b.Prefix && a.Interface == b.Interface
}
