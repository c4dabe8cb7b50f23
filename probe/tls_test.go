package probe

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// A seal is a certificate that signed itself, and the pool that trusts it.
type seal struct {
	cert tls.Certificate
	pool *x509.CertPool
}

// newSeal makes a certificate for the names, addresses among them, that is
// valid from a day ago for left from now. key nil makes an elliptic one.
func newSeal(t testing.TB, key crypto.Signer, left time.Duration, names ...string) seal {
	t.Helper()
	if key == nil {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the subject"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(left),
		IsCA: true, BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return seal{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool}
}

// tlsServer shakes hands and goes on with handle, if any.
func tlsServer(t *testing.T, config *tls.Config, handle func(*tls.Conn)) Target {
	t.Helper()
	return tcpServer(t, func(c *net.TCPConn) {
		secured := tls.Server(c, config)
		if secured.Handshake() == nil && handle != nil {
			handle(secured)
		}
		hang(c)
	})
}

func TestTLS(t *testing.T) {
	const (
		year  = 365 * 24 * time.Hour
		in    = `connected in [\d.]+ m?s, `
		hasty = 300 * time.Millisecond
		good  = in + `TLS 1\.3 in [\d.]+ m?s`
	)
	www, old, bare := newSeal(t, nil, year, "www.example.com"), newSeal(t, nil, -time.Hour, "www.example.com"), newSeal(t, nil, year, "127.0.0.1")
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	stone := newSeal(t, rsaKey, year, "www.example.com")
	serve := func(s seal) tls.Config {
		return tls.Config{Certificates: []tls.Certificate{s.cert}, MinVersion: tls.VersionTLS10}
	}
	of := func(s seal, change func(*tls.Config)) func(*testing.T) Target {
		return func(t *testing.T) Target {
			config := serve(s)
			if change != nil {
				change(&config)
			}
			return tlsServer(t, &config, nil)
		}
	}
	plain := func(handle func(*net.TCPConn)) func(*testing.T) Target {
		return func(t *testing.T) Target { return tcpServer(t, handle) }
	}
	for _, tt := range []struct {
		name    string
		server  func(*testing.T) Target
		check   Secure
		timeout time.Duration
		up      bool
		why     string
	}{
		{"1.3", of(www, nil), Secure{}, long, true, good},
		{"name", of(www, nil), Secure{Name: "www.example.com", Verify: true, Roots: www.pool}, long, true, good},
		{"1.0", of(www, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS10 }), Secure{}, long, true, in + `TLS 1\.0 in .*`},
		{"1.2, key exchange of old", of(stone, func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}
		}), Secure{}, long, true, in + `TLS 1\.2 in .*`},
		{"address", of(bare, nil), Secure{Verify: true, Roots: bare.pool}, long, true, good},
		{"unknown authority", of(www, nil), Secure{Name: "www.example.com", Verify: true, Roots: x509.NewCertPool()}, long,
			false, in + `TLS: certificate: certificate signed by unknown authority`},
		{"authority of the system", of(www, nil), Secure{Name: "www.example.com", Verify: true}, long, false, in + `TLS: certificate: .*unknown authority.*`},
		{"other name", of(www, nil), Secure{Name: "mail.example.com", Verify: true, Roots: www.pool}, long,
			false, in + `TLS: certificate: certificate is valid for www.example.com, not mail.example.com`},
		{"other name, not verified", of(www, nil), Secure{Name: "mail.example.com"}, long, true, good},
		{"no name for an address", of(www, nil), Secure{Verify: true, Roots: www.pool}, long, false, in + `TLS: certificate: cannot validate certificate for 127.0.0.1 .*`},
		{"expired", of(old, nil), Secure{Name: "www.example.com", Verify: true, Roots: old.pool}, long, false, in + `TLS: certificate: certificate has expired .*`},
		{"expired, not verified", of(old, nil), Secure{}, long, true, good},
		{"refuses the name", of(www, func(c *tls.Config) {
			c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, io.EOF }
			c.Certificates = nil
		}), Secure{Name: "x"}, long, false, in + `TLS: the server refused: internal error`},
		{"no protocol in common", of(www, func(c *tls.Config) { c.NextProtos = []string{"h2"} }), Secure{alpn: []string{"imap"}}, long,
			false, in + `TLS: the server refused: no application protocol`},
		{"wants our certificate", of(www, func(c *tls.Config) {
			c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert
		}), Secure{}, long, false, in + `TLS: the server refused: .*`},

		{"plain http", plain(pieces(hang, "HTTP/1.1 400 Bad Request\r\n\r\n")), Secure{}, long, false, in + `TLS: got "HTTP/", expected a handshake`},
		{"closes", plain(func(*net.TCPConn) {}), Secure{}, long, false, in + `TLS: (closed during the handshake|connection reset by peer|broken pipe)`},
		{"half closes", plain(halfClose), Secure{}, long, false, in + `TLS: closed during the handshake`},
		{"resets", plain(resetAfterRead), Secure{}, long, false, in + `TLS: connection reset by peer`},
		{"hangs", plain(hang), Secure{}, hasty, false, in + `TLS: no answer in LIMIT`},
		{"hangs in a record", plain(pieces(hang, "\x16\x03\x03\x40\x00\x02\x00")), Secure{}, hasty, false, in + `TLS: no answer in LIMIT`},
		{"breaks off in a record", plain(pieces(halfClose, "\x16\x03\x03\x40\x00\x02\x00")), Secure{}, long, false, in + `TLS: closed during the handshake`},
		{"byte by byte", plain(func(c *net.TCPConn) {
			for _, err := io.WriteString(c, "\x16\x03\x03\x40\x00"); err == nil; _, err = c.Write([]byte{2}) {
				time.Sleep(time.Millisecond) // slower than any limit could bear, faster than a read's
			}
		}), Secure{}, hasty, false, in + `TLS: no answer in LIMIT`},
		{"nonsense in a record", plain(pieces(hang, "\x16\x03\x03\x00\x04\x02\x00\x00\x00")), Secure{}, long, false, in + `TLS: .*`},
		{"record too long", plain(pieces(hang, "\x16\x03\x03\xff\xff")), Secure{}, long, false, in + `TLS: oversized record received with length 65535`},
		{"endless empty records", plain(func(c *net.TCPConn) {
			for _, err := io.WriteString(c, ""); err == nil; _, err = io.WriteString(c, strings.Repeat("\x16\x03\x03\x00\x00", 100)) {
			}
		}), Secure{}, long, false, in + `TLS: .*`},
		{"an alert", plain(pieces(hang, "\x15\x03\x03\x00\x02\x02\x28")), Secure{}, long, false, in + `TLS: the server refused: handshake failure`},
		{"version of the future", plain(pieces(hang, "\x16\x05\x00\x00\x04\x02\x00\x00\x00")), Secure{}, long, false, in + `TLS: .*`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantProbe(t, TLS{Way{Timeout: tt.timeout}, tt.check}, tt.server(t), tt.up, tt.why)
		})
	}
}

