package nft

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// rulesWithin bounds the reading of all rules.
	rulesWithin = 10 * time.Second
	// mostElements of a set are looked at; more are a block list, which has no
	// ports.
	mostElements = 1 << 16
	// readAttempts bounds how often rules are read that change meanwhile.
	readAttempts = 4
)

var errRulesChange = errors.New("the rules changed while they were read, several times")

// Read reads all rules in the calling thread's network namespace. A kernel
// without nftables has an empty Ruleset. It needs CAP_NET_ADMIN.
func Read() (*Ruleset, error) {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return &Ruleset{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read nftables: %w", err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(rulesWithin)); err != nil {
		return nil, fmt.Errorf("read nftables: %w", err)
	}
	for range readAttempts {
		r, err := readRules(c)
		if errors.Is(err, errRulesChange) || errors.Is(err, unix.EINTR) {
			continue
		}
		if errors.Is(err, unix.EINVAL) { // the subsystem is not there
			return &Ruleset{}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read nftables: %w", err)
		}
		return r, nil
	}
	return nil, fmt.Errorf("read nftables: %w", errRulesChange)
}

func readRules(c *netlink.Conn) (*Ruleset, error) {
	r := &Ruleset{}
	for _, kind := range []struct {
		number uint16
		take   func(family byte, b []byte) error
	}{
		{unix.NFT_MSG_GETCHAIN, r.addChain}, {unix.NFT_MSG_GETRULE, r.addRule}, {unix.NFT_MSG_GETSET, r.addSet},
	} {
		msgs, err := dumpRules(c, kind.number, unix.AF_UNSPEC, nil)
		if err != nil {
			return nil, err
		}
		for _, m := range msgs {
			if err := kind.take(m.Data[0], m.Data[4:]); err != nil {
				return nil, err
			}
		}
	}
	for i := range r.Sets {
		s := &r.Sets[i]
		if ours(s.Table) {
			continue
		}
		ask := netlink.NewAttributeEncoder()
		ask.String(unix.NFTA_SET_ELEM_LIST_TABLE, s.Table)
		ask.String(unix.NFTA_SET_ELEM_LIST_SET, s.Name)
		body, err := ask.Encode()
		if err != nil {
			return nil, err
		}
		msgs, err := dumpRules(c, unix.NFT_MSG_GETSETELEM, s.Family, body)
		if err != nil {
			return nil, err
		}
		for _, m := range msgs {
			if err := s.addElements(m.Data[4:]); err != nil {
				return nil, err
			}
		}
		s.sort()
	}
	return r, nil
}

// dumpRules lists all objects of a kind.
func dumpRules(c *netlink.Conn, kind uint16, family byte, body []byte) ([]netlink.Message, error) {
	msgs, err := c.Execute(netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | kind), Flags: netlink.Request | netlink.Dump},
		Data:   append([]byte{family, unix.NFNETLINK_V0, 0, 0}, body...),
	})
	if err != nil {
		return nil, err
	}
	for _, m := range msgs {
		if m.Header.Flags&netlink.DumpInterrupted != 0 {
			return nil, errRulesChange
		}
		if len(m.Data) < 4 {
			return nil, errors.New("short message from the kernel")
		}
	}
	return msgs, nil
}

// attributes calls f with each attribute of b, which are in network byte order.
func attributes(b []byte, f func(ad *netlink.AttributeDecoder)) error {
	ad, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return err
	}
	ad.ByteOrder = binary.BigEndian
	for ad.Next() {
		f(ad)
	}
	return ad.Err()
}

// nested is attributes, for an attribute that holds others.
func nested(ad *netlink.AttributeDecoder, f func(ad *netlink.AttributeDecoder)) {
	ad.Nested(func(in *netlink.AttributeDecoder) error {
		for in.Next() {
			f(in)
		}
		return in.Err()
	})
}
