package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// TLS is up when the server completes a handshake.
type TLS struct {
	Way
	Secure
}

// String names the check.
func (c TLS) String() string { return "tls handshake" + c.words() }

// Probe connects, shakes hands and closes.
func (c TLS) Probe(ctx context.Context, t Target) Result {
	return c.converseTLS(ctx, t, &c.Secure, func(net.Conn) (bool, string) { return true, "" })
}

// A Secure is how a check speaks TLS: any version from 1.0 (RFC 2246) to 1.3
// (RFC 8446) with any cipher, because it asks whether a server serves and has
// no secret to keep.
type Secure struct {
	// Name is the server name asked for (SNI, RFC 6066) and the name that the
	// certificate must have. An address is not asked for. Empty: the target's
	// address.
	Name   string
	Verify bool           // the certificate must be valid for Name, and from an authority in Roots
	Expiry int            // warn when the certificate is valid for fewer days than this; 0: do not
	Roots  *x509.CertPool // nil: the system's

	alpn []string // protocols offered (RFC 7301)
}

// words are what String says of it.
func (s Secure) words() string {
	words := ""
	if s.Name != "" {
		words += " with " + s.Name
	}
	if s.Verify {
		words += ", verified"
	}
	return words
}

// anyCipher has those too that crypto/tls does not offer by itself.
var anyCipher = sync.OnceValue(func() []uint16 {
	var ids []uint16
	for _, c := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, c.ID)
	}
	return ids
})

// quickCurves leaves out the post-quantum ones, which no check needs: they cost
// a tenth of a millisecond and 25 kB, and split the first message in two.
var quickCurves = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// config is for one handshake with t.
func (s *Secure) config(t Target) *tls.Config {
	name := s.Name
	if name == "" {
		name = t.Addr.WithZone("").String() // crypto/tls never sends it
	}
	return &tls.Config{
		ServerName: name, InsecureSkipVerify: !s.Verify, RootCAs: s.Roots, NextProtos: s.alpn,
		MinVersion: tls.VersionTLS10, CipherSuites: anyCipher(), CurvePreferences: quickCurves,
	}
}

// handshake secures conn, which has its deadline; limit is for words only. said
// is "TLS 1.3 in 5 ms", or why the result is nil. warning is for
// Result.Warning.
func (s *Secure) handshake(ctx context.Context, conn net.Conn, t Target, limit time.Duration) (secured *tls.Conn, said, warning string) {
	start := time.Now()
	secured = tls.Client(conn, s.config(t))
	if err := secured.Handshake(); err != nil {
		return nil, "TLS: " + tlsReason(err, limit), ""
	}
	state := secured.ConnectionState()
	said = tls.VersionName(state.Version) + " in " + span(time.Since(start))
	leaf := state.PeerCertificates[0]
	if watched(ctx) {
		step(ctx, fmt.Sprintf("%s, %s, certificate of %s by %s, valid from %s to %s", said, tls.CipherSuiteName(state.CipherSuite),
			certificateName(leaf), leaf.Issuer, leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly)))
	}
	if s.Expiry > 0 {
		warning = validity(leaf, s.Expiry, time.Now())
	}
	return secured, said, warning
}

// converseTLS is converse over TLS, or over bare TCP when s is nil.
func (w Way) converseTLS(ctx context.Context, t Target, s *Secure, talk func(net.Conn) (up bool, why string)) Result {
	if s == nil {
		return w.converse(ctx, t, talk)
	}
	var warning string
	r := w.converse(ctx, t, func(conn net.Conn) (bool, string) {
		secured, said, warn := s.handshake(ctx, conn, t, w.Timeout)
		if secured == nil {
			return false, said
		}
		warning = warn
		up, why := talk(secured)
		_ = secured.CloseWrite() // so that the server does not log a connection that broke off
		if why != "" {
			said += ", " + why
		}
		return up, said
	})
	r.Warning = warning
	return r
}

// tlsReason explains a handshake that failed.
func tlsReason(err error, limit time.Duration) string {
	var plain tls.RecordHeaderError
	var bad *tls.CertificateVerificationError
	switch {
	case errors.As(err, &plain) && plain.Conn != nil:
		return "got " + quote(plain.RecordHeader[:]) + ", expected a handshake"
	case errors.As(err, &bad):
		return "certificate: " + strings.TrimPrefix(bad.Err.Error(), "x509: ")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed during the handshake"
	}
	why := reason(err, limit)
	if alert, found := strings.CutPrefix(why, "remote error: tls: "); found {
		return "the server refused: " + alert
	}
	return strings.TrimPrefix(why, "tls: ")
}

// validity warns of a certificate that is not valid now, or will not be for
// that many days; "" of one that will.
func validity(leaf *x509.Certificate, days int, now time.Time) string {
	const day = 24 * time.Hour
	of := "certificate of " + certificateName(leaf)
	left := leaf.NotAfter.Sub(now)
	switch {
	case now.Before(leaf.NotBefore):
		return of + " is not valid before " + leaf.NotBefore.Format(time.DateOnly)
	case left < 0:
		of += " expired"
	case left >= time.Duration(days)*day:
		return ""
	case left < day:
		of += " expires within a day"
	case left < 2*day:
		of += " expires in 1 day"
	default:
		of += fmt.Sprintf(" expires in %d days", left/day)
	}
	return of + leaf.NotAfter.Format(" (2006-01-02)")
}

// certificateName is what people call a certificate by.
func certificateName(leaf *x509.Certificate) string {
	switch {
	case len(leaf.DNSNames) > 0:
		return leaf.DNSNames[0]
	case leaf.Subject.CommonName != "":
		return leaf.Subject.CommonName
	case len(leaf.IPAddresses) > 0:
		return leaf.IPAddresses[0].String()
	}
	return "no name"
}

// hostName is what a Host header has, without its port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}
