package probe

import (
	"context"
	"net"
	"strings"
	"testing"
)

// mySays is a packet of the server.
func mySays(sequence byte, body string) string { return myPacket(sequence, []byte(body)) }

// mySaysHello is a greeting of that version, with those capabilities.
func mySaysHello(version string, capabilities uint32, plugin string) string {
	low, high := string([]byte{byte(capabilities), byte(capabilities >> 8)}), string([]byte{byte(capabilities >> 16), byte(capabilities >> 24)})
	return mySays(0, "\x0a"+version+"\x00"+"\x07\x00\x00\x00"+"saltsalt\x00"+low+"\x21\x02\x00"+high+"\x15"+strings.Repeat("\x00", 10)+"moresaltmore\x00"+plugin+"\x00")
}

// myOK is sent by a server that lets somebody in.
func myOK(sequence byte) string { return mySays(sequence, "\x00\x00\x00\x02\x00\x00\x00") }

func TestMySQL(t *testing.T) {
	leaks(t)
	const plain = myProtocol41 | mySecure | myPluginAuth
	greeting := mySaysHello("8.0.36", plain, "caching_sha2_password")
	secureGreeting := mySaysHello("8.0.36", plain|mySSL, "caching_sha2_password")
	// HandshakeResponse41: capabilities, longest packet, utf8, 23 bytes of
	// nothing; then the user, no password, and the plugin.
	head := "\x00\x00\x01\x00\x21" + strings.Repeat("\x00", 23)
	login := func(sequence byte, capabilities string) act {
		return hears(mySays(sequence, capabilities+head+"joe\x00\x00caching_sha2_password\x00"))
	}
	c := MySQL{Way: Way{Timeout: long}}
	user := MySQL{Way: Way{Timeout: long}, User: "joe"}
	hasty := MySQL{Way: Way{Timeout: soon}, User: "joe"}
	secure, secureUser := c, user
	secure.TLS, secureUser.TLS = overTLS, overTLS
	in := login(1, "\x01\x82\x08\x00")
	quit := hears("\x01\x00\x00\x00\x01")
	const wanted, refused = `, expected a greeting`, ` to login, expected OK`
	misbehaves(t, func(w Way) Check { return MySQL{Way: w} })
	runScripts(t, []scriptTest{
		{"greets", c, []act{says(greeting), hangs}, true, `got MySQL "8.0.36"`},
		{"byte by byte", c, []act{drips(greeting), hangs}, true, `got MySQL "8.0.36"`},
		{"MariaDB", c, []act{says(mySaysHello("5.5.5-10.11.19-MariaDB", plain, "mysql_native_password")), hangs}, true, `got MySQL "10.11.19-MariaDB"`},
		{"greets as of old", c, []act{says(mySays(0, "\x0a3.23.58\x00\x01\x00\x00\x00saltsalt\x00\x2c\x00")), hangs}, true, `got MySQL "3.23.58"`},
		{"greets in short", c, []act{says(mySays(0, "\x0a5\x00")), hangs}, true, `got MySQL "5"`},
		{"logs in", user, []act{says(greeting), in, says(myOK(2)), quit}, true, `got MySQL "8.0.36", logged in as joe`},
		{"another plugin", user, []act{says(greeting), in, says(mySays(2, "\xfemysql_native_password\x00saltsaltsaltsaltsalt\x00")), hears("\x00\x00\x00\x03"), says(myOK(4)), quit},
			true, `got MySQL "8.0.36", logged in as joe`},
		{"known already", user, []act{says(greeting), in, says(mySays(2, "\x01\x03") + myOK(3)), quit}, true, `got MySQL "8.0.36", logged in as joe`},
		{"no plugins", user, []act{says(mySaysHello("5.1", myProtocol41|mySecure, "")), hears(mySays(1, "\x01\x82\x00\x00"+head+"joe\x00\x00")), says(myOK(2)), quit},
			true, `got MySQL "5.1", logged in as joe`},
		{"over TLS", secureUser, []act{says(secureGreeting), hears(mySays(1, "\x01\x8a\x08\x00"+head)), startsTLS(login(2, "\x01\x8a\x08\x00"), says(myOK(3)), quit)},
			true, `got MySQL "8.0.36", TLS 1.3 in [\d.]+ m?s, logged in as joe`},
		{"greets over TLS", secure, []act{says(secureGreeting), hears(mySays(1, "\x01\x8a\x08\x00"+head)), startsTLS(hangs)}, true, `got MySQL "8.0.36", TLS 1.3 in [\d.]+ m?s`},

		{"full", c, []act{says(mySays(0, "\xff\x10\x04#08004Too many connections"))}, false, `got error 1040 "Too many connections"` + wanted},
		{"blocked", c, []act{says(mySays(0, "\xff\x69\x04Host 'lvs1' is blocked"))}, false, `got error 1129 "Host 'lvs1' is blocked"` + wanted},
		{"an error in short", c, []act{says(mySays(0, "\xff\x10")), hangs}, false, `got an error` + wanted},
		{"protocol 9", c, []act{says(mySays(0, "\x093.20\x00\x01")), hangs}, false, `got "\\t3.20.*", expected a greeting of MySQL`},
		{"no version", c, []act{says(mySays(0, "\x0a\x00\x01\x00\x00")), hangs}, false, `got "\\n.*", expected a greeting of MySQL`},
		{"version without end", c, []act{says(mySays(0, "\x0a8.0.36")), hangs}, false, `got "\\n8.0.36", expected a greeting of MySQL`},
		{"nothing in it", c, []act{says("\x00\x00\x00\x00\x00"), hangs}, false, `got "\\x00.*", expected a greeting of MySQL`},
		{"half a greeting", c, []act{says(greeting[:20])}, false, `got "\\n8.0.36.*" before it closed, expected a greeting of MySQL`},
		{"half a greeting, then nothing", hasty, []act{says(greeting[:20]), hangs}, false, `got "\\n8.0.36.*", then no answer in LIMIT, expected a greeting of MySQL`},
		{"huge length", c, []act{says("\xff\xff\xff\x00\x0a8.0.36\x00"), hangs}, false, `got "\\xff\\xff\\xff.*", expected a greeting of MySQL`},
		{"access denied", user, []act{says(greeting), in, says(mySays(2, "\xff\x15\x04#28000Access denied for user 'joe'@'lvs1'")), hangs}, false,
			`got MySQL "8.0.36", got error 1045 "Access denied for user 'joe'@'lvs1'"` + refused},
		{"wants a password", user, []act{says(greeting), in, says(mySays(2, "\x01\x04")), hangs}, false, `got MySQL "8.0.36", got a demand for a password` + refused},
		{"plugin after plugin", user, []act{says(greeting), in, floodsWith(mySays(2, "\xfex\x00"))}, false, `got MySQL "8.0.36", got .*` + ` to login.*, expected OK`},
		{"hangs at login", hasty, []act{says(greeting), in, hangs}, false, `got MySQL "8.0.36", got nothing to login: no answer in LIMIT, expected OK`},
		{"closes at login", user, []act{says(greeting), in}, false, `got MySQL "8.0.36", got nothing to login before it closed, expected OK`},
		{"too old to log in to", user, []act{says(mySays(0, "\x0a3.23.58\x00\x01\x00\x00\x00saltsalt\x00\x2c\x00")), hangs}, false,
			`got MySQL "3.23.58", which is too old to log in to: it has not the protocol of 4.1`},
		{"offers no TLS", secure, []act{says(greeting), hangs}, false, `got MySQL "8.0.36", which offers no TLS`},
		{"plain where TLS is expected", secure, []act{says(secureGreeting), hearsAny, says(mySays(2, "\xff\x10\x04x")), hangs}, false, `got MySQL "8.0.36", TLS: got .*, expected a handshake`},
		{"a user with more in it", MySQL{Way: Way{Timeout: long}, User: "a\x00b"}, []act{says(greeting), hangs}, false, `got MySQL "8.0.36", user "a\\x00b" cannot be sent`},
	})
}

