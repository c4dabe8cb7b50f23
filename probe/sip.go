package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// SIP asks a telephony server for its OPTIONS (RFC 3261, section 11). It is up
// when the final answer is 2xx. Any other is down, as for ldirectord, 4xx too:
// a server answers OPTIONS as it would a call (486 when it is busy, 404 when it
// does not know the user), so the check names a user who can be called, or
// none. Provisional answers are passed over. Over UDP the request is sent once
// more after half of the time, and ICMP saying that nobody listens is down at
// once.
type SIP struct {
	Way
	UDP bool // else TCP
	// User of the request's address: alice is alice at the server,
	// alice@example.org is herself, empty is the server.
	User string
}

// String names the check.
func (c SIP) String() string {
	s := "sip options"
	if c.UDP {
		s += " over udp"
	}
	if c.User != "" {
		s += " of " + c.User
	}
	return s
}

// Probe asks once.
func (c SIP) Probe(ctx context.Context, t Target) Result {
	if strings.ContainsAny(c.User, "<> \t\r\n") {
		return Result{Why: fmt.Sprintf("user %q: not of a SIP address", c.User)}
	}
	x := sipExchange{callID: rand.Text(), start: time.Now()}
	if !c.UDP {
		return c.converse(ctx, t, func(conn net.Conn) (bool, string) {
			if _, err := conn.Write(c.request(x.callID, "TCP", conn.LocalAddr().String(), t)); err != nil {
				return false, "send: " + reason(err, c.Timeout)
			}
			step(ctx, "OPTIONS sent")
			up, why := x.read(conn, c.Timeout)
			step(ctx, why)
			return up, why
		})
	}
	conn, err := c.dialUDP(ctx, t)
	if err != nil {
		return Result{Why: reason(err, c.Timeout), Took: time.Since(x.start)}
	}
	defer conn.Close()
	q := inquiry{
		request: c.request(x.callID, "UDP", conn.LocalAddr().String(), t),
		limit:   c.Timeout, again: c.Timeout / 2, judge: x.judgeDatagram,
	}
	v, err := q.exchange(ctx, conn)
	return q.result(v, err, time.Since(x.start))
}

// request is the message that asks, from the address local.
func (c SIP) request(callID, transport, local string, t Target) []byte {
	uri := "sip:" + t.String()
	switch {
	case strings.Contains(c.User, "@"):
		uri = "sip:" + c.User
	case c.User != "":
		uri = "sip:" + c.User + "@" + t.String()
	}
	host := local
	if ap, err := netip.ParseAddrPort(local); err == nil {
		host = ap.Addr().String()
		if ap.Addr().Is6() {
			host = "[" + host + "]"
		}
	}
	return []byte("OPTIONS " + uri + " SIP/2.0\r\n" +
		"Via: SIP/2.0/" + transport + " " + local + ";branch=z9hG4bK" + callID + ";rport\r\n" +
		"Max-Forwards: 70\r\n" +
		"To: <" + uri + ">\r\n" +
		"From: <sip:pacu@" + host + ">;tag=" + callID[:8] + "\r\n" +
		"Call-ID: " + callID + "\r\n" +
		"CSeq: 1 OPTIONS\r\n" +
		"Contact: <sip:pacu@" + local + ";transport=" + strings.ToLower(transport) + ">\r\n" +
		"Accept: application/sdp\r\n" +
		"User-Agent: Pacu\r\n" +
		"Content-Length: 0\r\n\r\n")
}

// A sipExchange is one probe's request on its way.
type sipExchange struct {
	callID string
	start  time.Time
}

func (x sipExchange) judgeDatagram(b []byte) verdict {
	a, err := parseSIP(b)
	if err != nil {
		return stray(err.Error())
	}
	return x.judge(a)
}

