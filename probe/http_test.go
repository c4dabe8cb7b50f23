package probe

import (
	"bufio"
	"context"
	"crypto/sha256"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// readRequest reads a request to its empty line.
func readRequest(r io.Reader) string {
	var got strings.Builder
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		got.WriteString(line)
		if err != nil || line == "\r\n" {
			return got.String()
		}
	}
}

// replies answers a request in packets of their own, and goes on with then.
func replies(then func(*net.TCPConn), parts ...string) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		readRequest(c)
		pieces(then, parts...)(c)
	}
}

func shut(*net.TCPConn) {}

// floods answers a request with the head, and then with the same without end.
func floods(head, more string) func(*net.TCPConn) {
	return replies(func(c *net.TCPConn) {
		for _, err := io.WriteString(c, more); err == nil; _, err = io.WriteString(c, more) {
		}
	}, head)
}

// trickles answers a request byte by byte.
func trickles(text string) func(*net.TCPConn) {
	return replies(hang, strings.Split(text, "")...)
}

func statuses(t *testing.T, text string) Statuses {
	t.Helper()
	s, err := ParseStatuses(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func digest(text string) *Digest { d := Digest(sha256.Sum256([]byte(text))); return &d }

func TestHTTP(t *testing.T) {
	const (
		in = `connected in [\d.]+ m?s, `
		ok = "HTTP/1.1 200 OK\r\n"
		// what is said of it
		good = in + `got "HTTP/1.1 200 OK"`
		want = `, expected status 200-399`
	)
	way, hasty := Way{Timeout: long}, Way{Timeout: 500 * time.Millisecond}
	tests := []struct {
		name   string
		server func(*net.TCPConn)
		check  HTTP
		up     bool
		why    string
	}{
		{"status", replies(hang, ok+"\r\n"), HTTP{}, true, good},
		{"redirection", replies(hang, "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), HTTP{}, true, in + `got "HTTP/1.1 302 Found"`},
		{"bad status at once", replies(hang, "HTTP/1.1 503 Service Unavailable\r\n"), HTTP{}, false, in + `got "HTTP/1.1 503 Service Unavailable"` + want},
		{"other statuses", replies(hang, "HTTP/1.1 503 Busy\r\n\r\n"), HTTP{Status: statuses(t, "200,503")}, true, in + `got "HTTP/1.1 503 Busy"`},
		{"200 is not among them", replies(hang, ok+"\r\n"), HTTP{Status: statuses(t, "301-302,401")}, false, good + `, expected status 301-302,401`},
		{"interim answers", replies(hang, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early", " Hints\r\nLink: x\r\n\r\n"+ok+"\r\n"), HTTP{}, true, good},
		{"byte by byte", trickles(ok + "Content-Length: 5\r\n\r\nhello"), HTTP{Body: contains("hello")}, true, good + `, "hello" in its content`},
		{"half closes", replies(halfClose, ok+"\r\nhello"), HTTP{Body: contains("hello")}, true, good + `, "hello" in its content`},
		{"closes", replies(shut, ok+"\r\nhello"), HTTP{Digest: digest("hello")}, true, good + `, content as expected`},
		{"text, then hangs", replies(hang, ok+"\r\nall rea", "dy now"), HTTP{Body: contains("ready")}, true, good + `, "ready" in its content`},
		{"text, then an endless flood", floods(ok+"\r\nready", "xxxxxxxxx"), HTTP{Body: contains("ready")}, true, good + `, "ready" in its content`},
		{"expression, then hangs", replies(hang, ok+"\r\nall ready now"), HTTP{Body: containsPattern(t, "rea(dy|l)")}, true, good + `, a match of "rea\(dy\|l\)" in its content`},
		{"content is not looked at", replies(hang, ok+"Content-Length: 100\r\n\r\nhel"), HTTP{}, true, good},
		{"both", replies(hang, ok+"Content-Length: 5\r\n\r\nhello"), HTTP{Body: contains("hell"), Digest: digest("hello")}, true, good + `, "hell" in its content, content as expected`},
		{"chunks", replies(hang, ok+"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), HTTP{Digest: digest("hello")}, true, good + `, content as expected`},
		{"1 MiB", replies(shut, ok+"\r\n"+strings.Repeat("x", maxContent)), HTTP{Digest: digest(strings.Repeat("x", maxContent))}, true, good + `, content as expected`},
		{"answers before it is asked", pieces(hang, ok+"\r\n"), HTTP{}, true, good},
		{"answers before it resets", replies(resetAfterRead, ok+"\r\n"), HTTP{}, true, good},
		{"HEAD", replies(hang, ok+"Content-Length: 5\r\n\r\n"), HTTP{Method: "HEAD"}, true, good},

		{"hangs", hang, HTTP{Way: hasty}, false, in + `got nothing: no answer in LIMIT` + want},
		{"closes at once", replies(shut), HTTP{}, false, in + `got nothing before it closed` + want},
		{"half closes at once", halfClose, HTTP{}, false, in + `got nothing before it closed` + want},
		{"resets", resetAfterRead, HTTP{}, false, in + `(got nothing|send): connection reset by peer(` + want + `)?`},
		{"hangs in the status", replies(hang, "HTTP/1.1 20"), HTTP{Way: hasty}, false, in + `got "HTTP/1.1 20": no answer in LIMIT` + want},
		{"hangs in the version", replies(hang, "HTT"), HTTP{Way: hasty}, false, in + `got "HTT": no answer in LIMIT` + want},
		{"hangs in the header", replies(hang, ok+"Content-"), HTTP{Way: hasty}, false, good + ` and a bad header: no answer in LIMIT`},
		{"closes in the header", replies(shut, ok+"Content-"), HTTP{}, false, good + ` and a bad header before it closed`},
		{"too slow", trickles(ok + strings.Repeat("x: y\r\n", 100)), HTTP{Way: hasty}, false, in + `got .*: no answer in LIMIT.*`},
		{"endless headers", floods(ok, "X-Filler: xxxxxxxxxxxxxxxx\r\n"), HTTP{}, false, good + ` and a bad header: no end in 64 KiB`},
		{"endless header", floods(ok, "xxxxxxxxxxxxxxxx"), HTTP{}, false, good + ` and a bad header: no end in 64 KiB`},
		{"endless status", floods("HTTP/1.1 200 ", "OK"), HTTP{}, false, in + `got "HTTP/1.1 200 (OK)+O?"\.\.\.: no end in 64 KiB` + want},
		{"endless interim answers", floods("", "HTTP/1.1 100 Continue\r\n\r\n"), HTTP{}, false, in + `got "HTTP/1.1 100 Continue": no end in 64 KiB` + want},
		{"endless nonsense", floods("", "x"), HTTP{}, false, in + `got "x+"(\.\.\.)?, expected HTTP/1 and status 200-399`},
		{"HTTP/0.9", replies(shut, "<html>hello</html>"), HTTP{}, false, in + `got "<html>hello</html>", expected HTTP/1 and status 200-399`},
		{"HTTP/2", pieces(hang, "\x00\x00\x12\x04\x00\x00\x00\x00\x00"), HTTP{}, false, in + `got "\\x00\\x00\\x12\\x04.*", expected HTTP/1 and status 200-399`},
		{"TLS", replies(shut, "\x15\x03\x01\x00\x02\x02\x46"), HTTP{}, false, in + `got an alert of TLS, expected HTTP/1 and status 200-399`},
		{"SSH, decided at once", pieces(hang, "SSH-2.0-OpenSSH_10.0\r\n"), HTTP{}, false, in + `got "SSH-2.0-OpenSSH_10.0\\r\\n", expected HTTP/1 and status 200-399`},
		{"bad length", replies(hang, ok+"Content-Length: 1e3\r\n\r\n"), HTTP{}, false, good + ` and a bad header: Content-Length "1e3"`},
		{"other text", replies(shut, ok+"\r\nhello"), HTTP{Body: contains("ready")}, false, good + ` and 5 bytes, expected "ready" in its content`},
		{"text after the end", replies(hang, ok+"Content-Length: 5\r\n\r\nhello, ready"), HTTP{Body: contains("ready")}, false, good + ` and 5 bytes, expected "ready" in its content`},
		{"text past 1 MiB", replies(hang, ok+"\r\n"+strings.Repeat("x", maxContent)+"ready"), HTTP{Body: contains("ready")},
			false, good + ` and 1048576 bytes: it is longer than 1 MiB, expected "ready" in its content`},
		{"no match", replies(shut, ok+"\r\nhello"), HTTP{Body: containsPattern(t, "^llo")}, false, good + ` and 5 bytes, expected a match of "\^llo" in its content`},
		{"no match in a flood", floods(ok+"\r\n", strings.Repeat("x\n", 5000)), HTTP{Body: containsPattern(t, "(y|z)+")}, false, good + ` and 1048576 bytes: it is longer than 1 MiB, .*`},
		{"content hangs", replies(hang, ok+"Content-Length: 5\r\n\r\nhel"), HTTP{Way: hasty, Body: contains("lo")}, false, good + ` and 3 bytes: no answer in LIMIT, expected "lo" in its content`},
		{"content is cut short", replies(shut, ok+"Content-Length: 6\r\n\r\nhello"), HTTP{Digest: digest("hello")}, false, good + ` and 5 bytes before it closed, expected content of SHA-256 2cf2.*`},
		{"content resets", replies(resetAfterRead, ok+"Content-Length: 6\r\n\r\nhello"), HTTP{Way: hasty, Digest: digest("hello")}, false, good + ` and 5 bytes: .*, expected content of SHA-256 2cf2.*`},
		{"endless content", floods(ok+"\r\n", strings.Repeat("x", 9999)), HTTP{Digest: digest("hello")}, false, good + ` and 1048576 bytes: it is longer than 1 MiB, expected content of SHA-256 2cf2.*`},
		{"other content", replies(shut, ok+"\r\nhello"), HTTP{Digest: digest("")}, false, good + ` and 5 bytes of SHA-256 2cf2\w+, expected e3b0\w+`},
		{"no content", replies(hang, "HTTP/1.1 204 No Content\r\n\r\n"), HTTP{Body: contains("x")}, false, in + `got "HTTP/1.1 204 No Content" and 0 bytes, expected "x" in its content`},
		{"nonsense chunks", replies(hang, ok+"Transfer-Encoding: chunked\r\n\r\nhello\r\n"), HTTP{Body: contains("hello")}, false, good + ` and 0 bytes: a chunk of size "hello", expected "hello" in its content`},
		{"endless chunk line", floods(ok+"Transfer-Encoding: chunked\r\n\r\n", "0"), HTTP{Body: contains("x")}, false, good + ` and 0 bytes: chunks that are nearly all framing, .*`},
		{"compressed", replies(hang, ok+"Transfer-Encoding: gzip\r\n\r\n"), HTTP{Body: contains("x")}, false, good + ` and a bad header: Transfer-Encoding "gzip", which was not asked for`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.check.Timeout == 0 {
				tt.check.Way = way
			}
			wantProbe(t, tt.check, tcpServer(t, tt.server), tt.up, tt.why)
		})
	}
	t.Run("refused", func(t *testing.T) {
		wantResult(t, HTTP{Way: way}.Probe(t.Context(), refusing(t)), false, `connect: connection refused`)
	})
	t.Run("silent", func(t *testing.T) {
		wantResult(t, HTTP{Way: Way{Timeout: long, Connect: short}}.Probe(t.Context(), silent(t)), false, `connect: no answer in 30 ms`)
	})
}

// A redirection to itself is asked for once.
func TestHTTPRedirectLoop(t *testing.T) {
	var asked atomic.Int32
	srv := tcpServer(t, func(c *net.TCPConn) {
		asked.Add(1)
		replies(hang, "HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")(c)
	})
	wantResult(t, HTTP{Way: Way{Timeout: long}, Status: statuses(t, "200")}.Probe(t.Context(), srv), false, `.*got "HTTP/1.1 301 Moved Permanently", expected status 200`)
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestHTTPRequest(t *testing.T) {
	request := func(line, host string) string {
		return line + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: pacu\r\nAccept: */*\r\nConnection: close\r\n\r\n"
	}
	https := &Secure{}
	for _, tt := range []struct {
		check HTTP
		to    string
		want  string
	}{
		{HTTP{}, "10.0.0.1:80", request("GET /", "10.0.0.1")},
		{HTTP{}, "10.0.0.1:8080", request("GET /", "10.0.0.1:8080")},
		{HTTP{}, "10.0.0.1:443", request("GET /", "10.0.0.1:443")},
		{HTTP{TLS: https}, "10.0.0.1:443", request("GET /", "10.0.0.1")},
		{HTTP{TLS: https}, "10.0.0.1:80", request("GET /", "10.0.0.1:80")},
		{HTTP{}, "[2001:db8::1]:80", request("GET /", "[2001:db8::1]")},
		{HTTP{}, "[2001:db8::1]:8080", request("GET /", "[2001:db8::1]:8080")},
		{HTTP{}, "[fe80::1%eth0]:8080", request("GET /", "[fe80::1]:8080")},
		{HTTP{Host: "www.example.com", Method: "HEAD", Path: "/a?b=c"}, "10.0.0.1:8080", request("HEAD /a?b=c", "www.example.com")},
		{HTTP{Host: "www.example.com:81"}, "10.0.0.1:80", request("GET /", "www.example.com:81")},
	} {
		ap := netip.MustParseAddrPort(tt.to)
		to := Target{Addr: ap.Addr(), Port: ap.Port()}
		if diff := cmp.Diff(tt.want, string(tt.check.appendRequest(nil, to))); diff != "" {
			t.Errorf("%s to %s: %s", tt.check, tt.to, diff)
		}
	}
}

func TestHTTPString(t *testing.T) {
	for want, check := range map[string]HTTP{
		"http GET /, status 200-399": {},
		`https HEAD /up of a.example with b.example, verified, status 200, with "ok"`: {
			TLS: &Secure{Name: "b.example", Verify: true}, Method: "HEAD", Path: "/up", Host: "a.example", Status: statuses(t, "200"), Body: contains("ok")},
		"http GET /, status 200-399, SHA-256 " + digest("").String(): {Digest: digest("")},
	} {
		if got := check.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestHTTP6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	got := make(chan string, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		got <- readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	wantResult(t, HTTP{Way: Way{Timeout: long}}.Probe(t.Context(), target(l.Addr())), true, `connected .*, got "HTTP/1.1 200 OK"`)
	if want := "\r\nHost: " + l.Addr().String() + "\r\n"; !strings.Contains(<-got, want) {
		t.Errorf("request without %q", want)
	}
}

func TestHTTPCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := tcpServer(t, replies(func(c *net.TCPConn) { cancel(); hang(c) }, "HTTP/1.1 200 OK\r\nContent-"))
	wantResult(t, HTTP{Way: Way{Timeout: long}}.Probe(ctx, srv), false, `connected in .*, given up`)
}
