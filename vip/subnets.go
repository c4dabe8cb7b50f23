package vip

import "net/netip"

// Subnets are the IPv4 addresses of this machine as the kernel orders them:
// the first of a subnet on an interface is its primary, and the others are
// secondary and go when it goes.
type subnets struct {
	primary   map[addressKey]bool
	secondary map[addressKey]bool
	kept      map[addressKey][]entry // by subnet, the secondary ones that stay
}

// An addressKey is an address, or a subnet, on an interface.
type addressKey struct {
	prefix netip.Prefix
	iface  string
}

func keyOf(a Address) addressKey { return addressKey{prefix: a.Prefix, iface: a.Interface} }

// subnet is the key of the subnet that the address is in.
func (k addressKey) subnet() addressKey { return addressKey{prefix: k.prefix.Masked(), iface: k.iface} }

// hasNeighbours tells whether the kernel may count other addresses to the
// same subnet.
func hasNeighbours(p netip.Prefix) bool { return p.Addr().Is4() && p.Bits() < 32 }

// newSubnets sorts the kernel's table, of which going is to be removed.
func newSubnets(table []entry, going []Address) subnets {
	leaves := make(map[addressKey]bool, len(going))
	for _, a := range going {
		leaves[keyOf(a)] = true
	}
	n := subnets{primary: make(map[addressKey]bool), secondary: make(map[addressKey]bool), kept: make(map[addressKey][]entry)}
	for _, e := range table {
		k := keyOf(e.Address)
		switch {
		case !hasNeighbours(e.Prefix):
		case !e.secondary:
			n.primary[k] = true
		default:
			n.secondary[k] = true
			if !leaves[k] {
				n.kept[k.subnet()] = append(n.kept[k.subnet()], e)
			}
		}
	}
	return n
}

// neighbours returns the addresses that the kernel would remove together with
// a and that are to stay.
func (n subnets) neighbours(a Address) []entry {
	k := keyOf(a)
	if !n.primary[k] {
		return nil
	}
	return n.kept[k.subnet()]
}
