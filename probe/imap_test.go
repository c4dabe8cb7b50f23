package probe

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

func TestIMAP(t *testing.T) {
	leaks(t)
	anonymous := IMAP{Way: Way{Timeout: long}}
	user := IMAP{Way: Way{Timeout: long}, User: `jo"e`, Password: `a\b c`}
	login := hears(`a LOGIN "jo\"e" "a\\b c"` + "\r\n")
	logout := hears("z LOGOUT\r\n")
	hasty := user
	hasty.Timeout = soon
	secure := user
	secure.TLS = overTLS
	misbehaves(t, func(w Way) Check { return IMAP{Way: w} })
	runScripts(t, []scriptTest{
		{"greets", anonymous, []act{says("* OK [CAPABILITY IMAP4rev1] ready\r\n"), logout, says("* BYE\r\nz OK\r\n")}, true, `got "\* OK \[CAPABILITY IMAP4rev1\] ready"`},
		{"byte by byte", anonymous, []act{drips("* OK\r\n"), logout}, true, `got "\* OK"`},
		{"knows us", user, []act{says("* PREAUTH hello\r\n"), logout}, true, `got "\* PREAUTH hello"`},
		{"logs in", user, []act{says("* OK hi\r\n"), login, says("* CAPABILITY IMAP4rev2\r\na OK done\r\n"), logout}, true, `got "\* OK hi", logged in`},
		{"over TLS", secure, []act{startsTLS(says("* ok hi\r\n"), login, says("a ok\r\n"), logout)}, true, `TLS 1.3 in [\d.]+ m?s, got "\* ok hi", logged in`},

		{"says goodbye", anonymous, []act{says("* BYE overloaded\r\n")}, false, `got "\* BYE overloaded", expected "\* OK"`},
		{"not quite OK", anonymous, []act{says("* OKAY\r\n"), hangs}, false, `got "\* OKAY", expected "\* OK"`},
		{"another protocol", anonymous, []act{says("+OK pop\r\n"), hangs}, false, `got "\+OK pop", expected "\* OK"`},
		{"endless greeting", anonymous, []act{floodsWith("* OK ")}, false, `got "\* OK .* and more than 64 KiB, expected "\* OK"`},
		{"login refused", user, []act{says("* OK hi\r\n"), login, says("a NO [AUTHENTICATIONFAILED] no\r\n"), hangs}, false, `got "a NO \[AUTHENTICATIONFAILED\] no" to LOGIN, expected "a OK"`},
		{"goodbye at login", user, []act{says("* OK hi\r\n"), login, says("* BYE no\r\n"), hangs}, false, `got "\* BYE no" to LOGIN, expected "a OK"`},
		{"answer to another", user, []act{says("* OK hi\r\n"), login, says("b OK\r\n"), hangs}, false, `got "b OK" to LOGIN, expected "a OK"`},
		{"tells and tells", user, []act{says("* OK hi\r\n"), login, floodsWith("* 1 EXISTS\r\n")}, false, `got .*to LOGIN and more than 64 KiB, expected "a OK"`},
		{"hangs at login", hasty, []act{says("* OK hi\r\n"), login, hangs}, false, `got nothing to LOGIN: no answer in LIMIT, expected "a OK"`},
		{"closes at login", user, []act{says("* OK hi\r\n"), login}, false, `got nothing to LOGIN before it closed, expected "a OK"`},
		{"a user with more in it", IMAP{Way: Way{Timeout: long}, User: "x\r\n"}, []act{says("* OK\r\n"), hangs}, false, `got "\* OK", but user or password cannot be sent: it has the end of a line in it`},
	})
}

// The steps tell no password.
func TestIMAPSteps(t *testing.T) {
	wantSteps(t, IMAP{Way: Way{Timeout: long}, User: "joe", Password: "secret"}, []act{says("* OK\r\n"), hearsAny, says("a OK\r\n"), hangs},
		`connected in .*`, `got "\* OK"`, `sent LOGIN "joe"`, `got "a OK"`, `sent LOGOUT`)
}

func FuzzIMAP(f *testing.F) {
	c := IMAP{User: "joe", Password: "x"}
	fuzzTalk(f, func(conn net.Conn) (bool, string) { return c.talk(newDialog(context.Background(), conn, time.Second)) },
		func(data []byte) bool {
			s := strings.ToUpper(string(data))
			return strings.HasPrefix(s, "* PREAUTH") || strings.HasPrefix(s, "* OK") && strings.Contains(s, "\nA OK")
		},
		"* OK\r\n* CAPABILITY x\r\na OK\r\n", "* PREAUTH\r\n", "* BYE\r\n")
}
