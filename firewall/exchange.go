package firewall

import (
	"errors"
	"fmt"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// subsystem is nftables' half of a message's type.
const subsystem = unix.NFNL_SUBSYS_NFTABLES << 8

// commit sends the messages as one transaction. Only the last is to be
// acknowledged; errors come for all. An error names what was refused.
func (c *Conn) commit(batch []message) error {
	edge := func(kind int) netlink.Message {
		return netlink.Message{
			Header: netlink.Header{Type: netlink.HeaderType(kind), Flags: netlink.Request},
			Data:   []byte{unix.AF_UNSPEC, unix.NFNETLINK_V0, 0, unix.NFNL_SUBSYS_NFTABLES},
		}
	}
	msgs := []netlink.Message{edge(unix.NFNL_MSG_BATCH_BEGIN)}
	size := 0
	for _, m := range batch {
		msgs = append(msgs, netlink.Message{
			Header: netlink.Header{Type: netlink.HeaderType(subsystem | m.kind), Flags: netlink.Request | m.flags},
			Data:   m.body,
		})
		size += len(m.body) + 32
	}
	msgs[len(batch)].Header.Flags |= netlink.Acknowledge
	msgs = append(msgs, edge(unix.NFNL_MSG_BATCH_END))
	// The kernel takes a transaction in one piece, or not at all.
	if size > 64<<10 {
		if err := c.s.SetWriteBuffer(size); err != nil {
			return fmt.Errorf("make room to send %d bytes: %w", size, err)
		}
	}
	if err := c.s.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return err
	}
	sent, err := c.s.SendMessages(msgs)
	if err != nil {
		return fmt.Errorf("send %d bytes: %w", size, explain(err))
	}
	last := sent[len(batch)].Header.Sequence
	for {
		answers, err := c.s.Receive()
		if err != nil {
			return refusal(err, batch, sent[0].Header.Sequence)
		}
		for _, a := range answers {
			if a.Header.Type == netlink.Error && a.Header.Sequence == last {
				return nil
			}
		}
	}
}

// refusal gives an error the name of the message that it is about. Sequence
// numbers count up from that of the batch's beginning, which stands for all.
func refusal(err error, batch []message, begin uint32) error {
	i := sequenceOf(err) - begin
	if errors.Is(err, unix.EPERM) || i < 1 || int(i) > len(batch) {
		return explain(err)
	}
	return fmt.Errorf("%s: %w", batch[i-1].what, explain(err))
}

// ask sends one request and returns the answers; those of a dump until its end.
func (c *Conn) ask(kind uint16, flags netlink.HeaderFlags, family byte, attributes func(*netlink.AttributeEncoder)) ([]netlink.Message, error) {
	ae := netlink.NewAttributeEncoder()
	ae.ByteOrder = networkOrder
	attributes(ae)
	b, err := ae.Encode()
	if err != nil {
		return nil, err
	}
	if err := c.s.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return nil, err
	}
	sent, err := c.s.SendMessages([]netlink.Message{{
		Header: netlink.Header{Type: netlink.HeaderType(subsystem | kind), Flags: netlink.Request | flags},
		Data:   append([]byte{family, unix.NFNETLINK_V0, 0, 0}, b...),
	}})
	if err != nil {
		return nil, err
	}
	answers, err := c.s.Receive()
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		switch {
		case a.Header.Sequence != sent[0].Header.Sequence:
			return nil, errors.New("the kernel answered another question")
		case a.Header.Flags&netlink.DumpInterrupted != 0:
			return nil, ErrInterrupted
		case len(a.Data) < 4:
			return nil, errors.New("short message from the kernel")
		}
	}
	return answers, nil
}

// gen is the number that every change of any table counts up.
func (c *Conn) gen() (uint32, error) {
	answers, err := c.ask(unix.NFT_MSG_GETGEN, 0, unix.AF_UNSPEC, func(*netlink.AttributeEncoder) {})
	if errors.Is(err, unix.EINVAL) {
		err = fmt.Errorf("%w (%w)", ErrNoNFTables, err) // the subsystem is not there
	}
	if err != nil {
		return 0, fmt.Errorf("generation: %w", explain(err))
	}
	for _, a := range answers {
		ad, err := netlink.NewAttributeDecoder(a.Data[4:])
		if err != nil {
			return 0, fmt.Errorf("generation: %w", err)
		}
		ad.ByteOrder = networkOrder
		for ad.Next() {
			if ad.Type() == unix.NFTA_GEN_ID {
				return ad.Uint32(), ad.Err()
			}
		}
		if err := ad.Err(); err != nil {
			return 0, fmt.Errorf("generation: %w", err)
		}
	}
	return 0, errors.New("generation: the kernel sent none")
}

// there tells whether a table is.
func (c *Conn) there(table string) (bool, error) {
	_, err := c.gen()
	if errors.Is(err, ErrNoNFTables) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = c.ask(unix.NFT_MSG_GETTABLE, 0, unix.NFPROTO_INET, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.NFTA_TABLE_NAME, table)
	})
	switch {
	case errors.Is(err, unix.ENOENT):
		return false, nil
	case err != nil:
		return false, explain(err)
	}
	return true, nil
}
