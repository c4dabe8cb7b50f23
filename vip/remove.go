package vip

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Remove takes a from its interface. An address or interface that is not
// there is no error. Nothing else of the interface changes: when a was the
// first address of its subnet, the kernel would take the subnet's other
// addresses with it; they are kept.
func (c *Conn) Remove(a Address) error { return c.RemoveAll([]Address{a})[0] }

// RemoveAll removes each of addrs as Remove does, asking for many at a time.
// The result has an error, or nil, for each; one failure does not stop the
// rest.
func (c *Conn) RemoveAll(addrs []Address) []error {
	errs := make([]error, len(addrs))
	var n subnets
	if slices.ContainsFunc(addrs, func(a Address) bool { return hasNeighbours(a.Prefix) }) {
		// Without the table, addresses beside ours might be lost, which is
		// bad; not letting go of ours is worse. So go on without it.
		if table, err := c.table(); err == nil {
			n = newSubnets(table, addrs)
		}
	}
	lost, restore := c.protect(addrs, n)
	bodies, asked := c.removals(addrs, n, errs)
	for k, err := range c.executeAll(unix.RTM_DELADDR, 0, bodies) {
		if err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) {
			errs[asked[k]] = err
		}
	}
	for i, keep := range lost {
		errs[i] = errors.Join(errs[i], c.putBack(keep))
	}
	for i, restore := range restore {
		errs[i] = errors.Join(errs[i], restore())
	}
	for i, err := range errs {
		if err != nil {
			errs[i] = fmt.Errorf("remove %s: %w", addrs[i], err)
		}
	}
	return errs
}

// removals are the bodies of the requests that remove addrs, those that the
// kernel calls secondary first, so that none takes another one with it; and the
// position in addrs of each. What cannot be asked for has its error in errs.
func (c *Conn) removals(addrs []Address, n subnets, errs []error) (bodies [][]byte, asked []int) {
	indexes := newIndexes(c)
	var last [][]byte
	var lastAsked []int
	for i, a := range addrs {
		body, err := removal(a, indexes)
		switch {
		case errors.Is(err, ErrNoInterface):
		case err != nil:
			errs[i] = err
		case n.secondary[keyOf(a)]:
			bodies, asked = append(bodies, body), append(asked, i)
		default:
			last, lastAsked = append(last, body), append(lastAsked, i)
		}
	}
	return append(bodies, last...), append(asked, lastAsked...)
}

func removal(a Address, indexes *indexes) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	index, err := indexes.of(a.Interface)
	if err != nil {
		return nil, err
	}
	return encodeAddress(a, index, "")
}

// protect sees to it that the neighbours of addrs stay. Where the kernel cannot
// be told to keep them, they are in lost, to be put back; else restore undoes
// what it was told. Both are by position in addrs.
func (c *Conn) protect(addrs []Address, n subnets) (lost map[int][]entry, restore map[int]func() error) {
	lost, restore = make(map[int][]entry), make(map[int]func() error)
	promoted := make(map[string]bool)
	for i, a := range addrs {
		keep := n.neighbours(a)
		if len(keep) == 0 || promoted[a.Interface] {
			continue
		}
		undo, err := c.promote(a.Interface)
		if err != nil {
			// /proc/sys may be read-only. Letting go of the address matters
			// more than a moment without its neighbours.
			lost[i] = keep
			continue
		}
		promoted[a.Interface], restore[i] = true, undo
	}
	return lost, restore
}

// putBack adds again those of lost that the kernel removed. Lifetimes are
// lost: an address put back stays for ever.
func (c *Conn) putBack(lost []entry) error {
	var errs []error
	for _, e := range lost {
		m := e.message
		m.Flags &^= unix.IFA_F_SECONDARY
		attrs := *m.Attributes
		attrs.Flags &^= unix.IFA_F_SECONDARY
		m.Attributes = &attrs
		body, err := withProto(m, e.proto)
		if err == nil {
			_, err = c.execute(unix.RTM_NEWADDR, netlink.Acknowledge|netlink.Create|netlink.Replace, body)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("put back %s: %w", e.Address, err))
		}
	}
	return errors.Join(errs...)
}

// promoteSecondaries switches net.ipv4.conf.IFACE.promote_secondaries on
// until restore is called.
func promoteSecondaries(iface string) (restore func() error, err error) {
	path := "/proc/sys/net/ipv4/conf/" + iface + "/promote_secondaries"
	was, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(string(was)) != "0" {
		return func() error { return nil }, nil
	}
	if err := os.WriteFile(path, []byte("1"), 0); err != nil {
		return nil, err
	}
	return func() error { return os.WriteFile(path, was, 0) }, nil
}
