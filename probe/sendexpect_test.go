package probe

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

func prefix(s string) *Expect { e := Prefix(s); return &e }

func pattern(t *testing.T, s string) *Expect {
	t.Helper()
	e, err := Pattern(s)
	if err != nil {
		t.Fatal(err)
	}
	return &e
}

// pieces writes an answer in packets of their own, each once the one before
// has been taken off the wire, and then goes on with then.
func pieces(then func(*net.TCPConn), parts ...string) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		_ = c.SetNoDelay(true)
		for i, p := range parts {
			if i > 0 {
				time.Sleep(2 * time.Millisecond) // so that the parts arrive apart; nothing depends on it
			}
			_, _ = io.WriteString(c, p)
		}
		then(c)
	}
}

func halfClose(c *net.TCPConn) { _ = c.CloseWrite(); hang(c) }

func reset(c *net.TCPConn) { _ = c.SetLinger(0) }

// resetAfterRead resets once something was sent.
func resetAfterRead(c *net.TCPConn) {
	_, _ = c.Read(make([]byte, 1))
	reset(c)
}

func endless(c *net.TCPConn) {
	for {
		if _, err := io.WriteString(c, strings.Repeat("x", 4096)); err != nil {
			return
		}
	}
}

func TestSendExpectTCP(t *testing.T) {
	const in = `connected in [\d.]+ m?s, `
	tests := []struct {
		name   string
		server func(*net.TCPConn)
		check  SendExpect
		up     bool
		why    string
	}{
		{"prefix", pieces(hang, "HTTP/1.1 200 OK\r\n"), SendExpect{Expect: prefix("HTTP"), Way: Way{Timeout: long}}, true, in + `got "HTTP/1.1 200 OK\\r\\n"`},
		{"several packets", pieces(hang, "H", "TT", "P/1.1 200"), SendExpect{Expect: prefix("HTTP/1.1 200"), Way: Way{Timeout: long}}, true, in + `got "HTTP/1.1 200"`},
		{"other answer, decided at once", pieces(hang, "HTTP/1.1 503"), SendExpect{Expect: prefix("HTTP/1.1 200"), Way: Way{Timeout: long}},
			false, in + `got "HTTP/1.1 503", expected "HTTP/1.1 200"`},
		{"cut short", pieces(func(*net.TCPConn) {}, "HT"), SendExpect{Expect: prefix("HTTP"), Way: Way{Timeout: long}}, false, in + `got "HT" before it closed, expected "HTTP"`},
		{"half closed", pieces(halfClose, "HT"), SendExpect{Expect: prefix("HTTP"), Way: Way{Timeout: long}}, false, in + `got "HT" before it closed, expected "HTTP"`},
		{"late", pieces(hang, "HT"), SendExpect{Expect: prefix("HTTP"), Way: Way{Timeout: short}}, false, in + `got "HT", then no answer in LIMIT, expected "HTTP"`},
		{"hangs", hang, SendExpect{Send: "x", Expect: prefix("HTTP"), Way: Way{Timeout: short}}, false, in + `got nothing: no answer in LIMIT, expected "HTTP"`},
		{"closes", func(*net.TCPConn) {}, SendExpect{Expect: prefix("HTTP"), Way: Way{Timeout: long}}, false, in + `got nothing before it closed, expected "HTTP"`},
		{"resets", resetAfterRead, SendExpect{Send: "x", Expect: prefix("HTTP"), Way: Way{Timeout: long}}, false, in + `(got nothing|send): connection reset by peer(, expected "HTTP")?`},
		{"answers before the reset", pieces(resetAfterRead, "HTTP"), SendExpect{Expect: prefix("HTTP"), Way: Way{Timeout: long}}, true, in + `got "HTTP"`},
		{"any byte", pieces(hang, "\x00"), SendExpect{Expect: prefix("*"), Way: Way{Timeout: long}}, true, in + `got "\\x00"`},
		{"any byte, none", func(*net.TCPConn) {}, SendExpect{Expect: prefix("*"), Way: Way{Timeout: long}}, false, in + `got nothing before it closed, expected any byte`},
		{"empty expect wants a byte", pieces(hang, "mysql"), SendExpect{Expect: prefix(""), Way: Way{Timeout: long}}, true, in + `got "mysql"`},
		{"empty expect, none", hang, SendExpect{Expect: prefix(""), Way: Way{Timeout: short}}, false, in + `got nothing: no answer in LIMIT, expected any byte`},
		{"no expect reads nothing", hang, SendExpect{Send: "QUIT\r\n", Way: Way{Timeout: long}}, true, in + `sent 6 bytes`},
		{"pattern across packets", pieces(hang, "220 a\r\n250-b\r\n25", "0 ok\r\n"), SendExpect{Expect: pattern(t, "250 (ok|fine)"), Way: Way{Timeout: long}}, true, in + `got "220 a.*`},
		{"pattern at the end", pieces(func(*net.TCPConn) {}, "abc"), SendExpect{Expect: pattern(t, "c$"), Way: Way{Timeout: long}}, true, in + `got "abc"`},
		{"pattern in what came in time", pieces(hang, "ready"), SendExpect{Expect: pattern(t, "^$|ready"), Way: Way{Timeout: long}}, true, in + `got "ready"`},
		{"no match", pieces(func(*net.TCPConn) {}, "abc"), SendExpect{Expect: pattern(t, "d"), Way: Way{Timeout: long}}, false, in + `got "abc" before it closed, expected a match of "d"`},
		{"pattern in a flood", endless, SendExpect{Expect: pattern(t, "y"), Way: Way{Timeout: long}}, false, in + `got "x{60}"\.\.\., expected a match of "y"`},
		{"pattern past the bound", pieces(hang, strings.Repeat("x", maxAnswer), "y"), SendExpect{Expect: pattern(t, "y"), Way: Way{Timeout: long}},
			false, in + `got "x{60}"\.\.\., expected a match of "y"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantProbe(t, tt.check, tcpServer(t, tt.server), tt.up, tt.why)
		})
	}
	t.Run("refused", func(t *testing.T) {
		wantResult(t, SendExpect{Expect: prefix("x"), Way: Way{Timeout: long}}.Probe(t.Context(), refusing(t)), false, `connect: connection refused`)
	})
}

// The text is sent whole, however slowly the server reads.
func TestSend(t *testing.T) {
	text := strings.Repeat("0123456789", 100_000)
	srv := tcpServer(t, func(c *net.TCPConn) {
		got := make([]byte, len(text))
		if _, err := io.ReadFull(c, got); err == nil && string(got) == text {
			_, _ = io.WriteString(c, "thanks")
		}
	})
	wantResult(t, SendExpect{Send: text, Expect: prefix("thanks"), Way: Way{Timeout: long}}.Probe(t.Context(), srv), true, `connected in .*, got "thanks"`)
}

func TestSendExpectCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := tcpServer(t, func(c *net.TCPConn) { cancel(); hang(c) })
	wantResult(t, SendExpect{Expect: prefix("x"), Way: Way{Timeout: long}}.Probe(ctx, srv), false, `connect(:|ed in .*,) given up`)
}

func TestSendExpectUDP(t *testing.T) {
	srv := udpServer(t, func(b []byte) []byte {
		switch string(b) {
		case "mute":
			return nil
		case "empty":
			return []byte{}
		}
		return append([]byte("re: "), b...)
	})
	tests := []struct {
		name  string
		check SendExpect
		up    bool
		why   string
	}{
		{"prefix", SendExpect{Send: "ping", Expect: prefix("re: p"), Way: Way{Timeout: long}}, true, `got "re: ping"`},
		{"pattern", SendExpect{Send: "ping", Expect: pattern(t, "ng$"), Way: Way{Timeout: long}}, true, `got "re: ping"`},
		{"no expect is any answer", SendExpect{Send: "ping", Way: Way{Timeout: long}}, true, `got "re: ping"`},
		{"nothing sent", SendExpect{Expect: prefix("re"), Way: Way{Timeout: long}}, true, `got "re: "`},
		{"other answer", SendExpect{Send: "ping", Expect: prefix("pong"), Way: Way{Timeout: long}}, false, `got "re: ping", expected "pong"`},
		{"too short an answer is whole", SendExpect{Send: "a", Expect: prefix("re: ab"), Way: Way{Timeout: long}}, false, `got "re: a", expected "re: ab"`},
		{"mute", SendExpect{Send: "mute", Expect: prefix("x"), Way: Way{Timeout: short}}, false, `got nothing: no answer in LIMIT, expected "x"`},
		{"mute, no expect", SendExpect{Send: "mute", Way: Way{Timeout: short}}, false, `got nothing: no answer in LIMIT, expected any byte`},
		{"empty answer", SendExpect{Send: "empty", Expect: prefix("x"), Way: Way{Timeout: short}}, false, `got nothing: no answer in LIMIT, expected "x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.check.UDP = true
			wantProbe(t, tt.check, srv, tt.up, tt.why)
		})
	}
	t.Run("unreachable", func(t *testing.T) {
		c := SendExpect{Send: "x", Expect: prefix("x"), UDP: true, Way: Way{Timeout: long}}
		wantResult(t, c.Probe(t.Context(), refusing(t)), false, `got nothing: port unreachable, expected "x"`)
	})
}

func TestSendExpectString(t *testing.T) {
	for want, c := range map[string]SendExpect{
		"tcp connect":                    {},
		`send "x"`:                       {Send: "x"},
		`expect any byte`:                {Expect: prefix("")},
		`udp send "" expect "x"`:         {UDP: true, Expect: prefix("x")},
		`send "x" expect a match of "y"`: {Send: "x", Expect: pattern(t, "y")},
	} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
