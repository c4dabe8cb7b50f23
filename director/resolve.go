package director

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"pacu/lvscf"
)

// A Resolver finds the addresses of a host name. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// resolveTimeout bounds all look-ups of one file: a router must start while
// its name servers are unreachable.
const resolveTimeout = 5 * time.Second

// Resolve is the address of a host in lvs.cf, of the family asked for where a
// name has both.
func Resolve(ctx context.Context, h lvscf.Host, v6 bool) (netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	return resolve(ctx, net.DefaultResolver, h, v6)
}

func resolve(ctx context.Context, r Resolver, h lvscf.Host, v6 bool) (netip.Addr, error) {
	if a, ok := h.Addr(); ok {
		return a, nil
	}
	network := "ip4"
	if v6 {
		network = "ip6"
	}
	addrs, err := r.LookupNetIP(ctx, network, string(h))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("host name %q has no address: %w (write the address instead)", h, err)
	}
	if len(addrs) == 0 {
		return netip.Addr{}, fmt.Errorf("host name %q has no address", h)
	}
	// The smallest, so that both routers and every reload choose the same.
	return slices.MinFunc(addrs, netip.Addr.Compare).Unmap(), nil
}
