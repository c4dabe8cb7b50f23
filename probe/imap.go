package probe

import (
	"context"
	"net"
	"strings"
)

// IMAP is up when the server greets with OK or PREAUTH (RFC 9051, 7.1) and,
// with User, lets it log in. It takes its leave with LOGOUT and does not wait
// for the answer.
type IMAP struct {
	Way
	TLS            *Secure // from the first byte (port 993); nil: none
	User, Password string
}

// String names the check.
func (c IMAP) String() string { return "imap" + over(c.TLS) + as(c.User) }

// Probe greets, logs in where it is to, and leaves.
func (c IMAP) Probe(ctx context.Context, t Target) Result {
	return c.converseTLS(ctx, t, c.TLS, func(conn net.Conn) (bool, string) {
		return c.talk(newDialog(ctx, conn, c.Timeout))
	})
}

func (c IMAP) talk(d *dialog) (up bool, why string) {
	greeting, err := d.line()
	if err != nil || !imapSays(greeting, "*", "OK", "PREAUTH") {
		return false, d.unexpected(greeting, "", err, `"* OK"`)
	}
	why = "got " + quote([]byte(greeting))
	if c.User != "" && !imapSays(greeting, "*", "PREAUTH") { // which forbids LOGIN
		if !sendable(c.User + c.Password) {
			return false, why + ", but user or password cannot be sent: it has the end of a line in it"
		}
		answer, err := imapLogin(d, c.User, c.Password)
		if err != nil || !imapSays(answer, "a", "OK") {
			return false, d.unexpected(answer, "LOGIN", err, `"a OK"`)
		}
		why += ", logged in"
	}
	_ = d.say("z LOGOUT\r\n", "LOGOUT") // the verdict stands, whatever follows
	return true, why
}

// imapLogin is the answer with the tag of LOGIN, or BYE; what else the server
// tells on the way is passed over.
func imapLogin(d *dialog, user, password string) (string, error) {
	if err := d.say("a LOGIN "+imapQuote(user)+" "+imapQuote(password)+"\r\n", "LOGIN "+imapQuote(user)); err != nil {
		return "", err
	}
	for {
		line, err := d.line()
		if err != nil || !strings.HasPrefix(line, "* ") || imapSays(line, "*", "BYE") {
			return line, err
		}
	}
}

// imapSays is whether a line has that tag and one of those words after it.
func imapSays(line, tag string, words ...string) bool {
	rest, ok := strings.CutPrefix(line, tag+" ")
	if !ok {
		return false
	}
	said, _, _ := strings.Cut(rest, " ")
	for _, w := range words {
		if strings.EqualFold(said, w) {
			return true
		}
	}
	return false
}

// imapQuote is text as a quoted string (RFC 9051, 4.3).
func imapQuote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
