package probe

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// HTTP asks for one page over HTTP/1.1 (RFC 9110, RFC 9112), on a connection of
// its own. A redirection is an answer like any other and is not followed; there
// are no cookies, no proxies and no compression. The answer's head may have
// 64 KiB; of its content 1 MiB is looked at, and nothing at all when neither
// Body nor Digest is given.
type HTTP struct {
	Way
	TLS    *Secure // https; nil: http. Its Name is by default that of Host
	Method string  // empty: GET
	Path   string  // as it is sent, with any query; empty: /
	// Host is what the Host header says, with or without a port. Empty: the
	// target's address, with its port unless that is the usual one.
	Host   string
	Status Statuses // the good ones
	Body   *Body    // must be somewhere in the content; nil: anything
	Digest *Digest  // of the content, which then may have 1 MiB at most; nil: any
}

// String names the check.
func (c HTTP) String() string {
	words := "http "
	if c.TLS != nil {
		words = "https "
	}
	words += c.method() + " " + c.path()
	if c.Host != "" {
		words += " of " + c.Host
	}
	if c.TLS != nil {
		words += c.TLS.words()
	}
	words += ", status " + c.Status.String()
	if c.Body != nil {
		words += ", with " + c.Body.String()
	}
	if c.Digest != nil {
		words += ", SHA-256 " + c.Digest.String()
	}
	return words
}

func (c HTTP) method() string {
	if c.Method == "" {
		return "GET"
	}
	return c.Method
}

func (c HTTP) path() string {
	if c.Path == "" {
		return "/"
	}
	return c.Path
}

// An httpTalk is the memory of one conversation, used again by the next.
type httpTalk struct {
	in  *bufio.Reader
	out []byte
}

var httpTalks = sync.Pool{New: func() any { return &httpTalk{in: bufio.NewReader(nil)} }}

// Probe asks and judges.
func (c HTTP) Probe(ctx context.Context, t Target) Result {
	secure := c.TLS
	if secure != nil {
		s := *secure
		if s.Name == "" {
			s.Name = hostName(c.Host)
		}
		s.alpn = []string{"http/1.1"}
		secure = &s
	}
	return c.converseTLS(ctx, t, secure, func(conn net.Conn) (bool, string) {
		talk := httpTalks.Get().(*httpTalk)
		talk.in.Reset(conn)
		defer func() {
			talk.in.Reset(nil)
			httpTalks.Put(talk)
		}()
		talk.out = c.appendRequest(talk.out[:0], t)
		if watched(ctx) {
			step(ctx, fmt.Sprintf("send %q", talk.out))
		}
		// A server may answer and close without reading: its answer counts.
		_, sendErr := conn.Write(talk.out)
		return c.judge(ctx, talk.in, sendErr)
	})
}

// appendRequest writes the request to t.
func (c HTTP) appendRequest(b []byte, t Target) []byte {
	b = append(append(append(b, c.method()...), ' '), c.path()...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	if c.Host != "" {
		b = append(b, c.Host...)
	} else {
		b = c.appendHost(b, t)
	}
	return append(b, "\r\nUser-Agent: pacu\r\nAccept: */*\r\nConnection: close\r\n\r\n"...)
}

// appendHost writes the target as a Host header has it (RFC 3986, section
// 3.2.2), without the usual port and without a zone, which means nothing there.
func (c HTTP) appendHost(b []byte, t Target) []byte {
	addr := t.Addr.WithZone("")
	if usual := t.Port == 443 && c.TLS != nil || t.Port == 80 && c.TLS == nil; !usual {
		return netip.AddrPortFrom(addr, t.Port).AppendTo(b)
	}
	if addr.Is4() {
		return addr.AppendTo(b)
	}
	return append(addr.AppendTo(append(b, '[')), ']')
}

// judge reads the answer as far as it takes to decide. A bad status is bad at
// once; a good one is when its header has come whole.
func (c HTTP) judge(ctx context.Context, in *bufio.Reader, sendErr error) (up bool, why string) {
	a := httpAnswer{in: in, left: maxHead}
	err := a.readStatus()
	got := "got " + quote([]byte(a.line))
	switch {
	case err == nil:
	case a.line == "" && sendErr != nil:
		return false, "send: " + reason(sendErr, c.Timeout)
	case a.line == "":
		return false, "got nothing" + c.ending(err) + ", expected status " + c.Status.String()
	case errors.Is(err, errNotHTTP):
		if strings.HasPrefix(a.line, "\x15\x03") {
			got = "got an alert of TLS"
		}
		return false, got + ", expected HTTP/1 and status " + c.Status.String()
	default:
		return false, got + c.ending(err) + ", expected status " + c.Status.String()
	}
	step(ctx, got)
	if !c.Status.Has(a.status) {
		return false, got + ", expected status " + c.Status.String()
	}
	if err := a.readFields(); err != nil {
		return false, got + " and a bad header" + c.ending(err)
	}
	if c.Body == nil && c.Digest == nil {
		return true, got
	}
	body, err := a.body(c.method())
	if err != nil {
		return false, got + " and a bad header: " + err.Error()
	}
	up, why = c.judgeBody(body)
	if watched(ctx) {
		step(ctx, fmt.Sprintf("read %d bytes of content", body.n))
	}
	return up, got + why
}

// judgeBody reads the content until it is decided.
func (c HTTP) judgeBody(body *httpBody) (up bool, why string) {
	var r io.Reader = body
	var hash hash.Hash
	if c.Digest != nil {
		hash = sha256.New()
		r = io.TeeReader(body, hash)
	}
	if c.Body != nil {
		if !c.Body.find(r) {
			return false, c.came(body) + ", expected " + c.Body.String() + " in its content"
		}
		why += ", " + c.Body.String() + " in its content"
	}
	if c.Digest != nil {
		_, _ = io.Copy(io.Discard, r) // body keeps the error
		if !errors.Is(body.err, io.EOF) {
			return false, c.came(body) + ", expected content of SHA-256 " + c.Digest.String()
		}
		if got := Digest(hash.Sum(nil)); got != *c.Digest {
			return false, c.came(body) + " of SHA-256 " + got.String() + ", expected " + c.Digest.String()
		}
		why += ", content as expected"
	}
	return true, why
}

// came says what came of a content.
func (c HTTP) came(body *httpBody) string {
	text := " and " + strconv.Itoa(body.n) + " bytes"
	if !errors.Is(body.err, io.EOF) {
		text += c.ending(body.err)
	}
	return text
}
