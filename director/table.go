package director

import (
	"cmp"
	"net/netip"
	"slices"

	"pacu/ipvs"
)

// A ServerKey names a real server of a service.
type ServerKey struct {
	Service ipvs.Key
	Addr    netip.Addr
	Port    uint16
}

// A Verdict is a nanny's last word on a real server.
type Verdict struct {
	Up     bool
	Weight uint32 // to hold while Up; below lvs.cf's during a slow start
}

// Verdicts are those known; a server without one has not been probed yet.
type Verdicts map[ServerKey]Verdict

// A Table is the state of IPVS, as it is or as it should be.
type Table map[ipvs.Key]Entry

// An Entry is one service with its destinations.
type Entry struct {
	Service      ipvs.Service
	Destinations map[netip.AddrPort]ipvs.Destination
}

// Desired is the table that c wants, given the verdicts. The actual table
// decides for servers without a verdict: one that the kernel already serves
// is kept as it is until a probe says otherwise, a new one gets nothing.
func Desired(c *Cluster, v Verdicts, actual Table) Table {
	t := make(Table, len(c.Services))
	for i := range c.Services {
		s := &c.Services[i]
		e := Entry{Service: s.Service, Destinations: make(map[netip.AddrPort]ipvs.Destination, len(s.Servers))}
		serving, untried := false, false
		for _, rs := range s.Servers {
			if !rs.Active {
				continue
			}
			at := netip.AddrPortFrom(rs.Addr, rs.Port)
			d := ipvs.Destination{Addr: rs.Addr, Port: rs.Port, Forward: s.Forward}
			verdict, probed := v[ServerKey{s.Key, rs.Addr, rs.Port}]
			held, inKernel := actual[s.Key].Destinations[at]
			switch {
			case !probed && inKernel:
				d.Weight = held.Weight
				serving = serving || held.Weight > 0
			case !probed:
				untried = true
				continue
			case verdict.Up:
				d.Weight = verdict.Weight
				serving = true
			case rs.Quiesce:
				d.Weight = 0
			default:
				continue
			}
			e.Destinations[at] = d
		}
		if s.Sorry.IsValid() && !serving && !untried {
			at := netip.AddrPortFrom(s.Sorry, s.Port)
			e.Destinations[at] = ipvs.Destination{Addr: s.Sorry, Port: s.Port, Forward: s.Forward, Weight: 1}
		}
		t[s.Key] = e
	}
	return t
}

// Diff is the smallest list of operations that turns actual into want. Only
// services in want or in ours are touched: ours names those that an earlier
// configuration put there. Services are added before and deleted after all
// else; within a service, what takes traffic in comes before what goes.
func Diff(actual, want Table, ours map[ipvs.Key]bool) []ipvs.Op {
	var add, change, drop []ipvs.Op
	for _, k := range sortedKeys(want) {
		w := want[k]
		a, there := actual[k]
		switch {
		case !there:
			add = append(add, ipvs.AddService(w.Service))
		case !sameService(a.Service, w.Service):
			change = append(change, ipvs.SetService(w.Service))
		}
		for _, at := range sortedAddrs(w.Destinations) {
			d := w.Destinations[at]
			held, there := a.Destinations[at]
			switch {
			case !there:
				add = append(add, ipvs.AddDestination(k, d))
			case held != d:
				change = append(change, ipvs.SetDestination(k, d))
			}
		}
		for _, at := range sortedAddrs(a.Destinations) {
			if _, wanted := w.Destinations[at]; !wanted {
				drop = append(drop, ipvs.DeleteDestination(k, at.Addr(), at.Port()))
			}
		}
	}
	for _, k := range sortedKeys(actual) {
		if _, wanted := want[k]; !wanted && ours[k] {
			drop = append(drop, ipvs.DeleteService(k))
		}
	}
	return slices.Concat(add, change, drop)
}

// sameService compares two services as the kernel reads them back.
func sameService(a, b ipvs.Service) bool {
	a, b = a.Canonical(), b.Canonical()
	if a.Flags&ipvs.Persistent == 0 && b.Flags&ipvs.Persistent == 0 {
		// Without persistence the kernel keeps whatever timeout and netmask
		// it was last given, and uses neither.
		a.Timeout, b.Timeout, a.Netmask, b.Netmask = 0, 0, 0, 0
	}
	return a == b
}

func sortedKeys(t Table) []ipvs.Key {
	keys := make([]ipvs.Key, 0, len(t))
	for k := range t {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b ipvs.Key) int {
		return cmp.Or(
			cmp.Compare(a.FWMark, b.FWMark), a.Addr.Compare(b.Addr),
			cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol),
		)
	})
	return keys
}

func sortedAddrs(m map[netip.AddrPort]ipvs.Destination) []netip.AddrPort {
	addrs := make([]netip.AddrPort, 0, len(m))
	for a := range m {
		addrs = append(addrs, a)
	}
	slices.SortFunc(addrs, netip.AddrPort.Compare)
	return addrs
}
