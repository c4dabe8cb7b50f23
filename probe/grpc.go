package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"golang.org/x/net/http2/hpack"
)

// GRPC is up when grpc.health.v1.Health/Check says SERVING (the gRPC health
// checking protocol, over gRPC's mapping to HTTP/2, RFC 9113, in the clear with
// prior knowledge or over TLS with ALPN h2).
type GRPC struct {
	Way
	TLS     *Secure // nil: in the clear
	Service string  // whose health; empty: the server's as a whole
}

// String names the check.
func (c GRPC) String() string {
	name := "grpc health" + over(c.TLS)
	if c.Service != "" {
		name += " of " + c.Service
	}
	return name
}

// Probe makes one call on a connection of its own.
func (c GRPC) Probe(ctx context.Context, t Target) Result {
	authority := t.String()
	var secure *Secure
	if c.TLS != nil {
		with := *c.TLS
		with.alpn = []string{"h2"}
		secure = &with
		if c.TLS.Name != "" {
			authority = c.TLS.Name
		}
	}
	return c.converseTLS(ctx, t, secure, func(conn net.Conn) (up bool, why string) {
		return c.talk(newDialog(ctx, conn, c.Timeout), authority)
	})
}

const grpcPath = "/grpc.health.v1.Health/Check"

func (c GRPC) talk(d *dialog, authority string) (up bool, why string) {
	const to, wanted = "Health/Check", "SERVING"
	if err := d.say(c.call(authority), to+" of "+strconv.Quote(c.Service)); err != nil {
		return false, d.unexpected("", to, err, wanted)
	}
	s, why := readH2(d)
	if why != "" {
		return false, why
	}
	_ = d.say(h2Frame(h2GoAway, 0, 0, make([]byte, 8)), "goodbye") // the verdict stands, whatever follows
	return s.verdict()
}

// call is all that is sent for a call: the client's preface with its settings
// (RFC 9113, 3.4), and a request of one message.
func (c GRPC) call(authority string) string {
	scheme := "http"
	if c.TLS != nil {
		scheme = "https"
	}
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for _, f := range [][2]string{
		{":method", "POST"}, {":scheme", scheme}, {":path", grpcPath}, {":authority", authority},
		{"content-type", "application/grpc"}, {"te", "trailers"}, {"user-agent", "pacu"},
		{"grpc-timeout", strconv.FormatInt(max(1, min(c.Timeout.Milliseconds(), 99_999_999)), 10) + "m"},
	} {
		_ = enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}) // a bytes.Buffer takes all
	}
	var settings []byte
	for _, s := range []struct {
		id    uint16
		value uint32
	}{{2, 0}, {6, maxAnswer}} { // ENABLE_PUSH, MAX_HEADER_LIST_SIZE
		settings = binary.BigEndian.AppendUint16(settings, s.id)
		settings = binary.BigEndian.AppendUint32(settings, s.value)
	}
	return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
		h2Frame(h2Settings, 0, 0, settings) +
		h2Frame(h2Headers, h2EndHeaders, 1, block.Bytes()) +
		h2Frame(h2Data, h2EndStream, 1, healthRequest(c.Service))
}

// verdict judges the whole answer.
func (s *h2Answer) verdict() (up bool, why string) {
	const to, wanted = " to Health/Check", ", expected SERVING"
	if s.status != "200" {
		return false, "got HTTP status " + quote([]byte(s.status)) + to + wanted
	}
	if s.grpcStatus != "0" {
		what := "no grpc-status"
		if s.grpcStatus != "" {
			what = "grpc-status " + grpcName(s.grpcStatus)
		}
		if text, err := url.PathUnescape(s.grpcMessage); err == nil && text != "" {
			what += " " + quote([]byte(text))
		}
		return false, "got " + what + to + wanted
	}
	health, ok := parseHealth(s.data)
	if !ok {
		return false, "got " + quote(s.data) + to + wanted
	}
	if health == 1 {
		return true, "got SERVING" + to
	}
	return false, "got " + healthName(health) + to + wanted
}

// grpcName is a grpc-status for people: 12 (unimplemented).
func grpcName(status string) string {
	names := []string{
		"ok", "cancelled", "unknown", "invalid argument", "deadline exceeded", "not found", "already exists",
		"permission denied", "resource exhausted", "failed precondition", "aborted", "out of range",
		"unimplemented", "internal", "unavailable", "data loss", "unauthenticated",
	}
	if n, err := strconv.Atoi(status); err == nil && n >= 0 && n < len(names) {
		return fmt.Sprintf("%d (%s)", n, names[n])
	}
	return quote([]byte(status))
}
