package probe

import (
	"context"
	"net"
	"strconv"
	"strings"
)

// Redis is up when the server answers PING (the RESP protocol, which Valkey and
// KeyDB speak too). One that only wants a password first is alive, and up; one
// that still loads its data (-LOADING) or that lost its master (-MASTERDOWN)
// is not.
type Redis struct {
	Way
	TLS            *Secure // from the first byte; nil: none
	User, Password string  // AUTH with Password comes first; User needs Redis 6
}

// String names the check.
func (c Redis) String() string {
	user := c.User
	if user == "" && c.Password != "" {
		user = "default" // who AUTH with a password alone is
	}
	return "redis" + over(c.TLS) + as(user)
}

// Probe asks and closes.
func (c Redis) Probe(ctx context.Context, t Target) Result {
	return c.converseTLS(ctx, t, c.TLS, func(conn net.Conn) (bool, string) {
		return c.talk(newDialog(ctx, conn, c.Timeout))
	})
}

func (c Redis) talk(d *dialog) (up bool, why string) {
	// AUTH and PING go out together: one journey there and back.
	commands, shown := redisCommand("PING"), "PING"
	auth := c.User != "" || c.Password != ""
	if auth {
		words := []string{"AUTH", c.User, c.Password}
		if c.User == "" {
			words = []string{"AUTH", c.Password}
		}
		commands, shown = redisCommand(words...)+commands, "AUTH and PING"
	}
	sent := d.say(commands, shown)
	if auth {
		answer, err := d.line()
		if err != nil || answer != "+OK" {
			return false, d.unexpected(answer, "AUTH", redisCause(err, sent), `"+OK"`)
		}
	}
	answer, err := d.line()
	if err != nil {
		return false, d.unexpected(answer, "PING", redisCause(err, sent), `"+PONG"`)
	}
	word, _, _ := strings.Cut(answer, " ")
	switch word {
	case "+PONG":
		return true, "got " + quote([]byte(answer)) + " to PING"
	case "-NOAUTH", "-NOPERM":
		return true, "got " + quote([]byte(answer)) + " to PING: it lives, but says no more to this user"
	}
	return false, d.unexpected(answer, "PING", nil, `"+PONG"`)
}

// redisCause is why no answer came: a server may answer and close without
// reading, so that sending fails and yet there is an answer. Only when there is
// none does the sending matter.
func redisCause(read, sent error) error {
	if read != nil && sent != nil {
		return sent
	}
	return read
}

// redisCommand writes a command as an array of bulk strings.
func redisCommand(words ...string) string {
	var b strings.Builder
	b.WriteString("*" + strconv.Itoa(len(words)) + "\r\n")
	for _, w := range words {
		b.WriteString("$" + strconv.Itoa(len(w)) + "\r\n" + w + "\r\n")
	}
	return b.String()
}
