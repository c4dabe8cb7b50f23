package probe

import (
	"context"
	"net"
	"strings"
)

// POP3 is up when the server greets with +OK (RFC 1939, 4) and, with User,
// lets it log in. It takes its leave with QUIT and does not wait for the answer.
type POP3 struct {
	Way
	TLS            *Secure // from the first byte (port 995); nil: none
	User, Password string
}

// String names the check.
func (c POP3) String() string { return "pop3" + over(c.TLS) + as(c.User) }

// Probe greets, logs in where it is to, and leaves.
func (c POP3) Probe(ctx context.Context, t Target) Result {
	return c.converseTLS(ctx, t, c.TLS, func(conn net.Conn) (bool, string) {
		return c.talk(newDialog(ctx, conn, c.Timeout))
	})
}

func (c POP3) talk(d *dialog) (up bool, why string) {
	greeting, err := d.line()
	if err != nil || !pop3OK(greeting) {
		return false, d.unexpected(greeting, "", err, `"+OK"`)
	}
	why = "got " + quote([]byte(greeting))
	if c.User != "" {
		if !sendable(c.User + c.Password) {
			return false, why + ", but user or password cannot be sent: it has the end of a line in it"
		}
		for _, command := range []struct{ verb, argument, shown string }{
			{"USER", c.User, c.User}, {"PASS", c.Password, "***"},
		} {
			answer, err := pop3Ask(d, command.verb+" "+command.argument, command.verb+" "+command.shown)
			if err != nil || !pop3OK(answer) {
				return false, d.unexpected(answer, command.verb, err, `"+OK"`)
			}
		}
		why += ", logged in"
	}
	_ = d.say("QUIT\r\n", "QUIT") // the verdict stands, whatever follows
	return true, why
}

// pop3Ask sends a command and reads the line that answers it.
func pop3Ask(d *dialog, command, shown string) (string, error) {
	if err := d.say(command+"\r\n", shown); err != nil {
		return "", err
	}
	return d.line()
}

// pop3OK is whether a line is a good answer.
func pop3OK(line string) bool { return line == "+OK" || strings.HasPrefix(line, "+OK ") }
