package vip

import (
	"errors"

	"github.com/mdlayher/netlink"
)

// batchSize is how many requests go to the kernel in one message. Each may be
// refused, in some 1,300 bytes of the socket's buffer, which has 212,992.
const batchSize = 64

// executeAll sends requests of one kind, many in one message. The result has an
// error, or nil, for each; one that the kernel refuses does not stop the rest.
func (c *Conn) executeAll(kind uint16, flags netlink.HeaderFlags, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	for from := 0; from < len(bodies); from += batchSize {
		to := min(from+batchSize, len(bodies))
		c.executeBatch(kind, flags, bodies[from:to], errs[from:to])
	}
	return errs
}

// executeBatch sends requests in one message and puts their errors into errs.
// The kernel carries them out in order and tells of those that failed; only
// the last is acknowledged, and that ends the batch.
func (c *Conn) executeBatch(kind uint16, flags netlink.HeaderFlags, bodies [][]byte, errs []error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	msgs := make([]netlink.Message, len(bodies))
	for i, b := range bodies {
		msgs[i] = netlink.Message{
			Header: netlink.Header{Type: netlink.HeaderType(kind), Flags: netlink.Request | flags},
			Data:   b,
		}
	}
	last := len(msgs) - 1
	msgs[last].Header.Flags |= netlink.Acknowledge
	if err := c.exchangeBatch(msgs, errs); err != nil {
		// Which of them were carried out is not known, but of those refused.
		err = c.redial(err)
		for i := range errs {
			if errs[i] == nil {
				errs[i] = err
			}
		}
	}
}

// exchangeBatch returns an error when the kernel did not answer to the end.
func (c *Conn) exchangeBatch(msgs []netlink.Message, errs []error) error {
	sent, err := c.send(msgs)
	if err != nil {
		return err
	}
	position := make(map[uint32]int, len(sent))
	for i, m := range sent {
		position[m.Header.Sequence] = i
	}
	last := len(sent) - 1
	for {
		answers, err := c.c.Receive()
		var refusal *netlink.OpError
		if errors.As(err, &refusal) {
			// Without a number of ours, it is the socket that failed.
			i, ours := position[refusal.Sequence]
			if !ours {
				return err
			}
			errs[i] = err
			if i == last {
				return nil
			}
			continue
		}
		if err != nil {
			return err
		}
		for _, m := range answers {
			if i, ours := position[m.Header.Sequence]; ours && i == last {
				return nil
			}
		}
	}
}
