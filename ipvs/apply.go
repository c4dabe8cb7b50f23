package ipvs

import (
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
)

// maxBatch is how many changes the kernel is sent at once. It refuses each by
// a message of its own, and twice as many refusals can overflow the socket.
const maxBatch = 128

// Apply makes changes in their order. It tries all of them whatever fails, and
// returns nil or a *BatchError through which errors.Is sees every failure.
//
// Changes go to the kernel up to 128 at once, and only the last of those is
// acknowledged, which takes a fifth of the time of one by one.
func (c *Client) Apply(ops []Op) error {
	var failed []OpError
	for first := 0; first < len(ops); first += maxBatch {
		batch := ops[first:min(first+maxBatch, len(ops))]
		errs := c.applyBatch(batch)
		for i, err := range errs {
			if err != nil {
				failed = append(failed, OpError{Index: first + i, Op: batch[i], Err: err})
			}
		}
	}
	if len(failed) > 0 {
		return &BatchError{Failed: failed}
	}
	return nil
}

// applyBatch returns one error, or nil, for each op.
func (c *Client) applyBatch(ops []Op) []error {
	errs := make([]error, len(ops))
	var msgs []netlink.Message
	var index []int // of each message's op
	for i, o := range ops {
		m, err := c.opMessage(o)
		if err != nil {
			errs[i] = err
			continue
		}
		msgs, index = append(msgs, m), append(index, i)
	}
	if len(msgs) == 0 {
		return errs
	}
	msgs[len(msgs)-1].Header.Flags |= netlink.Acknowledge

	answers, err := c.send(msgs)
	for j, i := range index {
		switch refused, ok := answers[msgs[j].Header.Sequence]; {
		case ok && refused != nil:
			errs[i] = explain(ops[i].cmd, refused)
		case !ok && err != nil:
			errs[i] = err
		}
	}
	return errs
}

func (c *Client) opMessage(o Op) (netlink.Message, error) {
	if err := o.check(); err != nil {
		return netlink.Message{}, err
	}
	b, err := encodeOp(o)
	if err != nil {
		return netlink.Message{}, err
	}
	return c.message(o.cmd, 0, b)
}

// send sends msgs at once, gives each its sequence number, and returns what
// came back, by sequence number: an error, or nil for the acknowledgement. A
// message without an answer was done, unless there is an error too: then
// nobody knows.
func (c *Client) send(msgs []netlink.Message) (map[uint32]error, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return nil, err
	}
	if _, err := c.conn.SendMessages(msgs); err != nil {
		return nil, err
	}
	if err := c.setDeadline(answerIn); err != nil {
		return nil, err
	}
	answers := make(map[uint32]error)
	last := msgs[len(msgs)-1].Header.Sequence
	for {
		got, err := c.receive()
		var op *netlink.OpError
		switch {
		case errors.As(err, &op) && op.Sequence != 0:
			answers[op.Sequence] = err
		case err != nil:
			return answers, fmt.Errorf("the kernel's answer is lost: %w", err)
		}
		for _, m := range got {
			answers[m.Header.Sequence] = nil
		}
		if _, done := answers[last]; done {
			return answers, nil
		}
	}
}
