package director

import (
	"cmp"
	"net/netip"
	"slices"

	"pacu/ipvs"
)

// A ServerKey names a real server of a service, by its address and its port in
// the kernel.
type ServerKey struct {
	Service ipvs.Key
	Addr    netip.Addr
	Port    uint16
}

// A Verdict is the last word on a real server.
type Verdict struct {
	Up     bool
	Weight uint32 // to hold while Up; below lvs.cf's during a slow start
}

// An Entry is one service with its destinations, as the kernel holds it or
// should.
type Entry struct {
	Service      ipvs.Service
	Destinations []ipvs.Destination // by address and port
}

// A Change is one change of the table.
type Change struct {
	action   byte // + - ~
	service  *Service
	key      ipvs.Key
	is, want *ipvs.Destination // nil in a change of the service itself
	from, to *ipvs.Service
}

// Op is the change as the kernel takes it.
func (c *Change) Op() ipvs.Op {
	switch {
	case c.ofService() && c.action == '+':
		return ipvs.AddService(*c.to)
	case c.ofService() && c.action == '~':
		return ipvs.SetService(*c.to)
	case c.ofService():
		return ipvs.DeleteService(c.key)
	case c.action == '+':
		return ipvs.AddDestination(c.key, *c.want)
	case c.action == '~':
		return ipvs.SetDestination(c.key, *c.want)
	}
	return ipvs.DeleteDestination(c.key, c.is.Addr, c.is.Port)
}

// ofService tells that a service comes, goes or changes, not one of its
// destinations.
func (c *Change) ofService() bool { return c.is == nil && c.want == nil }

// A changes list is what turns one service as it is into what it should be.
// Services are added before and deleted after all else, and what takes traffic
// in comes before what goes.
type changes struct{ add, alter, drop []Change }

func (l *changes) inOrder() []Change { return inOrder([]changes{*l}) }

// inOrder are the changes of all lists, in the order in which they are made.
func inOrder(lists []changes) []Change {
	n := 0
	for i := range lists {
		n += lists[i].len()
	}
	all := make([]Change, 0, n)
	for i := range lists {
		all = append(all, lists[i].add...)
	}
	for i := range lists {
		all = append(all, lists[i].alter...)
	}
	for i := range lists {
		all = append(all, lists[i].drop...)
	}
	return all
}

func (l *changes) len() int { return len(l.add) + len(l.alter) + len(l.drop) }

func (l *changes) empty() bool { return l.len() == 0 }

// between appends what turns is into want. A nil Entry is a service that is
// not there. s names what the change is about, nil for what lvs.cf does not know.
func (l *changes) between(s *Service, is, want *Entry) {
	switch {
	case want == nil && is == nil:
		return
	case want == nil:
		k := is.Service.Key
		l.drop = append(l.drop, Change{action: '-', service: s, key: k, from: &is.Service})
		return
	case is == nil:
		l.add = append(l.add, Change{action: '+', service: s, key: want.Service.Key, to: &want.Service})
		is = &Entry{}
		l.add = slices.Grow(l.add, len(want.Destinations))
	case !sameService(is.Service, want.Service):
		l.alter = append(l.alter, Change{action: '~', service: s, key: want.Service.Key, from: &is.Service, to: &want.Service})
	}
	k := want.Service.Key
	merge(is.Destinations, want.Destinations, func(a, b *ipvs.Destination) {
		c := Change{service: s, key: k, is: a, want: b}
		switch {
		case a == nil:
			c.action = '+'
			l.add = append(l.add, c)
		case b == nil:
			c.action = '-'
			l.drop = append(l.drop, c)
		case *a != *b:
			c.action = '~'
			l.alter = append(l.alter, c)
		}
	})
}

// merge calls f with each destination of two sorted lists, together where both
// have it.
func merge(a, b []ipvs.Destination, f func(a, b *ipvs.Destination)) {
	for len(a) > 0 || len(b) > 0 {
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = compare(a[0], b[0])
		}
		switch {
		case order < 0:
			f(&a[0], nil)
			a = a[1:]
		case order > 0:
			f(nil, &b[0])
			b = b[1:]
		default:
			f(&a[0], &b[0])
			a, b = a[1:], b[1:]
		}
	}
}

func compare(a, b ipvs.Destination) int {
	return cmp.Or(a.Addr.Compare(b.Addr), cmp.Compare(a.Port, b.Port))
}

func at(d ipvs.Destination) netip.AddrPort { return netip.AddrPortFrom(d.Addr, d.Port) }

// find is the destination at a, nil for none.
func (e *Entry) find(a netip.AddrPort) *ipvs.Destination {
	if e == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(e.Destinations, ipvs.Destination{Addr: a.Addr(), Port: a.Port()}, compare)
	if !ok {
		return nil
	}
	return &e.Destinations[i]
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

func compareKeys(a, b ipvs.Key) int {
	return cmp.Or(
		cmp.Compare(a.FWMark, b.FWMark), a.Addr.Compare(b.Addr),
		cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol),
	)
}
