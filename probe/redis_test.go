package probe

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

func TestRedis(t *testing.T) {
	leaks(t)
	anonymous := Redis{Way: Way{Timeout: long}}
	password := Redis{Way: Way{Timeout: long}, Password: "s p"}
	user := Redis{Way: Way{Timeout: long}, User: "joe", Password: "x"}
	secure := anonymous
	secure.TLS = overTLS
	const pingText = "*1\r\n$4\r\nPING\r\n"
	ping := hears(pingText)
	misbehaves(t, func(w Way) Check { return Redis{Way: w} })
	runScripts(t, []scriptTest{
		{"answers", anonymous, []act{ping, says("+PONG\r\n"), hangs}, true, `got "\+PONG" to PING`},
		{"byte by byte", anonymous, []act{ping, drips("+PONG\r\n"), hangs}, true, `got "\+PONG" to PING`},
		{"password", password, []act{hears("*2\r\n$4\r\nAUTH\r\n$3\r\ns p\r\n" + pingText), says("+OK\r\n+PONG\r\n"), hangs}, true, `got "\+PONG" to PING`},
		{"user", user, []act{hears("*3\r\n$4\r\nAUTH\r\n$3\r\njoe\r\n$1\r\nx\r\n" + pingText), says("+OK\r\n+PONG\r\n"), hangs}, true, `got "\+PONG" to PING`},
		{"wants a password", anonymous, []act{ping, says("-NOAUTH Authentication required.\r\n"), hangs}, true, `got "-NOAUTH Authentication required." to PING: it lives, but says no more to this user`},
		{"may not", user, []act{hearsAny, says("+OK\r\n-NOPERM no ping\r\n"), hangs}, true, `got "-NOPERM no ping" to PING: it lives, but says no more to this user`},
		{"over TLS", secure, []act{startsTLS(ping, says("+PONG\r\n"), hangs)}, true, `TLS 1.3 in [\d.]+ m?s, got "\+PONG" to PING`},

		{"loading", anonymous, []act{ping, says("-LOADING Redis is loading the dataset in memory\r\n"), hangs}, false, `got "-LOADING Redis is loading the dataset in memory" to PING, expected "\+PONG"`},
		{"no master", anonymous, []act{ping, says("-MASTERDOWN Link with MASTER is down\r\n"), hangs}, false, `got "-MASTERDOWN .*" to PING, expected "\+PONG"`},
		{"too many clients, says it without reading", anonymous, []act{says("-ERR max number of clients reached\r\n")}, false, `got "-ERR max number of clients reached" to PING, expected "\+PONG"`},
		{"wrong password", password, []act{hearsAny, says("-WRONGPASS invalid\r\n-NOAUTH x\r\n"), hangs}, false, `got "-WRONGPASS invalid" to AUTH, expected "\+OK"`},
		{"another protocol", anonymous, []act{ping, says("ERROR\r\n"), hangs}, false, `got "ERROR" to PING, expected "\+PONG"`},
		{"half an answer", anonymous, []act{ping, says("+PO")}, false, `got "\+PO" to PING before it closed, expected "\+PONG"`},
		{"endless answer", anonymous, []act{ping, floodsWith("+PONG")}, false, `got "\+PONG.* and more than 64 KiB, expected "\+PONG"`},
		{"TLS where plain is expected", anonymous, []act{startsTLS(hangs)}, false, `got (TLS|nothing) to PING (before it closed|, then connection reset by peer), expected "\+PONG"`},
		{"plain where TLS is expected", secure, []act{says("-ERR x\r\n"), hangs}, false, `TLS: got "-ERR ", expected a handshake`},
	})
	for want, c := range map[string]Redis{
		"redis":                              {},
		"redis as default":                   password,
		"redis as joe":                       user,
		"redis over tls with mx.example.org": secure,
	} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzRedis(f *testing.F) {
	c := Redis{Password: "x"}
	fuzzTalk(f, func(conn net.Conn) (bool, string) { return c.talk(newDialog(context.Background(), conn, time.Second)) },
		func(data []byte) bool {
			return strings.HasPrefix(string(data), "+OK") && strings.ContainsAny(string(data[3:]), "+-")
		},
		"+OK\r\n+PONG\r\n", "-ERR\r\n", "+OK\r\n-NOPERM x\r\n")
}
