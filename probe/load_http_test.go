package probe

import (
	"net"
	"strings"
	"testing"
	"time"
)

func TestLoadHTTP(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	const in = `error: connected in [\d.]+ m?s, `
	way, hasty := Way{Timeout: long}, Way{Timeout: 500 * time.Millisecond}
	for _, tt := range []struct {
		name   string
		server func(*net.TCPConn)
		way    Way
		want   string
	}{
		{"number", replies(shut, ok+"\r\n0.42"), way, `load average 0.42`},
		{"loadavg", replies(hang, ok+"Content-Length: 27\r\n\r\n0.42 0.30 0.20 1/234 12345\n"), way, `load average 0.42`},
		{"chunks", replies(hang, ok+"Transfer-Encoding: chunked\r\n\r\n3\r\n1.2\r\n1\r\n5\r\n0\r\n\r\n"), way, `load average 1.25`},
		{"several packets", replies(shut, ok+"\r\n", "1", ".", "5\n"), way, `load average 1.5`},
		{"long page", replies(shut, ok+"\r\n2.5 "+strings.Repeat("x ", 1<<20)), way, `load average 2.5`},
		{"endless page", floods(ok+"\r\n2.5 ", "xxxx "), way, `load average 2.5`},

		{"hangs", hang, hasty, in + `got "": no answer in LIMIT, expected HTTP/1`},
		{"hangs in the header", replies(hang, ok+"Content-"), hasty, in + `got a bad header: no answer in LIMIT`},
		{"hangs in its content", replies(hang, ok+"Content-Length: 9\r\n\r\n0.4"), hasty, in + `got 3 bytes of content: no answer in LIMIT`},
		{"closes in its content", replies(shut, ok+"Content-Length: 9\r\n\r\n0.4"), way, in + `got 3 bytes of content before it closed`},
		{"closes", replies(shut), way, in + `got "" before it closed, expected HTTP/1`},
		{"resets", resetAfterRead, way, in + `(got "": |send: )connection reset by peer(, expected HTTP/1)?`},
		{"status", replies(hang, "HTTP/1.1 404 Not Found\r\n"), way, in + `got "HTTP/1.1 404 Not Found", expected status 200`},
		{"another protocol", replies(hang, "0.42\n"), way, in + `got "0.42\\n", expected HTTP/1: not HTTP/1|` + in + `got "0.42\\n": not HTTP/1, expected HTTP/1`},
		{"compressed", replies(hang, ok+"Transfer-Encoding: gzip\r\n\r\n"), way, in + `got a bad header: Transfer-Encoding "gzip", which was not asked for`},
		{"endless header", floods(ok, "x: y\r\n"), way, in + `got a bad header: no end in 64 KiB`},
		{"endless status", floods("HTTP/1.1 200 ", "OK "), way, in + `got "HTTP/1.1 200 OK .*: no end in 64 KiB, expected HTTP/1`},
		{"no number", replies(shut, ok+"\r\n<html>load1</html>"), way, in + `no number in "<html>load1</html>"`},
		{"empty", replies(shut, ok+"\r\n"), way, in + `no number in ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantAsk(t, LoadHTTP{Way: tt.way, Path: "/load"}, tcpServer(t, tt.server), tt.want)
		})
	}
	got, err := LoadHTTP{Way: way}.Ask(t.Context(), refusing(t))
	wantAdvice(t, got, err, `error: connect: connection refused`)
}

func TestLoadHTTPRequest(t *testing.T) {
	asked := make(chan string, 1)
	srv := tcpServer(t, func(c *net.TCPConn) { asked <- readRequest(c) })
	_, err := LoadHTTP{Way: Way{Timeout: long}, Path: "/load?of=1"}.Ask(t.Context(), srv)
	if got := <-asked; err == nil || !strings.HasPrefix(got, "GET /load?of=1 HTTP/1.1\r\nHost: "+srv.String()+"\r\n") {
		t.Errorf("%v, %q", err, got)
	}
}

func TestFirstNumber(t *testing.T) {
	for page, want := range map[string]float64{
		"0.42": 0.42, "load: 3\n": 3, `{"load1": 0.5, "load5": 0.7}`: 0.5, "<b>12</b>": 12, "+1.5": 1.5,
		"It is 2.": 2, "load=0.25;": 0.25, "v1.2 0.5": 0.5, "- 7": 7, "0,42": 0,

		"": -1, "none": -1, "75%": -1, "-1": -1, "-0.5 1": -1, "2026-11-21 0.5": -1, "1e999": -1, "12abc 1": -1,
		"1.2.3": -1, "1000001": -1, "NaN Inf": -1, "0x10": -1, "...": -1, "--1": -1,
		strings.Repeat("9", 5000): -1, strings.Repeat(" ", maxLoadPage-1) + "1": -1,
	} {
		got, err := firstNumber([]byte(page)[:min(len(page), maxLoadPage)])
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%.60q: %v, %v; want %v", page, got, err, want)
		}
	}
}

// FuzzFirstNumber holds that what is found is a load average.
func FuzzFirstNumber(f *testing.F) {
	f.Add([]byte("0.42 0.30 0.20 1/234 12345\n"))
	f.Add([]byte(`{"load1": 0.5}`))
	f.Fuzz(func(t *testing.T, page []byte) {
		got, err := firstNumber(page[:min(len(page), maxLoadPage)])
		if err == nil && !(got >= 0 && got <= maxLoad) || err != nil && got != 0 {
			t.Errorf("%v, %v of %q", got, err, page)
		}
	})
}
