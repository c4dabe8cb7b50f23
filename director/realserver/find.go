package realserver

import (
	"net/netip"
	"strings"

	"pacu/lvscf"
)

// A Search chooses real servers.
type Search struct {
	// Match is a part of the name of a real or virtual server, in letters of
	// either case, or of an address; empty: all.
	Match string
	Skip  int // so many of those that match
	Limit int // so many at most
}

// A Found is a part of what For lists.
type Found struct {
	Servers []Server
	Matched int // those that match, Servers among them
	All     int
}

// Find is For of what q chooses, so that a page of thousands of servers costs
// little more than reading their names.
func Find(cfg *lvscf.Config, resolve Resolve, q Search) (Found, error) {
	var found Found
	var order []netip.Addr
	matches := make(map[netip.Addr]bool) // of all
	part := strings.ToLower(q.Match)
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), part) }
	err := visit(cfg, resolve, func(v *lvscf.Virtual, name string, a netip.Addr) {
		was, seen := matches[a]
		if !seen {
			order = append(order, a)
		}
		matches[a] = was || part == "" || has(name) || has(v.Name) || has(a.String())
	})
	if err != nil {
		return found, err
	}
	found.All = len(order)
	wanted := make(map[netip.Addr]bool, q.Limit)
	for _, a := range order {
		if !matches[a] {
			continue
		}
		if found.Matched >= q.Skip && len(wanted) < q.Limit {
			wanted[a] = true
		}
		found.Matched++
	}
	if len(wanted) == 0 {
		return found, nil
	}
	found.Servers, err = those(cfg, resolve, func(a netip.Addr) bool { return wanted[a] })
	return found, err
}
