package probe

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// An act is one thing that the server of a script does to a connection; it ends
// the script, and the connection, when it returns false.
type act func(t *testing.T, c net.Conn) bool

// says sends a text.
func says(text string) act {
	return func(_ *testing.T, c net.Conn) bool {
		_, err := io.WriteString(c, text)
		return err == nil
	}
}

// drips sends a text in packets of a byte.
func drips(text string) act {
	return func(_ *testing.T, c net.Conn) bool {
		for i := range len(text) {
			if _, err := io.WriteString(c, text[i:i+1]); err != nil {
				return false
			}
		}
		return true
	}
}

// hears reads a text, which must be the one expected unless the client leaves.
func hears(want string) act {
	return func(t *testing.T, c net.Conn) bool {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(c, got); err != nil {
			return false
		}
		if string(got) != want {
			t.Errorf("the server heard %q, want %q", got, want)
			return false
		}
		return true
	}
}

// hearsAny reads whatever comes in one piece.
func hearsAny(_ *testing.T, c net.Conn) bool {
	_, err := c.Read(make([]byte, 4096))
	return err == nil
}

// hangs holds the connection until the client leaves.
func hangs(_ *testing.T, c net.Conn) bool {
	_, _ = io.Copy(io.Discard, c)
	return false
}

// halfCloses says that no more will come.
func halfCloses(_ *testing.T, c net.Conn) bool {
	return c.(interface{ CloseWrite() error }).CloseWrite() == nil
}

// resets ends the connection so that the client sees it.
func resets(_ *testing.T, c net.Conn) bool {
	_ = c.(*net.TCPConn).SetLinger(0)
	return false
}

// floodsWith sends a text again and again until the client leaves.
func floodsWith(text string) act {
	return func(_ *testing.T, c net.Conn) bool {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return false
			}
		}
	}
}

// tricklesWith sends a text again and again, slowly, until the client leaves.
func tricklesWith(text string) act {
	return func(_ *testing.T, c net.Conn) bool {
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return false
			}
			time.Sleep(time.Millisecond) // slowly; nothing depends on how slowly
		}
	}
}

// startsTLS has the rest of the script played within TLS.
func startsTLS(rest ...act) act {
	return func(t *testing.T, c net.Conn) bool {
		perform(t, tls.Server(c, scriptTLS()), rest)
		return false
	}
}

func perform(t *testing.T, c net.Conn, acts []act) {
	for _, a := range acts {
		if !a(t, c) {
			return
		}
	}
}

// scriptOf is a server that plays the acts to each connection.
func scriptOf(t *testing.T, acts ...act) Target {
	t.Helper()
	return tcpServer(t, func(c *net.TCPConn) {
		_ = c.SetNoDelay(true)
		perform(t, c, acts)
	})
}

// scriptTLS has a certificate for mx.example.org, of its own making, for a day.
var scriptTLS = sync.OnceValue(func() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.example.org"}, DNSNames: []string{"mx.example.org"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(36 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"h2"}}
})

// overTLS warns of the certificate of scriptTLS.
var overTLS = &Secure{Name: "mx.example.org", Expiry: 30}

const overTLSWarning = "certificate of mx.example.org expires in 1 day"

// soon is a limit that is to be reached, but not before the first words are said:
// see within.
const soon = 250 * time.Millisecond

// connectedIn is how the why of a check begins that got a connection.
const connectedIn = `connected in [\d.]+ m?s, `

// A scriptTest is a check against a script.
type scriptTest struct {
	name  string
	check Check
	acts  []act
	up    bool
	why   string // after connectedIn
}

// runScripts runs the checks at once, for some wait for a limit.
func runScripts(t *testing.T, tests []scriptTest) {
	t.Helper()
	results, whys := make([]Result, len(tests)), make([]string, len(tests))
	var wg sync.WaitGroup
	for i, tt := range tests {
		to := scriptOf(t, tt.acts...)
		wg.Go(func() { results[i], whys[i] = probeWithin(t.Context(), tt.check, to, tt.up, connectedIn+tt.why) })
	}
	wg.Wait()
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantResult(t, results[i], tt.up, whys[i]) })
	}
}

