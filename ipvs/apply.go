package ipvs

import (
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
	var b batch
	var failed []OpError
	for first := 0; first < len(ops); first += maxBatch {
		some := ops[first:min(first+maxBatch, len(ops))]
		c.applyBatch(&b, some)
		for i, err := range b.errs[:len(some)] {
			if err != nil {
				failed = append(failed, OpError{Index: first + i, Op: some[i], Err: err})
			}
		}
	}
	if len(failed) > 0 {
		return &BatchError{Failed: failed}
	}
	return nil
}

// A batch is what becomes of the changes that are sent at once.
type batch struct {
	errs [maxBatch]error // of each change
	// Of each message: whose change it is, and whether an answer came.
	n        int
	index    [maxBatch]int
	answered [maxBatch]bool
}

// applyBatch fills in b.errs.
func (c *Client) applyBatch(b *batch, ops []Op) {
	*b = batch{}
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := c.sendBatch(b, ops)
	if lost == nil {
		return
	}
	// A message without an answer was done, if the last one's came: else
	// nobody knows.
	for i := range b.n {
		if !b.answered[i] {
			b.errs[b.index[i]] = lost
		}
	}
}

// sendBatch sends those of ops that make sense, and reads the answers up to
// that to the last one. The caller holds mu.
func (c *Client) sendBatch(b *batch, ops []Op) error {
	first := c.sequence + 1
	out, at := c.out[:0], 0
	for i := range ops {
		o := &ops[i]
		if err := o.check(); err != nil {
			b.errs[i] = err
			continue
		}
		out, at = c.beginMessage(out, o.cmd, 0, c.nextSequence())
		out = finishMessage(appendOp(out, o), at)
		b.index[b.n] = i
		b.n++
	}
	c.out = out
	if b.n == 0 {
		return nil
	}
	acknowledged(out, at)
	if err := c.ready(); err != nil {
		return err
	}
	if err := c.send(b.n); err != nil {
		return err
	}
	for !b.answered[b.n-1] {
		err := c.receive(answerIn, func(m message) error {
			j := m.Sequence - first
			if j >= uint32(b.n) || m.Type != netlink.Error {
				return nil
			}
			errno, text, err := m.verdict()
			if err != nil {
				return err
			}
			b.answered[j] = true
			if errno != 0 {
				i := b.index[j]
				b.errs[i] = ops[i].refusal(errno, text)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("the kernel's answer is lost: %w", err)
		}
	}
	return nil
}
