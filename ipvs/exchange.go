package ipvs

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
)

const (
	// answerIn bounds the wait for the kernel, which answers while it takes
	// the request; only a lost answer lasts.
	answerIn = 10 * time.Second
	// dumpTries is how often a dump is begun before ErrInterrupted.
	dumpTries = 5
	// drainFor is how long answers to a request given up are waited for.
	drainFor = 10 * time.Millisecond
)

// do sends a request that is answered by an acknowledgement.
func (c *Client) do(cmd command, attrs []byte) error {
	return c.exchange(answerIn, cmd, netlink.Acknowledge, attrs, nil)
}

// get sends a request that is answered by one message, and gives its
// attributes to decode.
func (c *Client) get(cmd command, attrs []byte, decode func([]byte) error) error {
	return c.exchange(answerIn, cmd, 0, attrs, decode)
}

// dump sends a request that is answered by any number of messages, and appends
// what decode makes of the attributes of each to buf.
func dump[T any](c *Client, buf []T, cmd command, attrs []byte, decode func([]byte) (T, error)) ([]T, error) {
	before := len(buf)
	for range dumpTries {
		buf = buf[:before]
		err := c.exchange(answerIn, cmd, netlink.Dump, attrs, func(b []byte) error {
			v, err := decode(b)
			buf = append(buf, v)
			return err
		})
		if !errors.Is(err, ErrInterrupted) {
			return buf, err
		}
	}
	return buf, ErrInterrupted
}

// exchange sends one request and gives the attributes of the messages that
// answer it to fn. What ends an answer is its only message, without flags; an
// acknowledgement, if flags ask for it; or the end of the dump. The error of
// the kernel has its meaning; else it is fn's first, or ErrInterrupted if what
// was dumped is not whole.
func (c *Client) exchange(limit time.Duration, cmd command, flags netlink.HeaderFlags, attrs []byte, fn func(attrs []byte) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	seq := c.nextSequence()
	b, at := c.beginMessage(c.out[:0], cmd, flags, seq)
	c.out = finishMessage(append(b, attrs...), at)
	if err := c.send(1); err != nil {
		return err
	}
	// What fails in one message of a dump must not leave the rest unread: the
	// kernel begins no dump on a socket before the last one has ended.
	var failed error
	for done := false; !done; {
		err := c.receive(limit, func(m message) error {
			if done || m.Sequence != seq {
				return nil
			}
			if m.Flags&netlink.DumpInterrupted != 0 && failed == nil {
				failed = ErrInterrupted
			}
			switch m.Type {
			case netlink.Noop:
			case netlink.Done, netlink.Error:
				done = true
				errno, text, err := m.verdict()
				if err != nil {
					return err
				}
				if errno != 0 {
					failed = refusal(cmd, errno, text)
				}
			default:
				done = flags == 0
				b, err := m.attributes()
				if err == nil && fn != nil && failed == nil {
					err = fn(b)
				}
				if failed == nil {
					failed = err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return failed
}

// nextSequence numbers a message. The caller holds mu.
func (c *Client) nextSequence() uint32 {
	c.sequence++
	return c.sequence
}

// send sends what is in c.out, which has n messages. The caller holds mu.
func (c *Client) send(n int) error {
	if err := c.wire.send(c.out); err != nil {
		return busy(err)
	}
	c.sent.Add(uint64(n))
	return nil
}

// receive reads one datagram, and gives each of its messages to fn until it
// fails. It notes when an answer may still come. The caller holds mu.
func (c *Client) receive(limit time.Duration, fn func(message) error) error {
	n, err := c.wire.receive(c.in, limit)
	if err == nil {
		err = eachMessage(c.in[:n], fn)
	}
	if err != nil {
		c.stale = true
		return busy(err)
	}
	return nil
}

// ready makes the socket fit for a request. The caller holds mu.
func (c *Client) ready() error {
	for c.stale {
		// Whatever it is, it has come too late. That some more was lost means
		// no more than that.
		_, err := c.wire.receive(c.in, drainFor)
		switch {
		case err == nil, errors.Is(err, syscall.ENOBUFS):
		case errors.Is(err, os.ErrDeadlineExceeded):
			c.stale = false
		default:
			return err
		}
	}
	return nil
}
