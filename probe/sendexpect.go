package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// SendExpect connects, sends a text and judges the answer. Over TCP an answer
// may come in any number of packets. Over UDP it is one datagram; the text is
// sent once more when a third of the time has passed, and ICMP saying that
// nobody listens, or that there is no way to the host, is down at once.
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
	if c.UDP {
		return c.overUDP(ctx, t)
	}
	return c.converse(ctx, t, c.talk)
}

func (c SendExpect) talk(conn net.Conn) (up bool, why string) {
	var sendErr error
	if c.Send != "" {
		// A server may answer and close without reading: its answer counts.
		_, sendErr = io.WriteString(conn, c.Send)
	}
	switch {
	case c.Expect != nil:
	case sendErr != nil:
		return false, "send: " + reason(sendErr, c.Timeout)
	default:
		return true, fmt.Sprintf("sent %d bytes", len(c.Send))
	}

	m := matcher{expect: *c.Expect}
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		good, decided := m.add(buf[:n], err != nil)
		if good {
			return true, "got " + quote(m.got.Bytes())
		}
		if decided {
			if sendErr != nil && m.got.Len() == 0 {
				return false, "send: " + reason(sendErr, c.Timeout)
			}
			return false, c.disappointed(m.got.Bytes(), *c.Expect, err)
		}
	}
}

func (c SendExpect) overUDP(ctx context.Context, t Target) Result {
	start := time.Now()
	expect := Prefix("*")
	if c.Expect != nil {
		expect = *c.Expect
	}
	q := inquiry{request: []byte(c.Send), limit: c.Timeout, again: c.Timeout / 3, judge: func(b []byte) verdict {
		if len(b) == 0 {
			return stray("an empty datagram")
		}
		if good, _ := expect.begins(b); good {
			return verdict{decided: true, up: true, why: "got " + quote(b)}
		}
		return verdict{decided: true, why: c.disappointed(b, expect, nil)}
	}}
	v, err := c.exchange(ctx, t, q)
	if err != nil && ctx.Err() == nil {
		v, err = verdict{why: c.disappointed(nil, expect, err)}, nil
	}
	return q.result(v, err, time.Since(start))
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
