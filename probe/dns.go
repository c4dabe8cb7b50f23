package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// DNS asks a name server a question (RFC 1035), over UDP, and over TCP when
// the answer does not fit a datagram. It is up when the answer's code is Rcode
// and, if an Answer is given, one of its records says that. ICMP saying that
// nobody listens is down at once; a question that is lost is asked again, once,
// after half of the time.
type DNS struct {
	Way
	TCP    bool    // ask over TCP alone
	Query  string  // the name asked for, without regard to a dot at its end; empty: the root
	Type   DNSType // 0: NS of the root, A of any other name
	Rcode  Rcode   // expected
	Answer string  // the data of a record, as DNSType's text says it; empty: none is looked for
}

// question is what c asks.
func (c DNS) question() (dnsmessage.Question, error) {
	text := strings.TrimSuffix(c.Query, ".") + "."
	name, err := dnsmessage.NewName(text)
	if err != nil {
		return dnsmessage.Question{}, fmt.Errorf("query %q: longer than 255 bytes", c.Query)
	}
	kind := c.Type
	switch {
	case kind != 0:
	case text == ".":
		kind = DNSType(dnsmessage.TypeNS)
	default:
		kind = DNSType(dnsmessage.TypeA)
	}
	return dnsmessage.Question{Name: name, Type: dnsmessage.Type(kind), Class: dnsmessage.ClassINET}, nil
}

// String names the check.
func (c DNS) String() string {
	var b strings.Builder
	b.WriteString("dns ")
	if c.TCP {
		b.WriteString("over tcp ")
	}
	if q, err := c.question(); err == nil {
		fmt.Fprintf(&b, "%s %s", q.Name, DNSType(q.Type))
	} else {
		fmt.Fprintf(&b, "%q", c.Query)
	}
	if c.Rcode != 0 || c.Answer == "" {
		fmt.Fprintf(&b, " expect %s", c.Rcode)
	}
	if c.Answer != "" {
		fmt.Fprintf(&b, " expect %q", c.Answer)
	}
	return b.String()
}

// Probe asks once.
func (c DNS) Probe(ctx context.Context, t Target) Result {
	d := dnsExchange{check: c, start: time.Now()}
	var err error
	if d.question, err = c.question(); err != nil {
		return Result{Why: err.Error()}
	}
	message, err := d.query()
	if err != nil {
		return Result{Why: err.Error()}
	}
	if c.TCP {
		return d.overTCP(ctx, t, c.Way, message)
	}
	truncated := false
	r := c.ask(ctx, t, inquiry{request: message, limit: c.Timeout, again: c.Timeout / 2, judge: func(b []byte) verdict {
		v, cut := d.judge(b)
		truncated = cut
		return v
	}})
	if !truncated {
		return r
	}
	rest := c.Way
	rest.Timeout = max(c.Timeout-time.Since(d.start), time.Millisecond)
	r = d.overTCP(ctx, t, rest, message)
	r.Why = "truncated over UDP, over TCP " + r.Why
	r.Took = time.Since(d.start)
	return r
}

// A dnsExchange is one probe's question on its way.
type dnsExchange struct {
	check    DNS
	question dnsmessage.Question
	id       uint16
	start    time.Time
}

// query is the message that asks, with a random number.
func (d *dnsExchange) query() ([]byte, error) {
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails
	d.id = binary.BigEndian.Uint16(id[:])
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: d.id, RecursionDesired: true},
		Questions: []dnsmessage.Question{d.question},
	}
	b, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("query %q: %w", d.check.Query, err)
	}
	return b, nil
}

// overTCP asks and reads one message, each with its length in front.
func (d *dnsExchange) overTCP(ctx context.Context, t Target, w Way, message []byte) Result {
	return w.converse(ctx, t, func(conn net.Conn) (bool, string) {
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(message)))
		if _, err := conn.Write(append(framed, message...)); err != nil {
			return false, "send: " + reason(err, w.Timeout)
		}
		step(ctx, "query sent over TCP")
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return false, "got nothing: " + reason(err, w.Timeout)
		}
		b := make([]byte, binary.BigEndian.Uint16(length[:]))
		if n, err := io.ReadFull(conn, b); err != nil {
			return false, fmt.Sprintf("got %d of %d bytes: %s", n, len(b), reason(err, w.Timeout))
		}
		v, truncated := d.judge(b)
		if truncated {
			return false, "got a truncated answer"
		}
		if !v.decided {
			return false, "got " + v.why
		}
		step(ctx, v.why)
		return v.up, v.why
	})
}

// judge looks at a message that came. One that does not answer the question
// decides nothing; one that is truncated decides that TCP must be asked.
func (d *dnsExchange) judge(b []byte) (v verdict, truncated bool) {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	switch {
	case err != nil:
		return stray("garbage " + quote(b)), false
	case !h.Response:
		return stray("a question"), false
	case h.ID != d.id:
		return stray("an answer with another id"), false
	}
	code := Rcode(h.RCode)
	q, err := p.Question()
	switch {
	case errors.Is(err, dnsmessage.ErrSectionDone) && code != 0:
		// Who could not read the question, or would not, may leave it out.
	case err != nil:
		return stray("an answer without its question"), false
	case q.Type != d.question.Type || q.Class != d.question.Class || !strings.EqualFold(q.Name.String(), d.question.Name.String()):
		return stray("an answer to another question, " + quote([]byte(q.Name.String())) + " " + DNSType(q.Type).String()), false
	}
	decided := func(up bool, why string) verdict { return verdict{decided: true, up: up, why: why} }
	took := " in " + span(time.Since(d.start))
	switch {
	case h.Truncated:
		return decided(false, "truncated"), true
	case code != d.check.Rcode:
		return decided(false, fmt.Sprintf("got %s, expected %s", code, d.check.Rcode)), false
	case d.check.Answer == "":
		return decided(true, "got "+code.String()+took), false
	}
	got, err := findAnswer(&p, d.check.Answer)
	switch {
	case err != nil:
		return decided(false, "got a garbled answer: "+err.Error()), false
	case got.found:
		return decided(true, "got "+quote([]byte(d.check.Answer))+took), false
	}
	return decided(false, fmt.Sprintf("got %s with %s, expected %q", code, got, d.check.Answer)), false
}
