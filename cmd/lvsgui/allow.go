package main

import (
	"fmt"
	"net/netip"
	"strings"
)

// networks is the value of --allow-from.
type networks []netip.Prefix

// String implements flag.Value.
func (n *networks) String() string {
	var out []string
	for _, p := range *n {
		out = append(out, p.String())
	}
	return strings.Join(out, ",")
}

// Set implements flag.Value: it adds networks, or addresses, with commas
// between them.
func (n *networks) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		p, err := network(strings.TrimSpace(word))
		if err != nil {
			return err
		}
		*n = append(*n, p)
	}
	return nil
}

func network(word string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(word); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(word)
	// Clients' addresses are compared as IPv4 where they are.
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q is no network: write 192.0.2.0/24 or 2001:db8::/32, with commas between more than one", word)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%s is an address inside of a network: write %s, or the address alone", word, p.Masked())
	}
	return p, nil
}
