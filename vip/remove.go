package vip

import (
	"errors"
	"fmt"
	"net/netip"
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

// RemoveAll removes each of addrs as Remove does. The result has an error, or
// nil, for each; one failure does not stop the rest.
func (c *Conn) RemoveAll(addrs []Address) []error {
	errs := make([]error, len(addrs))
	var table []entry
	if slices.ContainsFunc(addrs, func(a Address) bool { return hasNeighbours(a.Prefix) }) {
		// Without the table, addresses beside ours might be lost, which is
		// bad; not letting go of ours is worse. So go on without it.
		if t, err := c.table(); err == nil {
			table = t
		}
	}
	indexes := newIndexes(c)
	for _, i := range removalOrder(addrs, table) {
		if err := c.remove(addrs[i], neighbours(addrs[i], table, addrs), indexes); err != nil {
			errs[i] = fmt.Errorf("remove %s: %w", addrs[i], err)
		}
	}
	return errs
}

// hasNeighbours tells whether the kernel may count other addresses to the
// same subnet.
func hasNeighbours(p netip.Prefix) bool { return p.Addr().Is4() && p.Bits() < 32 }

// removalOrder returns the positions of addrs, those that the kernel calls
// secondary first, so that no removal takes another one with it.
func removalOrder(addrs []Address, table []entry) []int {
	secondary := make(map[Address]bool)
	for _, e := range table {
		if e.secondary {
			secondary[Address{Prefix: e.Prefix, Interface: e.Interface}] = true
		}
	}
	var first, last []int
	for i, a := range addrs {
		if secondary[Address{Prefix: a.Prefix, Interface: a.Interface}] {
			first = append(first, i)
		} else {
			last = append(last, i)
		}
	}
	return append(first, last...)
}

// neighbours returns the addresses that the kernel would remove together with
// a and that are not to be removed.
func neighbours(a Address, table []entry, going []Address) []entry {
	if !hasNeighbours(a.Prefix) {
		return nil
	}
	var keep []entry
	for _, e := range table {
		if !e.secondary || e.Interface != a.Interface || e.Prefix.Masked() != a.Prefix.Masked() {
			continue
		}
		if e.Prefix == a.Prefix {
			return nil // a is secondary itself
		}
		if !slices.ContainsFunc(going, func(g Address) bool { return g.Interface == e.Interface && g.Prefix == e.Prefix }) {
			keep = append(keep, e)
		}
	}
	return keep
}

func (c *Conn) remove(a Address, keep []entry, indexes *indexes) error {
	if err := a.check(); err != nil {
		return err
	}
	index, err := indexes.of(a.Interface)
	if errors.Is(err, ErrNoInterface) {
		return nil
	}
	if err != nil {
		return err
	}
	body, err := encodeAddress(a, index, "")
	if err != nil {
		return err
	}
	if len(keep) == 0 {
		return c.delete(body)
	}
	restore, err := c.promote(a.Interface)
	if err != nil {
		// /proc/sys may be read-only. Letting go of the address matters more
		// than a moment without its neighbours.
		return errors.Join(c.delete(body), c.putBack(keep))
	}
	return errors.Join(c.delete(body), restore())
}

func (c *Conn) delete(body []byte) error {
	_, err := c.execute(unix.RTM_DELADDR, netlink.Acknowledge, body)
	if errors.Is(err, unix.EADDRNOTAVAIL) {
		return nil
	}
	return err
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
