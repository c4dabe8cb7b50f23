package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// SendExpect connects, sends a text and judges the answer. Over TCP an answer
// may come in any number of packets; over UDP it is one datagram, and ICMP
// saying that nobody listens is down.
type SendExpect struct {
	Way
	Send string // nothing when empty; over UDP an empty datagram
	// Expect is nil when sending is enough. UDP, where sending proves nothing,
	// takes nil for any answer.
	Expect *Expect
	UDP    bool
}

// String names the check.
func (c SendExpect) String() string {
	var words []string
	if c.UDP {
		words = append(words, "udp")
	}
	if c.Send != "" || c.UDP {
		words = append(words, "send "+strconv.Quote(c.Send))
	}
	if c.Expect != nil {
		words = append(words, "expect "+c.Expect.String())
	}
	if len(words) == 0 {
		return TCP{}.String()
	}
	return strings.Join(words, " ")
}

// Probe runs the conversation.
func (c SendExpect) Probe(ctx context.Context, t Target) Result {
	network := "tcp"
	if c.UDP {
		network = "udp"
	}
	return c.Way.converse(ctx, network, t, c.talk)
}

func (c SendExpect) talk(conn net.Conn) (up bool, why string) {
	var sendErr error
	if c.Send != "" || c.UDP {
		// A server may answer and close without reading: its answer counts.
		_, sendErr = io.WriteString(conn, c.Send)
	}
	expect := c.Expect
	switch {
	case expect != nil:
	case c.UDP:
		anything := Prefix("*")
		expect = &anything
	case sendErr != nil:
		return false, "send: " + reason(sendErr, c.Timeout)
	default:
		return true, fmt.Sprintf("sent %d bytes", len(c.Send))
	}

	m := matcher{expect: *expect}
	buf := make([]byte, 4096)
	if c.UDP {
		buf = make([]byte, maxAnswer) // what does not fit of a datagram is lost
	}
	for {
		n, err := conn.Read(buf)
		good, decided := m.add(buf[:n], err != nil || c.UDP && n > 0)
		if good {
			return true, "got " + quote(m.got.Bytes())
		}
		if decided {
			if sendErr != nil && m.got.Len() == 0 {
				return false, "send: " + reason(sendErr, c.Timeout)
			}
			return false, c.disappointed(m.got.Bytes(), *expect, err)
		}
	}
}

// disappointed explains an answer that was not good; err is how it ended, or
// nil when it was cut short.
func (c SendExpect) disappointed(got []byte, expect Expect, err error) string {
	what := "got " + quote(got)
	if len(got) == 0 {
		what = "got nothing"
	}
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		what += " before it closed"
	case len(got) == 0:
		what += ": " + reason(err, c.Timeout)
	default:
		what += ", then " + reason(err, c.Timeout)
	}
	return what + ", expected " + expect.String()
}
