package probe

import (
	"crypto/tls"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestHTTPS(t *testing.T) {
	const in = `connected in [\d.]+ m?s, TLS 1\.3 in [\d.]+ m?s, `
	s := newSeal(t, nil, 5*24*time.Hour+time.Hour, "www.example.com")
	serve := func(answer string, then func(*tls.Conn)) Target {
		return tlsServer(t, &tls.Config{Certificates: []tls.Certificate{s.cert}, NextProtos: []string{"h2", "http/1.1"}}, func(c *tls.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, answer)
			then(c)
		})
	}
	bye, cut := func(c *tls.Conn) { _ = c.Close() }, func(c *tls.Conn) { _ = c.NetConn().Close() }
	way, ok := Way{Timeout: long}, "HTTP/1.1 200 OK\r\n\r\nhello"
	r := HTTP{Way: way, TLS: &Secure{Expiry: 30}, Host: "www.example.com:8443", Body: contains("ell")}.Probe(t.Context(), serve(ok, bye))
	wantResult(t, r, true, in+`got "HTTP/1.1 200 OK", "ell" in its content`)
	if want := "certificate of www.example.com expires in 5 days (" + s.cert.Leaf.NotAfter.Format(time.DateOnly) + ")"; r.Warning != want {
		t.Errorf("warning %q, want %q", r.Warning, want)
	}
	wantResult(t, HTTP{Way: way, TLS: &Secure{Verify: true, Roots: s.pool}, Host: "www.example.com:8443", Digest: digest("hello")}.Probe(t.Context(), serve(ok, bye)),
		true, in+`got "HTTP/1.1 200 OK", content as expected`)
	wantResult(t, HTTP{Way: way, TLS: &Secure{Verify: true, Roots: s.pool}, Host: "other.example.com"}.Probe(t.Context(), serve(ok, bye)),
		false, `connected in .*, TLS: certificate: certificate is valid for www.example.com, not other.example.com`)
	wantResult(t, HTTP{Way: way, TLS: &Secure{}}.Probe(t.Context(), serve("HTTP/1.1 503 Service Unavailable\r\n\r\n", bye)),
		false, in+`got "HTTP/1.1 503 Service Unavailable", expected status 200-399`)
	// Servers close without a word of TLS: what has a length of its own is whole.
	wantResult(t, HTTP{Way: way, TLS: &Secure{}, Digest: digest("hello")}.Probe(t.Context(), serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", cut)),
		true, in+`got "HTTP/1.1 200 OK", content as expected`)
	wantResult(t, HTTP{Way: way, TLS: &Secure{}, Digest: digest("hello")}.Probe(t.Context(), serve("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", cut)),
		false, in+`got "HTTP/1.1 200 OK" and 5 bytes before it closed, expected content of SHA-256 2cf2.*`)
	wantProbe(t, HTTP{Way: Way{Timeout: 300 * time.Millisecond}, TLS: &Secure{}}, serve("", func(*tls.Conn) {}),
		false, `connected in .*, (TLS: |TLS 1.3 in .*, got nothing: )no answer in LIMIT.*`)
	wantResult(t, HTTP{Way: way, TLS: &Secure{}}.Probe(t.Context(), tcpServer(t, pieces(hang, "HTTP/1.1 400 Bad Request\r\n\r\n"))),
		false, `connected in .*, TLS: got "HTTP/", expected a handshake`)
}

// An operator who looks on sees each step.
func TestHTTPSteps(t *testing.T) {
	s := newSeal(t, nil, 24*time.Hour, "www.example.com")
	srv := tlsServer(t, &tls.Config{Certificates: []tls.Certificate{s.cert}}, func(c *tls.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
	})
	var steps []string
	ctx := WithSteps(t.Context(), func(text string) { steps = append(steps, text) })
	check := HTTP{Way: Way{Timeout: long}, TLS: &Secure{}, Host: "www.example.com", Body: contains("hello")}
	if r := check.Probe(ctx, srv); !r.Up {
		t.Fatal(r.Why)
	}
	want := []string{
		`connected in .*`,
		`TLS 1\.3 in .*, TLS_\w+, certificate of www.example.com by CN=the subject, valid from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d`,
		`send "GET / HTTP/1.1.*`,
		`got "HTTP/1.1 200 OK"`,
		`read 5 bytes of content`,
	}
	if len(steps) != len(want) {
		t.Fatalf("steps %q", steps)
	}
	for i, step := range steps {
		wantResult(t, Result{Why: step}, false, want[i])
	}
}

// Thousands of probes, of servers of every kind, leave nothing behind.
func TestHTTPLeaks(t *testing.T) {
	leaks(t)
	s := newSeal(t, nil, 24*time.Hour, "www.example.com")
	config := &tls.Config{Certificates: []tls.Certificate{s.cert}}
	type probed struct {
		check HTTP
		to    Target
	}
	good, secure := HTTP{Way: Way{Timeout: long}, Body: contains("hello")}, HTTP{Way: Way{Timeout: long}, TLS: &Secure{}}
	hasty := HTTP{Way: Way{Timeout: time.Millisecond}}
	all := []probed{
		{good, tcpServer(t, replies(shut, "HTTP/1.1 200 OK\r\n\r\nhello"))},
		{good, tcpServer(t, floods("HTTP/1.1 200 OK\r\n\r\nhello", "xxxx"))},
		{good, tcpServer(t, resetAfterRead)},
		{good, tcpServer(t, shut)},
		{hasty, tcpServer(t, hang)},
		{hasty, silent(t)},
		{good, refusing(t)},
		{secure, tlsServer(t, config, func(c *tls.Conn) { readRequest(c); _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n") })},
		{secure, tcpServer(t, pieces(hang, "HTTP/1.1 400 Bad Request\r\n\r\n"))},
		{HTTP{Way: hasty.Way, TLS: &Secure{}}, tcpServer(t, hang)},
	}
	var wg sync.WaitGroup
	var ups atomic.Int32
	for range 10 {
		wg.Go(func() {
			for i := range 300 {
				p := all[i%len(all)]
				if p.check.Probe(t.Context(), p.to).Up {
					ups.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := ups.Load(); n != 900 {
		t.Errorf("%d of 3,000 were up, not 900", n)
	}
}