// misbehaves tries a check, made by make, against servers that do not even
// begin as they should.
func misbehaves(t *testing.T, make func(Way) Check) {
	patient, hasty := make(Way{Timeout: long}), make(Way{Timeout: soon})
	const to, expected = `( to [\w/-]+)?`, `, expected .*`
	runScripts(t, []scriptTest{
		{"hangs", hasty, []act{hangs}, false, `got nothing` + to + `: no answer in LIMIT` + expected},
		{"closes", patient, []act{hearsAnyIfAny}, false, `got nothing` + to + `( before it closed|: connection reset by peer)` + expected},
		{"half-closes", patient, []act{halfCloses, hangs}, false, `got nothing` + to + ` before it closed` + expected},
		{"floods", patient, []act{floodsWith(strings.Repeat("x", 4096))}, false, `got "x{60}"\.\.\..*` + expected},
		{"trickles", hasty, []act{tricklesWith("x")}, false, `got "x+.*` + expected},
		{"speaks HTTP", patient, []act{says("HTTP/1.1 400 Bad Request\r\n\r\n"), halfCloses, hangs}, false, `got "HTTP/1.*` + expected},
		{"speaks TLS", patient, []act{says("\x15\x03\x01\x00\x02\x02\x0a"), halfCloses, hangs}, false, `got TLS.*` + expected},
		{"half-closes after a byte", patient, []act{says("\x00"), halfCloses, hangs}, false, `got "\\x00"` + to + ` before it closed` + expected},
	})
	t.Run("refuses", func(t *testing.T) {
		wantResult(t, patient.Probe(t.Context(), refusing(t)), false, `connect: connection refused`)
	})
	t.Run("resets", func(t *testing.T) {
		wantResult(t, patient.Probe(t.Context(), scriptOf(t, resets)), false,
			`connect: connection reset by peer|`+connectedIn+`got nothing`+to+`: (connection reset by peer|broken pipe)`+expected)
	})
	t.Run("given up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		to := tcpServer(t, func(c *net.TCPConn) { cancel(); hang(c) })
		wantResult(t, patient.Probe(ctx, to), false, `connect(: .*|ed in [\d.]+ m?s, )given up`)
	})
}

// hearsAnyIfAny takes what a client may have sent before it closes, so that
// closing is no reset; one that waits for the server sends nothing.
func hearsAnyIfAny(_ *testing.T, c net.Conn) bool {
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
	return false
}

// canned is a connection to a server that says just that.
type canned struct {
	net.Conn
	*bytes.Reader
}

func (c canned) Read(b []byte) (int, error)  { return c.Reader.Read(b) }
func (c canned) Write(b []byte) (int, error) { return len(b), nil }

// fuzzTalk feeds a conversation with anything. It must end, say why, and be up
// only where plausible says that this can be.
func fuzzTalk(f *testing.F, talk func(net.Conn) (bool, string), plausible func(data []byte) bool, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		up, why := talk(canned{Reader: bytes.NewReader(data)})
		if why == "" {
			t.Error("no why")
		}
		if up && !plausible(data) {
			t.Errorf("up, %s, with %q", why, data)
		}
	})
}

// wantSteps runs a check that is up and matches each step that it tells.
func wantSteps(t *testing.T, c Check, acts []act, want ...string) {
	t.Helper()
	var got []string
	r := c.Probe(WithSteps(t.Context(), func(s string) { got = append(got, s) }), scriptOf(t, acts...))
	if !r.Up {
		t.Error(r.Why)
	}
	for i, w := range want {
		if i >= len(got) || !regexp.MustCompile("^(?:"+w+")$").MatchString(got[i]) {
			t.Fatalf("steps %q, want %q", got, want)
		}
	}
	if len(got) > len(want) {
		t.Errorf("further steps: %q", got[len(want):])
	}
}

// benchScript is what a check costs together with the server that it asks.
func benchScript(b *testing.B, c Check, acts ...act) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				perform(nil, conn, acts)
			})
		}
	})
	b.Cleanup(func() { _ = l.Close(); wg.Wait() })
	to := target(l.Addr())
	b.ReportAllocs()
	for b.Loop() {
		if r := c.Probe(b.Context(), to); !r.Up {
			b.Fatal(r.Why)
		}
	}
}