// judge looks at one answer.
func (x sipExchange) judge(a sipAnswer) verdict {
	switch {
	case a.callID != x.callID:
		return stray("an answer to another call")
	case a.method != "OPTIONS":
		return stray("an answer to " + quote([]byte(a.method)))
	case a.code < 200:
		return stray("got " + quote([]byte(a.line)))
	case a.code < 300:
		return verdict{decided: true, up: true, why: "got " + quote([]byte(a.line)) + " in " + span(time.Since(x.start))}
	}
	return verdict{decided: true, why: "got " + quote([]byte(a.line)) + ", expected 2xx"}
}

// read reads answers from a stream until one is final. What is no answer of
// this call does not belong into a connection of our own.
func (x sipExchange) read(r io.Reader, limit time.Duration) (up bool, why string) {
	var b []byte
	part := make([]byte, 2048)
	for last := ""; ; {
		n, err := r.Read(part)
		b = append(b, part[:n]...)
		for {
			message, rest, whole := cutSIP(b)
			if !whole {
				break
			}
			a, failed := parseSIP(message)
			if failed != nil {
				return false, "got " + failed.Error()
			}
			if v := x.judge(a); v.decided {
				return v.up, v.why
			} else if a.code >= 200 {
				return false, "got " + v.why
			}
			b, last = rest, ", after "+quote([]byte(a.line))
			if a.body > len(b) {
				return false, fmt.Sprintf("got %s with %d bytes of content", quote([]byte(a.line)), a.body)
			}
			b = b[a.body:]
		}
		trimmed := bytes.TrimLeft(b, "\r\n")
		switch {
		case !bytes.HasPrefix(trimmed, []byte(sipVersion)[:min(len(trimmed), len(sipVersion))]):
			return false, "got " + quote(trimmed) + ", expected " + strconv.Quote(sipVersion)
		case len(b) > maxAnswer:
			return false, fmt.Sprintf("got %s and no end in %d bytes", quote(trimmed), maxAnswer)
		case err == nil:
		case len(trimmed) == 0 && errors.Is(err, io.EOF):
			return false, "got nothing before it closed" + last
		case len(trimmed) == 0:
			return false, "got nothing: " + reason(err, limit) + last
		default:
			return false, "got " + quote(trimmed) + ", then " + reason(err, limit) + last
		}
	}
}

const sipVersion = "SIP/2.0 "

// A sipAnswer is the part of a response that tells whose and what it is.
type sipAnswer struct {
	line   string // SIP/2.0 200 OK
	code   int    // 100 to 699
	callID string
	method string // of CSeq
	body   int    // bytes behind the header, by its own word
}

// cutSIP cuts the first header from a stream. Empty lines may come before it
// (RFC 3261, section 7.5).
func cutSIP(b []byte) (header, rest []byte, whole bool) {
	b = bytes.TrimLeft(b, "\r\n")
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return b[:i+4], b[i+4:], true
	}
	return nil, nil, false
}

// parseSIP reads the header of a response (RFC 3261, section 7.2), of which
// only the lines that matter are looked at.
func parseSIP(b []byte) (sipAnswer, error) {
	b = bytes.TrimLeft(b, "\r\n")
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	a := sipAnswer{line: strings.TrimSpace(string(line))}
	text, ok := strings.CutPrefix(a.line, sipVersion)
	if !ok {
		return a, errors.New(quote(b) + ", expected " + strconv.Quote(sipVersion))
	}
	digits, _, _ := strings.Cut(text, " ")
	code, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || code < 100 || code > 699 {
		return a, errors.New(quote(line) + ", which has no status")
	}
	a.code = int(code)
	for len(rest) > 0 {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(line), ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimRight(name, " \t")) {
		case "call-id", "i":
			a.callID = value
		case "cseq":
			if f := strings.Fields(value); len(f) == 2 {
				a.method = f[1]
			}
		case "content-length", "l":
			n, err := strconv.ParseUint(value, 10, 16)
			if err != nil {
				return a, errors.New(quote(line) + ", which is no length")
			}
			a.body = int(n)
		}
	}
	return a, nil
}
