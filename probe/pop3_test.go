package probe

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

func TestPOP3(t *testing.T) {
	leaks(t)
	anonymous := POP3{Way: Way{Timeout: long}}
	user := POP3{Way: Way{Timeout: long}, User: "joe", Password: "a b"}
	name, pass, quit := hears("USER joe\r\n"), hears("PASS a b\r\n"), hears("QUIT\r\n")
	hasty := user
	hasty.Timeout = soon
	secure := user
	secure.TLS = overTLS
	misbehaves(t, func(w Way) Check { return POP3{Way: w} })
	runScripts(t, []scriptTest{
		{"greets", anonymous, []act{says("+OK ready <1@mx>\r\n"), quit, says("+OK\r\n")}, true, `got "\+OK ready <1@mx>"`},
		{"byte by byte", anonymous, []act{drips("+OK\r\n"), quit}, true, `got "\+OK"`},
		{"logs in", user, []act{says("+OK\r\n"), name, says("+OK\r\n"), pass, says("+OK 2 messages\r\n"), quit}, true, `got "\+OK", logged in`},
		{"over TLS", secure, []act{startsTLS(says("+OK\r\n"), name, says("+OK\r\n"), pass, says("+OK\r\n"), quit)}, true, `TLS 1.3 in [\d.]+ m?s, got "\+OK", logged in`},

		{"refuses", anonymous, []act{says("-ERR busy\r\n")}, false, `got "-ERR busy", expected "\+OK"`},
		{"not quite OK", anonymous, []act{says("+OKAY\r\n"), hangs}, false, `got "\+OKAY", expected "\+OK"`},
		{"endless greeting", anonymous, []act{floodsWith("+OK ")}, false, `got "\+OK .* and more than 64 KiB, expected "\+OK"`},
		{"user refused", user, []act{says("+OK\r\n"), name, says("-ERR who?\r\n"), hangs}, false, `got "-ERR who\?" to USER, expected "\+OK"`},
		{"password refused", user, []act{says("+OK\r\n"), name, says("+OK\r\n"), pass, says("-ERR no\r\n"), hangs}, false, `got "-ERR no" to PASS, expected "\+OK"`},
		{"hangs at login", hasty, []act{says("+OK\r\n"), name, says("+OK\r\n"), pass, hangs}, false, `got nothing to PASS: no answer in LIMIT, expected "\+OK"`},
		{"resets at login", user, []act{says("+OK\r\n"), name, resets}, false, `got nothing to USER: connection reset by peer, expected "\+OK"`},
		{"a password with more in it", POP3{Way: Way{Timeout: long}, User: "x", Password: "\n"}, []act{says("+OK\r\n"), hangs}, false, `got "\+OK", but user or password cannot be sent: .*`},
	})
}

// The steps tell no password.
func TestPOP3Steps(t *testing.T) {
	wantSteps(t, POP3{Way: Way{Timeout: long}, User: "joe", Password: "secret"}, []act{says("+OK\r\n"), hearsAny, says("+OK\r\n"), hearsAny, says("+OK\r\n"), hangs},
		`connected in .*`, `got "\+OK"`, `sent USER joe`, `got "\+OK"`, `sent PASS \*\*\*`, `got "\+OK"`, `sent QUIT`)
}

func FuzzPOP3(f *testing.F) {
	c := POP3{User: "joe", Password: "x"}
	fuzzTalk(f, func(conn net.Conn) (bool, string) { return c.talk(newDialog(context.Background(), conn, time.Second)) },
		func(data []byte) bool { return strings.Count(string(data), "+OK") >= 3 },
		"+OK\r\n+OK\r\n+OK\r\n", "-ERR\r\n")
}
