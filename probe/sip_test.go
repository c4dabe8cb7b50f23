package probe

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// sipServer answers with these lines, to which it adds what must come back.
func sipServer(lines ...string) func([]byte) []byte {
	return func(b []byte) []byte {
		var all []byte
		for _, line := range lines {
			all = append(all, line+"\r\n"...)
			for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
				if m := regexp.MustCompile(`(?m)^` + name + `: .*\r\n`).Find(b); m != nil {
					all = append(all, m...)
				}
			}
			all = append(all, "Content-Length: 0\r\n\r\n"...)
		}
		return all
	}
}

// sipStream serves answer over TCP.
func sipStream(answer func([]byte) []byte) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		var b []byte
		for buf := make([]byte, 4096); !bytes.Contains(b, []byte("\r\n\r\n")); {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			b = append(b, buf[:n]...)
		}
		_, _ = c.Write(answer(b))
		hang(c)
	}
}

func TestSIP(t *testing.T) {
	replace := func(answer func([]byte) []byte, from, to string) func([]byte) []byte {
		return func(b []byte) []byte { return []byte(regexp.MustCompile(from).ReplaceAllString(string(answer(b)), to)) }
	}
	const none = "no answer in LIMIT, but "
	for _, tt := range []struct {
		name     string
		server   func([]byte) []byte
		up       bool
		udp, tcp string
	}{
		{"ok", sipServer("SIP/2.0 200 OK"), true, `got "SIP/2.0 200 OK" in [\d.]+ m?s`, ""},
		{"accepted", sipServer("SIP/2.0 202 Accepted"), true, `got "SIP/2.0 202 Accepted" in .*`, ""},
		{"no phrase", sipServer("SIP/2.0 200"), true, `got "SIP/2.0 200" in .*`, ""},
		{"not found", sipServer("SIP/2.0 404 Not Found"), false, `got "SIP/2.0 404 Not Found", expected 2xx`, ""},
		{"unavailable", sipServer("SIP/2.0 503 Service Unavailable"), false, `got "SIP/2.0 503 Service Unavailable", expected 2xx`, ""},
		{"moved", sipServer("SIP/2.0 302 Moved"), false, `got "SIP/2.0 302 Moved", expected 2xx`, ""},
		{"compact and folded", replace(sipServer("SIP/2.0 200 OK"), `Call-ID`, "Subject: a\r\n b\r\ni"), true, `got .*`, ""},
		{"lines of LF", replace(sipServer("SIP/2.0 200 OK"), `\r\n`, "\n"), true, `got .*`, `got "SIP.*": no answer in LIMIT|got "SIP/2.0 200 OK.*, then no answer in LIMIT`},
		{"empty lines first", replace(sipServer("SIP/2.0 200 OK"), `^`, "\r\n\r\n"), true, `got .*`, ""},
		{"another call", replace(sipServer("SIP/2.0 200 OK"), `Call-ID: `, "$0x"), false, none + `an answer to another call`, `got an answer to another call`},
		{"another method", replace(sipServer("SIP/2.0 200 OK"), `1 OPTIONS`, "1 INVITE"), false, none + `an answer to "INVITE"`, `got an answer to "INVITE"`},
		{"no call", func([]byte) []byte { return []byte("SIP/2.0 200 OK\r\n\r\n") }, false, none + `an answer to another call`, `got an answer to another call`},
		{"only trying", sipServer("SIP/2.0 100 Trying"), false, none + `got "SIP/2.0 100 Trying"`,
			`got nothing: no answer in LIMIT, after "SIP/2.0 100 Trying"`},
		{"status of words", func([]byte) []byte { return []byte("SIP/2.0 OK\r\n\r\n") }, false, none + `"SIP/2.0 OK.*", which has no status`, `got "SIP/2.0 OK.*", which has no status`},
		{"status too large", func([]byte) []byte { return []byte("SIP/2.0 700 OK\r\n\r\n") }, false, none + `"SIP.*", which has no status`, `got "SIP.*", which has no status`},
		{"another protocol", func([]byte) []byte { return []byte("HTTP/1.1 400 Bad Request\r\n\r\n") }, false,
			none + `"HTTP/1.1 400 Bad Request.*", expected "SIP/2.0 "`, `got "HTTP/1.1 400 Bad Request.*", expected "SIP/2.0 "`},
		{"length of words", replace(sipServer("SIP/2.0 200 OK"), `Length: 0`, "Length: none"), false, none + `"Content-Length: none.*", which is no length`, `got "Content-Length: none.*", which is no length`},
		{"nothing at all", func([]byte) []byte { return nil }, false, `no answer in LIMIT`, `got nothing: no answer in LIMIT`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			limit := long
			if strings.Contains(tt.udp+tt.tcp, "LIMIT") {
				limit = 200 * time.Millisecond
			}
			if tt.tcp == "" {
				tt.tcp = tt.udp
			}
			c := SIP{Way: Way{Timeout: limit}, UDP: true}
			wantProbe(t, c, udpServer(t, tt.server), tt.up, tt.udp)
			c.UDP = false
			up := tt.up && !strings.Contains(tt.tcp, "no answer")
			wantProbe(t, c, tcpServer(t, sipStream(tt.server)), up, `connected in .*, (`+tt.tcp+`)`)
		})
	}
}

