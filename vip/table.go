package vip

import (
	"fmt"
	"net/netip"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Held is an address that an interface of this machine has now.
type Held struct {
	Address
	Ours bool // marked with Proto, so added or adopted by an Add
}

// Addresses returns every address of this machine. The label of an IPv4
// address without one is the interface's name.
func (c *Conn) Addresses() ([]Held, error) {
	entries, err := c.table()
	if err != nil {
		return nil, err
	}
	held := make([]Held, len(entries))
	for i, e := range entries {
		held[i] = e.Held
	}
	return held, nil
}

// table returns the kernel's addresses with the names of their interfaces.
func (c *Conn) table() ([]entry, error) {
	body, err := (&rtnetlink.AddressMessage{}).MarshalBinary()
	if err != nil {
		return nil, err
	}
	msgs, err := c.dump(unix.RTM_GETADDR, body)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	links, err := c.links()
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(msgs))
	for _, m := range msgs {
		e, err := decodeAddress(m.Data)
		if err != nil {
			return nil, fmt.Errorf("list addresses: %w", err)
		}
		l, ok := links[int(e.index)]
		if !ok {
			continue // the interface went away between the two lists, and its addresses with it
		}
		e.Interface = l.Name
		entries = append(entries, e)
	}
	return entries, nil
}

// Add gives a to its interface and marks it as ours. An address that is there
// already, with the same mask, is adopted: it keeps its label, and is marked
// where the kernel can mark what is there (Linux 6.1 cannot for IPv4).
// An IPv4 address with a mask shorter than 31 gets a broadcast address. An
// IPv6 address skips duplicate address detection.
//
// The error matches ErrElsewhere when this machine holds the address in
// another place, ErrNoInterface, or os.ErrPermission.
func (c *Conn) Add(a Address) error { return c.AddAll([]Address{a})[0] }

// AddAll adds each of addrs as Add does, reading the kernel's table once and
// asking for many at a time. The result has an error, or nil, for each; one
// failure does not stop the rest.
func (c *Conn) AddAll(addrs []Address) []error {
	errs := make([]error, len(addrs))
	table, err := c.table()
	if err != nil {
		for i, a := range addrs {
			errs[i] = fmt.Errorf("add %s: %w", a, err)
		}
		return errs
	}
	holders := make(map[netip.Addr][]entry, len(table))
	for _, e := range table {
		holders[e.Prefix.Addr()] = append(holders[e.Prefix.Addr()], e)
	}
	indexes := newIndexes(c)
	var bodies [][]byte
	var asked []int // the position in addrs of each body
	for i, a := range addrs {
		body, err := addition(a, holders[a.Prefix.Addr()], indexes)
		if err != nil {
			errs[i] = fmt.Errorf("add %s: %w", a, err)
			continue
		}
		if body == nil {
			continue
		}
		holders[a.Prefix.Addr()] = append(holders[a.Prefix.Addr()], entry{Held: Held{Address: a, Ours: true}})
		bodies, asked = append(bodies, body), append(asked, i)
	}
	// Replace marks an address that is there, as ours.
	for k, err := range c.executeAll(unix.RTM_NEWADDR, netlink.Create|netlink.Replace, bodies) {
		if err != nil {
			errs[asked[k]] = fmt.Errorf("add %s: %w", addrs[asked[k]], err)
		}
	}
	return errs
}

// addition is the body of the request that adds a, given who holds its address
// already; nil when it is there and ours.
func addition(a Address, holders []entry, indexes *indexes) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	index, err := indexes.of(a.Interface)
	if err != nil {
		return nil, err
	}
	ip := a.Prefix.Addr()
	for _, h := range holders {
		switch {
		case h.Interface == a.Interface && h.Prefix == a.Prefix:
			if h.Ours {
				return nil, nil
			}
		// A link-local address may be on every interface, and IPv4 allows one
		// address with several masks on one interface.
		case h.Interface != a.Interface && !ip.IsLinkLocalUnicast(), h.Interface == a.Interface && ip.Is6():
			return nil, fmt.Errorf("%w: %s", ErrElsewhere, h.Address)
		}
	}
	return encodeAddress(a, index, a.place())
}

// indexes remembers the numbers of interfaces for the length of one call.
type indexes struct {
	c    *Conn
	seen map[string]uint32
}

func newIndexes(c *Conn) *indexes { return &indexes{c: c, seen: make(map[string]uint32)} }

// of returns the number of the interface of that name, or ErrNoInterface.
func (x *indexes) of(name string) (uint32, error) {
	if i, ok := x.seen[name]; ok {
		return i, nil
	}
	l, err := x.c.link(name)
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, name)
	}
	x.seen[name] = uint32(l.Index)
	return uint32(l.Index), nil
}
