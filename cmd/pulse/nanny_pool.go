package main

import (
	"cmp"
	"net/netip"
	"slices"
)

// spread deals servers out to at most limit nannies, as evenly as can be: two
// of them differ by one server at most. groups are what the present nannies
// watch; of that as much stays where it is as evenness allows.
//
// The result is one group a nanny, each in the order of addresses: the present
// ones first, in their order, empty for one that ends, then new ones. A nanny
// that keeps none of its servers ends: ps shows it by what it watched.
func spread(groups [][]netip.Addr, servers []netip.Addr, limit int) [][]netip.Addr {
	unplaced := make(map[netip.Addr]bool, len(servers))
	for _, a := range servers {
		unplaced[a] = true
	}
	spread := make([][]netip.Addr, len(groups))
	order := make([]int, 0, len(groups)) // of those that go on, the fullest first
	for i, g := range groups {
		for _, a := range slices.SortedFunc(slices.Values(g), netip.Addr.Compare) {
			if unplaced[a] {
				delete(unplaced, a)
				spread[i] = append(spread[i], a)
			}
		}
		if len(spread[i]) > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(spread[b]), len(spread[a])) })
	count := min(len(servers), max(limit, 1))
	for len(order) < count {
		order = append(order, len(spread))
		spread = append(spread, nil)
	}
	// The fullest get the places that do not divide, so that they give least.
	room := func(k int) int {
		switch {
		case k >= count:
			return 0
		case k < len(servers)%count:
			return len(servers)/count + 1
		}
		return len(servers) / count
	}
	for k, i := range order {
		if g := spread[i]; len(g) > room(k) {
			for _, a := range g[room(k):] {
				unplaced[a] = true
			}
			spread[i] = g[:room(k)]
		}
	}
	rest := make([]netip.Addr, 0, len(unplaced))
	for a := range unplaced {
		rest = append(rest, a)
	}
	slices.SortFunc(rest, netip.Addr.Compare)
	for k, i := range order {
		n := min(max(room(k)-len(spread[i]), 0), len(rest))
		if n == 0 {
			continue
		}
		spread[i] = append(slices.Clone(spread[i]), rest[:n]...)
		slices.SortFunc(spread[i], netip.Addr.Compare)
		rest = rest[n:]
	}
	return spread
}
