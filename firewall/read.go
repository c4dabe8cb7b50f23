package firewall

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// contents stands for all that the kernel holds of our table: a digest of its
// own description, handles included. No table is zero.
type contents [sha256.Size]byte

// read takes down the table, and the generation at which it was so.
func (c *Conn) read() (contents, uint32, error) {
	for range attempts {
		before, err := c.gen()
		if err != nil {
			return contents{}, 0, err
		}
		found, err := c.readOnce()
		if err != nil {
			return contents{}, 0, err
		}
		after, err := c.gen()
		if err != nil {
			return contents{}, 0, err
		}
		if before == after {
			return found, after, nil
		}
	}
	return contents{}, 0, ErrInterrupted
}

func (c *Conn) readOnce() (contents, error) {
	there, err := c.there(tableName)
	if err != nil {
		return contents{}, err
	}
	left, err := c.there(standIn)
	if err != nil {
		return contents{}, err
	}
	switch {
	case left:
		return contents{1}, nil // a crash left it: nothing is right with it there
	case !there:
		return contents{}, nil
	}
	var parts [][]byte
	// The attribute that names the table is the first of each kind.
	for _, kind := range []uint16{unix.NFT_MSG_GETTABLE, unix.NFT_MSG_GETCHAIN, unix.NFT_MSG_GETSET, unix.NFT_MSG_GETRULE} {
		objects, err := c.list(kind)
		if err != nil {
			return contents{}, err
		}
		parts = append(parts, objects...)
		if kind != unix.NFT_MSG_GETSET {
			continue
		}
		for _, o := range objects {
			elements, err := c.elements(attribute(o, unix.NFTA_SET_NAME))
			if err != nil {
				return contents{}, err
			}
			parts = append(parts, elements...)
		}
	}
	return digest(parts), nil
}

// list is the objects of a kind in our table.
func (c *Conn) list(kind uint16) ([][]byte, error) {
	answers, err := c.ask(kind, netlink.Dump, unix.NFPROTO_INET, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_TABLE_NAME, tableName)
	})
	if err != nil {
		return nil, explain(err)
	}
	var ours [][]byte
	for _, a := range answers {
		// Not all kernels listen to the name. The header's last two bytes are
		// the generation.
		if o := a.Data[4:]; a.Data[0] == unix.NFPROTO_INET && string(attribute(o, unix.NFTA_TABLE_NAME)) == tableName+"\x00" {
			ours = append(ours, o)
		}
	}
	return ours, nil
}

// elements is the elements of a set, whose name ends with a zero. The kernel
// lists them in an order that is not told.
func (c *Conn) elements(name []byte) ([][]byte, error) {
	answers, err := c.ask(unix.NFT_MSG_GETSETELEM, netlink.Dump, unix.NFPROTO_INET, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_SET_ELEM_LIST_TABLE, tableName)
		ae.Bytes(unix.NFTA_SET_ELEM_LIST_SET, name)
	})
	if err != nil {
		return nil, fmt.Errorf("elements of map %q: %w", name, explain(err))
	}
	var found [][]byte
	for _, a := range answers {
		ad, err := netlink.NewAttributeDecoder(attribute(a.Data[4:], unix.NFTA_SET_ELEM_LIST_ELEMENTS))
		if err != nil {
			return nil, fmt.Errorf("elements of map %q: %w", name, err)
		}
		for ad.Next() {
			found = append(found, append(slices.Clone(name), ad.Bytes()...))
		}
		if err := ad.Err(); err != nil {
			return nil, fmt.Errorf("elements of map %q: %w", name, err)
		}
	}
	slices.SortFunc(found, bytes.Compare)
	return found, nil
}

// attribute is the value of the first attribute of that kind, or nil.
func attribute(b []byte, kind uint16) []byte {
	ad, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return nil
	}
	for ad.Next() {
		if ad.Type() == kind {
			return ad.Bytes()
		}
	}
	return nil
}

func digest(parts [][]byte) contents {
	h := sha256.New()
	for _, p := range parts {
		// A hash takes all that it is given.
		_, _ = fmt.Fprintf(h, "%d:", len(p))
		_, _ = h.Write(p)
	}
	return contents(h.Sum(nil))
}
