package probe

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// ldapAnswer is a message with a result.
func ldapAnswer(id, tag, code byte, text string) string {
	return string(berElement(ldapSequence, berElement(ldapInteger, []byte{id}), berElement(tag,
		berElement(ldapEnumerated, []byte{code}), berElement(ldapOctets), berElement(ldapOctets, []byte(text)))))
}

func TestLDAP(t *testing.T) {
	leaks(t)
	anonymous := LDAP{Way: Way{Timeout: long}}
	hasty := LDAP{Way: Way{Timeout: soon}}
	user := LDAP{Way: Way{Timeout: long}, User: "cn=joe", Password: "x"}
	secure := anonymous
	secure.TLS = overTLS
	// RFC 4511, 4.2 and 4.3, byte by byte.
	bind := hears("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00")
	unbind := hears("\x30\x05\x02\x01\x02\x42\x00")
	const bound = "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
	misbehaves(t, func(w Way) Check { return LDAP{Way: w} })
	runScripts(t, []scriptTest{
		{"anonymous", anonymous, []act{bind, says(bound), unbind}, true, `bound`},
		{"byte by byte", anonymous, []act{bind, drips(bound), unbind}, true, `bound`},
		{"long lengths", anonymous, []act{bind, says("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x61\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"), unbind}, true, `bound`},
		{"user", user, []act{hears("\x30\x13\x02\x01\x01\x60\x0e\x02\x01\x03\x04\x06cn=joe\x80\x01x"), says(bound), unbind}, true, `bound as cn=joe`},
		{"other messages first", anonymous, []act{bind, says(ldapAnswer(9, ldapBound, 1, "") + ldapAnswer(1, 0x65, 1, "") + bound), unbind}, true, `bound`},
		{"over TLS", secure, []act{startsTLS(bind, says(bound), unbind)}, true, `TLS 1.3 in [\d.]+ m?s, bound`},

		{"wrong password", user, []act{hearsAny, says(ldapAnswer(1, ldapBound, 49, "80090308: no")), hangs}, false,
			`got result 49 \(invalid credentials\) "80090308: no" to bind, expected result 0 \(success\)`},
		{"unknown result", anonymous, []act{bind, says(ldapAnswer(1, ldapBound, 99, "")), hangs}, false, `got result 99 to bind, expected result 0 \(success\)`},
		{"closing", anonymous, []act{bind, says(ldapAnswer(0, ldapExtended, 52, "bye"))}, false, `got result 52 \(unavailable\) "bye" to bind, expected .*`},
		{"half an answer", anonymous, []act{bind, says(bound[:9])}, false, `got "\\x02\\x01\\x01a\\a\\n\\x01" to bind before it closed, expected .*`},
		{"half an answer, then nothing", hasty, []act{bind, says(bound[:9]), hangs}, false, `got "\\x02\\x01.*" to bind, then no answer in LIMIT, expected .*`},
		{"no result in it", anonymous, []act{bind, says("\x30\x05\x02\x01\x01\x61\x00"), hangs}, false, `got "\\x02\\x01\\x01a\\x00" to bind, expected .*`},
		{"indefinite length", anonymous, []act{bind, says("\x30\x80\x02\x01\x01\x00\x00"), hangs}, false, `got "0\\x80\\x02.*" to bind, expected .*`},
		{"huge length", anonymous, []act{bind, says("\x30\x84\x7f\xff\xff\xff\x02\x01\x01"), hangs}, false, `got "0\\x84\\x7f\\xff.*" to bind, expected .*`},
		{"endless others", anonymous, []act{bind, floodsWith(ldapAnswer(9, ldapBound, 0, ""))}, false, `got .* to bind and more than 64 KiB, expected .*`},
		{"plain where TLS is expected", secure, []act{says(bound), hangs}, false, `TLS: got .*, expected a handshake`},
	})
}

func TestLDAPSteps(t *testing.T) {
	wantSteps(t, LDAP{Way: Way{Timeout: long}, User: "cn=joe", Password: "secret"}, []act{hearsAny, says(ldapAnswer(1, ldapBound, 0, "")), hangs},
		`connected in .*`, `sent bind request as cn=joe`, `got message 1 with tag 0x61, result 0`, `sent unbind request`)
}

func FuzzLDAP(f *testing.F) {
	fuzzTalk(f, func(conn net.Conn) (bool, string) {
		return LDAP{}.talk(newDialog(context.Background(), conn, time.Second))
	},
		func(data []byte) bool {
			return strings.HasPrefix(string(data), "0") && strings.Contains(string(data), "\x61")
		},
		ldapAnswer(1, ldapBound, 0, ""), ldapAnswer(0, ldapExtended, 52, "bye"), ldapAnswer(9, ldapBound, 0, "")+ldapAnswer(1, ldapBound, 49, strings.Repeat("x", 300)))
}

func TestBERInt(t *testing.T) {
	for text, want := range map[string]int{"": -1, "\x00": 0, "\x7f": 127, "\x00\xff": 255, "\x80": -1, "\x7f\xff\xff\xff": 1<<31 - 1, "\x01\x00\x00\x00\x00": -1} {
		got, ok := berInt([]byte(text))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%x: %d, want %d", text, got, want)
		}
	}
}