func TestMySQLWarning(t *testing.T) {
	c := MySQL{Way: Way{Timeout: long}, TLS: overTLS}
	r := c.Probe(t.Context(), scriptOf(t, says(mySaysHello("8", mySSL, "")), hears(mySays(1, "\x01\x8a\x00\x00\x00\x00\x01\x00\x21"+strings.Repeat("\x00", 23))), startsTLS(hangs)))
	if !r.Up || !strings.HasPrefix(r.Warning, overTLSWarning) {
		t.Errorf("%+v", r)
	}
}

func TestMySQLSteps(t *testing.T) {
	wantSteps(t, MySQL{Way: Way{Timeout: long}, User: "joe"}, []act{says(mySaysHello("8", myProtocol41, "")), hearsAny, says(myOK(2)), hangs},
		`connected in .*`, `got greeting of MySQL "8"`, `sent login of joe`, `got to login ".*"`, `sent quit`)
}

func FuzzMySQL(f *testing.F) {
	c := MySQL{User: "joe"}
	hello := mySaysHello("8.0.36", myProtocol41|mySecure|myPluginAuth, "caching_sha2_password")
	fuzzTalk(f, func(conn net.Conn) (bool, string) {
		up, why, _ := c.talk(context.Background(), conn, Target{})
		return up, why
	}, func(data []byte) bool { return len(data) > 4 && data[4] == 10 },
		hello+myOK(2), hello+mySays(2, "\xfex\x00")+mySays(4, "\x01\x03")+myOK(5), mySays(0, "\xff\x10\x04#08004Too many connections"), hello+mySays(2, "\xff\x15\x04no"))
}

func FuzzMySQLGreeting(f *testing.F) {
	f.Add([]byte(mySaysHello("8.0.36", myPluginAuth, "caching_sha2_password")[4:]))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) == 0 {
			return
		}
		if g, ok := parseMyGreeting(body); ok && (g.version == "" || body[0] != 10) {
			t.Errorf("%q: %+v", body, g)
		}
	})
}
