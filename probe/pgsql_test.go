package probe

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"
)

const pgTrusts = "R\x00\x00\x00\x08\x00\x00\x00\x00"

// pgSays is a message of the server.
func pgSays(kind byte, body string) string {
	return string(binary.BigEndian.AppendUint32([]byte{kind}, uint32(4+len(body)))) + body
}

func pgSaysError(state, text string) string {
	return pgSays('E', "SFATAL\x00VFATAL\x00C"+state+"\x00M"+text+"\x00Fpostmaster.c\x00\x00")
}

func TestPGSQL(t *testing.T) {
	leaks(t)
	c := PGSQL{Way: Way{Timeout: long}}
	hasty := PGSQL{Way: Way{Timeout: soon}}
	secure := c
	secure.TLS = overTLS
	startup := hears("\x00\x00\x00\x13\x00\x03\x00\x00user\x00pacu\x00\x00")
	ssl := hears("\x00\x00\x00\x08\x04\xd2\x16\x2f")
	const md5 = "R\x00\x00\x00\x0c\x00\x00\x00\x05salt"
	const wanted = `, expected an authentication request`
	misbehaves(t, func(w Way) Check { return PGSQL{Way: w} })
	runScripts(t, []scriptTest{
		{"wants a password", c, []act{startup, says(md5), hangs}, true, `got an authentication request`},
		{"byte by byte", c, []act{startup, drips(md5), hangs}, true, `got an authentication request`},
		{"trusts", c, []act{startup, says(pgTrusts + pgSays('S', "TimeZone\x00UTC\x00")), hears("X\x00\x00\x00\x04")}, true, `got a session`},
		{"trusts, but not this role", c, []act{startup, says(pgTrusts + pgSaysError("28000", "no role"))}, true, `got error 28000 "no role"`},
		{"trusts, but is full", c, []act{startup, says(pgTrusts + pgSaysError("53300", "no room"))}, false, `got error 53300 "no room"` + wanted},
		{"trusts, then hangs", hasty, []act{startup, says(pgTrusts), hangs}, false, `got nothing to startup: no answer in LIMIT` + wanted},
		{"user", PGSQL{Way: Way{Timeout: long}, User: "joe"}, []act{hears("\x00\x00\x00\x12\x00\x03\x00\x00user\x00joe\x00\x00"), says(md5), hangs}, true, `got an authentication request`},
		{"a notice first", c, []act{startup, says(pgSays('N', "SNOTICE\x00\x00") + pgSays('v', "\x00\x03\x00\x00\x00\x00\x00\x00") + md5), hangs}, true, `got an authentication request`},
		{"no such role", c, []act{startup, says(pgSaysError("28000", `role "pacu" does not exist`))}, true, `got error 28000 "role \\"pacu\\" does not exist"`},
		{"no such database", c, []act{startup, says(pgSaysError("3D000", "no database"))}, true, `got error 3D000 "no database"`},
		{"over TLS", secure, []act{ssl, says("S"), startsTLS(startup, says(md5), hangs)}, true, `TLS 1.3 in [\d.]+ m?s, got an authentication request`},

		{"starting up", c, []act{startup, says(pgSaysError("57P03", "the database system is starting up"))}, false, `got error 57P03 "the database system is starting up"` + wanted},
		{"full", c, []act{startup, says(pgSaysError("53300", "sorry, too many clients already"))}, false, `got error 53300 "sorry, too many clients already"` + wanted},
		{"an error without a state", c, []act{startup, says(pgSays('E', "Mno\x00\x00")), hangs}, false, `got error  "no"` + wanted},
		{"an error of old", c, []act{startup, says("Ecould not fork new process\n\x00"), halfCloses, hangs}, false, `got "Ecould not fork new process\\n\\x00" to startup` + wanted},
		{"another message", c, []act{startup, says("Z\x00\x00\x00\x05I"), hangs}, false, `got "Z.*" to startup` + wanted},
		{"a request too short", c, []act{startup, says("R\x00\x00\x00\x04"), hangs}, false, `got "R\\x00\\x00\\x00\\x04" to startup` + wanted},
		{"no length", c, []act{startup, says("R\x00\x00\x00\x03"), hangs}, false, `got "R.*" to startup` + wanted},
		{"huge length", c, []act{startup, says("E\x7f\xff\xff\xffSFATAL"), hangs}, false, `got "E.*" to startup` + wanted},
		{"half a message", c, []act{startup, says(md5[:7])}, false, `got "\\x00\\x00" to startup before it closed` + wanted},
		{"endless notices", c, []act{startup, floodsWith(pgSays('N', "SNOTICE\x00\x00"))}, false, `got .* to startup and more than 64 KiB` + wanted},
		{"hangs", hasty, []act{startup, hangs}, false, `got nothing to startup: no answer in LIMIT` + wanted},
		{"offers no TLS", secure, []act{ssl, says("N"), hangs}, false, `got "N" to SSLRequest, expected "S"`},
		{"more than was asked", secure, []act{ssl, says("SE"), hangs}, false, `got "SE" to SSLRequest, expected "S"`},
		{"hangs at TLS", PGSQL{Way: Way{Timeout: soon}, TLS: overTLS}, []act{ssl, says("S"), hangs}, false, `TLS: no answer in LIMIT`},
		{"closes at TLS", secure, []act{ssl}, false, `got nothing to SSLRequest before it closed, expected "S"`},
		{"a user with more in it", PGSQL{Way: Way{Timeout: long}, User: "a\x00"}, []act{hangs}, false, `user "a\\x00" cannot be sent`},
	})
}

func TestPGSQLWarning(t *testing.T) {
	c := PGSQL{Way: Way{Timeout: long}, TLS: overTLS}
	r := c.Probe(t.Context(), scriptOf(t, hears("\x00\x00\x00\x08\x04\xd2\x16\x2f"), says("S"), startsTLS(hearsAny, says("R\x00\x00\x00\x08\x00\x00\x00\x05"), hangs)))
	if !r.Up || !strings.HasPrefix(r.Warning, overTLSWarning) {
		t.Errorf("%+v", r)
	}
}

func TestPGSQLSteps(t *testing.T) {
	wantSteps(t, PGSQL{Way: Way{Timeout: long}}, []act{hearsAny, says(pgTrusts + pgSays('K', "12345678")), hangs},
		`connected in .*`, `sent startup message of user pacu`, `got message R "\\x00\\x00\\x00\\x00"`, `got message K "12345678"`, `sent terminate`)
}

func FuzzPGSQL(f *testing.F) {
	fuzzTalk(f, func(conn net.Conn) (bool, string) {
		return PGSQL{}.talk(newDialog(context.Background(), conn, time.Second))
	},
		func(data []byte) bool { return strings.ContainsAny(string(data[:1]), "RENv") },
		pgTrusts+pgSays('Z', "I"), pgSaysError("57P03", "x"), pgSaysError("28000", "x"), pgSays('N', "x")+pgSays('v', ""))
}
