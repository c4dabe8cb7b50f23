package ipvs

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/mdlayher/genetlink"
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

// message is a request with its headers.
func (c *Client) message(cmd command, flags netlink.HeaderFlags, data []byte) (netlink.Message, error) {
	m := genetlink.Message{
		Header: genetlink.Header{Command: uint8(cmd), Version: familyVersion},
		Data:   data,
	}
	b, err := m.MarshalBinary()
	return netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(c.family), Flags: netlink.Request | flags},
		Data:   b,
	}, err
}

// do sends a request that is answered by an acknowledgement.
func (c *Client) do(cmd command, data []byte) error {
	_, err := c.exchange(cmd, netlink.Acknowledge, data)
	return err
}

func (c *Client) doEncoded(cmd command, encode func() ([]byte, error)) error {
	data, err := encode()
	if err != nil {
		return err
	}
	return c.do(cmd, data)
}

// get sends a request that is answered by one message, and returns its
// attributes.
func (c *Client) get(cmd command, data []byte) ([]byte, error) {
	msgs, err := c.exchange(cmd, 0, data)
	if err != nil {
		return nil, err
	}
	return payload(msgs[0])
}

// dump sends a request that is answered by any number of messages, and decodes
// the attributes of each. The result is never nil without an error.
func dump[T any](c *Client, cmd command, data []byte, decode func([]byte) (T, error)) ([]T, error) {
	for range dumpTries {
		msgs, err := c.exchange(cmd, netlink.Dump, data)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(msgs, interrupted) {
			continue
		}
		all := make([]T, 0, len(msgs))
		for _, m := range msgs {
			b, err := payload(m)
			if err != nil {
				return nil, err
			}
			v, err := decode(b)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		return all, nil
	}
	return nil, ErrInterrupted
}

func interrupted(m netlink.Message) bool { return m.Header.Flags&netlink.DumpInterrupted != 0 }

// payload is the attributes of an answer.
func payload(m netlink.Message) ([]byte, error) {
	var gm genetlink.Message
	if err := gm.UnmarshalBinary(m.Data); err != nil {
		return nil, fmt.Errorf("answer: %w: %w", ErrShort, err)
	}
	return gm.Data, nil
}

// exchange sends one request and returns the messages that answer it, at least
// one unless it is a dump. Errors of the kernel have their meaning.
func (c *Client) exchange(cmd command, flags netlink.HeaderFlags, data []byte) ([]netlink.Message, error) {
	return c.exchangeWithin(answerIn, cmd, flags, data)
}

// exchangeWithin is exchange with a limit of its own for the answer.
func (c *Client) exchangeWithin(limit time.Duration, cmd command, flags netlink.HeaderFlags, data []byte) ([]netlink.Message, error) {
	m, err := c.message(cmd, flags, data)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return nil, err
	}
	if m, err = c.conn.Send(m); err != nil {
		return nil, err
	}
	// The kernel works while we send, which may take long.
	if err := c.setDeadline(limit); err != nil {
		return nil, err
	}
	for {
		msgs, err := c.receive()
		var op *netlink.OpError
		if errors.As(err, &op) && op.Sequence != 0 && op.Sequence != m.Header.Sequence {
			continue
		}
		if err != nil {
			return nil, explain(cmd, err)
		}
		msgs = slices.DeleteFunc(msgs, func(r netlink.Message) bool {
			return r.Header.Sequence != m.Header.Sequence
		})
		if len(msgs) > 0 || flags&netlink.Dump == netlink.Dump {
			return msgs, nil
		}
	}
}

// ready makes the socket fit for a request. The caller holds mu.
func (c *Client) ready() error {
	if c.stale {
		if err := c.conn.SetReadDeadline(time.Now().Add(drainFor)); err != nil {
			return err
		}
		for c.stale {
			_, err := c.conn.Receive()
			var op *netlink.OpError
			switch {
			case err == nil, errors.As(err, &op) && op.Sequence != 0: // an answer, come late
			case errors.Is(err, os.ErrDeadlineExceeded):
				c.stale = false
			default:
				return err
			}
		}
	}
	return nil
}

func (c *Client) setDeadline(limit time.Duration) error {
	return c.conn.SetReadDeadline(time.Now().Add(limit))
}

// receive reads one answer, and notes when it could not. The caller holds mu.
func (c *Client) receive() ([]netlink.Message, error) {
	msgs, err := c.conn.Receive()
	var op *netlink.OpError
	if err != nil && !(errors.As(err, &op) && op.Sequence != 0) {
		c.stale = true
	}
	return msgs, err
}