// The name goes to the server; an address does not (RFC 6066, section 3).
func TestTLSName(t *testing.T) {
	asked := make(chan string, 1)
	s := newSeal(t, nil, time.Hour, "www.example.com")
	srv := tlsServer(t, &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		asked <- h.ServerName
		return &s.cert, nil
	}}, nil)
	for name, want := range map[string]string{"": "", "10.0.0.1": "", "2001:db8::1": "", "www.example.com": "www.example.com", "a.example.": "a.example"} {
		if r := (TLS{Way{Timeout: long}, Secure{Name: name}}).Probe(t.Context(), srv); !r.Up {
			t.Errorf("%q: %s", name, r.Why)
		} else if got := <-asked; got != want {
			t.Errorf("%q: asked for %q", name, got)
		}
	}
}

func TestTLSWarning(t *testing.T) {
	s := newSeal(t, nil, 5*24*time.Hour+time.Hour, "www.example.com")
	srv := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{s.cert}}, nil)
	day := s.cert.Leaf.NotAfter.Format(time.DateOnly)
	for days, want := range map[int]string{0: "", 5: "", 6: "certificate of www.example.com expires in 5 days (" + day + ")"} {
		if r := (TLS{Way{Timeout: long}, Secure{Expiry: days}}).Probe(t.Context(), srv); !r.Up || r.Warning != want {
			t.Errorf("%d days: %+v, want %q", days, r, want)
		}
	}
}

func TestValidity(t *testing.T) {
	leaf := newSeal(t, nil, 0).cert.Leaf
	leaf.NotBefore = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	leaf.NotAfter = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for now, want := range map[string]string{
		"2025-12-31T23:59:59Z": "certificate of the subject is not valid before 2026-01-01",
		"2026-10-27T12:00:00Z": "",
		"2026-10-27T12:00:01Z": "certificate of the subject expires in 29 days (2026-11-26)",
		"2026-11-24T12:00:00Z": "certificate of the subject expires in 2 days (2026-11-26)",
		"2026-11-24T12:00:01Z": "certificate of the subject expires in 1 day (2026-11-26)",
		"2026-11-26T11:00:00Z": "certificate of the subject expires within a day (2026-11-26)",
		"2026-11-26T12:00:01Z": "certificate of the subject expired (2026-11-26)",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := validity(leaf, 30, at); got != want {
			t.Errorf("at %s: %q, want %q", now, got, want)
		}
	}
	if got := validity(leaf, 1, leaf.NotAfter.Add(-36*time.Hour)); got != "" {
		t.Errorf("36 hours before, of 1 day: %q", got)
	}
}

func TestCertificateName(t *testing.T) {
	for want, leaf := range map[string]*x509.Certificate{
		"a.example": {DNSNames: []string{"a.example", "b.example"}, Subject: pkix.Name{CommonName: "c"}},
		"c":         {Subject: pkix.Name{CommonName: "c"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1)}},
		"10.0.0.1":  {IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1)}},
		"no name":   {},
	} {
		if got := certificateName(leaf); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestHostName(t *testing.T) {
	for host, want := range map[string]string{
		"": "", "www.example.com": "www.example.com", "www.example.com:8443": "www.example.com", "www": "www",
		"10.0.0.1": "10.0.0.1", "10.0.0.1:8443": "10.0.0.1",
		"2001:db8::1": "2001:db8::1", "[2001:db8::1]": "2001:db8::1", "[2001:db8::1]:8443": "2001:db8::1",
	} {
		if got := hostName(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

func TestTLSString(t *testing.T) {
	if got := (TLS{}).String(); got != "tls handshake" {
		t.Error(got)
	}
	if got := (TLS{Secure: Secure{Name: "a.example", Verify: true}}).String(); got != "tls handshake with a.example, verified" {
		t.Error(got)
	}
}
