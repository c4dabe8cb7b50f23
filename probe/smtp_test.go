package probe

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

func TestSMTP(t *testing.T) {
	leaks(t)
	good := SMTP{Way: Way{Timeout: long}}
	ehlo := hears("EHLO localhost\r\n")
	helo := hears("HELO localhost\r\n")
	hasty := good
	hasty.Timeout = soon
	secure := good
	secure.TLS = overTLS
	misbehaves(t, func(w Way) Check { return SMTP{Way: w} })
	runScripts(t, []scriptTest{
		{"one line", good, []act{says("220 mx ESMTP\r\n"), ehlo, says("250 mx\r\n"), hears("QUIT\r\n"), says("221 bye\r\n")}, true, `got "220 mx ESMTP", 250 to EHLO`},
		{"several lines", good, []act{says("220-mx\r\n220-no spam\r\n220 ready\r\n"), ehlo, says("250-mx\r\n250-PIPELINING\r\n250 8BITMIME\r\n"), hears("QUIT\r\n")},
			true, `got "220 ready", 250 to EHLO`},
		{"byte by byte", good, []act{drips("220 mx\r\n"), ehlo, drips("250-mx\r\n250 x\r\n"), hears("QUIT\r\n")}, true, `got "220 mx", 250 to EHLO`},
		{"bare code, bare LF", good, []act{says("220\n"), ehlo, says("250\n"), hears("QUIT\r\n")}, true, `got "220", 250 to EHLO`},
		{"knows no EHLO", good, []act{says("220 old\r\n"), ehlo, says("502 what?\r\n"), helo, says("250 hi\r\n"), hears("QUIT\r\n")}, true, `got "220 old", 250 to HELO`},
		{"over TLS", secure, []act{startsTLS(says("220 mx\r\n"), ehlo, says("250 mx\r\n"), hears("QUIT\r\n"))}, true, `TLS 1.3 in [\d.]+ m?s, got "220 mx", 250 to EHLO`},

		{"no service", good, []act{says("554 no service\r\n"), hangs}, false, `got "554 no service", expected 220`},
		{"too busy", good, []act{says("421-too\r\n421 busy\r\n")}, false, `got "421 busy", expected 220`},
		{"plain where TLS is expected", secure, []act{says("220 mx\r\n"), hangs}, false, `TLS: got "220 m", expected a handshake`},
		{"another protocol", good, []act{says("* OK imap\r\n"), hangs}, false, `got "\* OK imap", expected 220`},
		{"codes that change", good, []act{says("220-mx\r\n250 mx\r\n"), hangs}, false, `got "250 mx", expected 220`},
		{"no code", good, []act{says("2200 mx\r\n"), hangs}, false, `got "2200 mx", expected 220`},
		{"endless greeting", good, []act{floodsWith("220-mx\r\n")}, false, `got "2.*" and more than 64 KiB, expected 220`},
		{"greeting that does not end", hasty, []act{says("220-mx\r\n"), hangs}, false, `got "220-mx", then no answer in LIMIT, expected 220`},
		{"trickling greeting", hasty, []act{tricklesWith("220-mx\r\n")}, false, `got .*no answer in LIMIT, expected 220`},
		{"sends it away", good, []act{says("220 mx\r\n"), ehlo, says("421 too busy\r\n")}, false, `got "421 too busy" to EHLO, expected 250`},
		{"wants neither", good, []act{says("220 mx\r\n"), ehlo, says("550 no\r\n"), helo, says("550 no\r\n")}, false, `got "550 no" to HELO, expected 250`},
		{"hangs after the greeting", hasty, []act{says("220 mx\r\n"), hangs}, false, `got nothing to EHLO: no answer in LIMIT, expected 250`},
		{"closes after the greeting", good, []act{says("220 mx\r\n"), ehlo}, false, `got nothing to EHLO before it closed, expected 250`},
		{"resets after the greeting", good, []act{says("220 mx\r\n"), ehlo, resets}, false, `got nothing to EHLO: connection reset by peer, expected 250`},
	})
}

// The certificate that expires is told of, and the server is up all the same.
func TestSMTPWarning(t *testing.T) {
	c := SMTP{Way: Way{Timeout: long}, TLS: overTLS}
	r := c.Probe(t.Context(), scriptOf(t, startsTLS(says("220 mx\r\n"), hearsAny, says("250 mx\r\n"), hangs)))
	if !r.Up || !strings.HasPrefix(r.Warning, overTLSWarning) {
		t.Errorf("%+v", r)
	}
}

// The steps are told in their order, to who looks on.
func TestSMTPSteps(t *testing.T) {
	wantSteps(t, SMTP{Way: Way{Timeout: long}}, []act{says("220-mx\r\n220 hi\r\n"), hearsAny, says("250 mx\r\n"), hangs},
		`connected in .*`, `got "220-mx"`, `got "220 hi"`, `sent EHLO localhost`, `got "250 mx"`, `sent QUIT`)
}

func FuzzSMTP(f *testing.F) {
	fuzzTalk(f, func(conn net.Conn) (bool, string) {
		return SMTP{}.talk(newDialog(context.Background(), conn, time.Second))
	},
		func(data []byte) bool {
			return strings.HasPrefix(string(data), "220") && strings.Contains(string(data), "250")
		},
		"220 mx\r\n250 mx\r\n", "220-a\n220 b\n502 x\n250-a\n250 b\n", "421 busy\r\n")
}

func BenchmarkSMTP(b *testing.B) {
	benchScript(b, SMTP{Way: Way{Timeout: long}}, says("220 mx ESMTP\r\n"), hears("EHLO localhost\r\n"), says("250 mx\r\n"), hears("QUIT\r\n"))
}