func TestSIPOverTCP(t *testing.T) {
	c := SIP{Way: Way{Timeout: long}}
	for _, tt := range []struct {
		name   string
		server func(*net.TCPConn)
		limit  time.Duration
		up     bool
		why    string
	}{
		{"provisional first", sipStream(sipServer("SIP/2.0 100 Trying", "SIP/2.0 200 OK")), long, true, `got "SIP/2.0 200 OK" in .*`},
		{"provisional, then closes", func(c *net.TCPConn) { sipStreamOnce(c, sipServer("SIP/2.0 100 Trying")) }, long, false, `got nothing before it closed, after "SIP/2.0 100 Trying"`},
		{"closes", func(c *net.TCPConn) { sipStreamOnce(c, always0) }, long, false, `got nothing before it closed`},
		{"closes amid the header", func(c *net.TCPConn) {
			sipStreamOnce(c, func([]byte) []byte { return []byte("SIP/2.0 200 OK\r\nVia") })
		}, long, false, `got "SIP/2.0 200 OK\\r\\nVia", then EOF`},
		{"byte by byte", sipStream(func([]byte) []byte { return []byte("S") }), 200 * time.Millisecond, false, `got "S", then no answer in LIMIT`},
		{"another language at once", pieces(hang, "220 mail"), long, false, `got "220 mail", expected "SIP/2.0 "`},
		{"endless header", func(c *net.TCPConn) {
			_, _ = c.Write([]byte("SIP/2.0 200 OK\r\n"))
			for {
				if _, err := c.Write([]byte(strings.Repeat("X: y\r\n", 1000))); err != nil {
					return
				}
			}
		}, long, false, `got "SIP/2.0 200 OK.*"... and no end in 65536 bytes`},
		{"content of a provisional answer", sipStream(func(b []byte) []byte {
			return []byte(strings.Replace(string(sipServer("SIP/2.0 183 Progress", "SIP/2.0 200 OK")(b)), "Length: 0\r\n\r\n", "Length: 4\r\n\r\nbody", 1))
		}), long, true, `got "SIP/2.0 200 OK" in .*`},
		{"content without end", sipStream(func(b []byte) []byte {
			return []byte(strings.Replace(string(sipServer("SIP/2.0 183 Progress")(b)), "Length: 0\r\n\r\n", "Length: 65535\r\n\r\n", 1))
		}), long, false, `got "SIP/2.0 183 Progress" with 65535 bytes of content`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := c
			c.Timeout = tt.limit
			wantProbe(t, c, tcpServer(t, tt.server), tt.up, `connected in .*, `+tt.why)
		})
	}
	wantResult(t, c.Probe(t.Context(), refusing(t)), false, `connect: connection refused`)
}

// sipStreamOnce answers one request and closes.
func sipStreamOnce(c *net.TCPConn, answer func([]byte) []byte) {
	if n, err := c.Read(make([]byte, 4096)); err == nil && n > 0 {
		_, _ = c.Write(answer(make([]byte, 0)))
	}
}

func TestSIPLost(t *testing.T) {
	c := SIP{Way: Way{Timeout: time.Second}, UDP: true}
	wantProbe(t, c, udpServer(t, halfLost(sipServer("SIP/2.0 200 OK"))), true, `got "SIP/2.0 200 OK" in .*`)
	wantResult(t, c.Probe(t.Context(), refusing(t)), false, `port unreachable`)
	c.User = "a b"
	wantResult(t, c.Probe(t.Context(), refusing(t)), false, `user "a b": not of a SIP address`)
}

func TestSIPRequest(t *testing.T) {
	to := Target{Addr: netip.MustParseAddr("2001:db8::2"), Port: 5060}
	want := strings.ReplaceAll(`OPTIONS sip:alice@[2001:db8::2]:5060 SIP/2.0
Via: SIP/2.0/UDP [2001:db8::1]:40000;branch=z9hG4bKABCDEFGHIJ;rport
Max-Forwards: 70
To: <sip:alice@[2001:db8::2]:5060>
From: <sip:pacu@[2001:db8::1]>;tag=ABCDEFGH
Call-ID: ABCDEFGHIJ
CSeq: 1 OPTIONS
Contact: <sip:pacu@[2001:db8::1]:40000;transport=udp>
Accept: application/sdp
User-Agent: Pacu
Content-Length: 0

`, "\n", "\r\n")
	if got := string(SIP{User: "alice"}.request("ABCDEFGHIJ", "UDP", "[2001:db8::1]:40000", to)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for user, uri := range map[string]string{"": "sip:[2001:db8::2]:5060", "bob@example.org": "sip:bob@example.org"} {
		if got := string(SIP{User: user}.request("ABCDEFGHIJ", "TCP", "10.0.0.1:1", to)); !strings.HasPrefix(got, "OPTIONS "+uri+" SIP/2.0\r\n") {
			t.Errorf("user %q: %s", user, got)
		}
	}
	for want, c := range map[string]SIP{"sip options": {}, "sip options over udp of bob": {UDP: true, User: "bob"}} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzSIP(f *testing.F) {
	request := SIP{}.request("ABCDEFGHIJ", "TCP", "10.0.0.1:1", here)
	f.Add(sipServer("SIP/2.0 100 Trying", "SIP/2.0 200 OK")(request))
	f.Add([]byte("SIP/2.0 180 Ringing\nl: 3\ni: ABCDEFGHIJ\n\nabcSIP/2.0 404 x\r\n\r\n"))
	f.Add([]byte("\r\n\r\nSIP/2.0 700 ?\r\n\r\n"))
	x := sipExchange{callID: "ABCDEFGHIJ", start: time.Now()}
	f.Fuzz(func(t *testing.T, b []byte) {
		v := x.judgeDatagram(b)
		if v.up && !v.decided || v.why == "" {
			t.Errorf("%+v", v)
		}
		// The same in one piece and byte by byte.
		up, why := x.read(bytes.NewReader(b), long)
		slowUp, slowWhy := x.read(iotest.OneByteReader(bytes.NewReader(b)), long)
		if up != slowUp || why == "" || slowWhy == "" {
			t.Error(fmt.Sprint(up, why), "but slowly", fmt.Sprint(slowUp, slowWhy))
		}
	})
}
