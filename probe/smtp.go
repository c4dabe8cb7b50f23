package probe

import (
	"context"
	"net"
)

// SMTP is up when the mail server greets with 220 and answers 250 to EHLO, or
// to HELO where it does not know EHLO (RFC 5321, 3.1 and 3.2). It takes its
// leave with QUIT and does not wait for the answer.
type SMTP struct {
	Way
	TLS *Secure // from the first byte (port 465); nil: none
}

// smtpName is this router's for EHLO.
const smtpName = "localhost"

// String names the check.
func (c SMTP) String() string { return "smtp" + over(c.TLS) }

// Probe greets and leaves.
func (c SMTP) Probe(ctx context.Context, t Target) Result {
	return c.converseTLS(ctx, t, c.TLS, func(conn net.Conn) (bool, string) {
		return c.talk(newDialog(ctx, conn, c.Timeout))
	})
}

func (c SMTP) talk(d *dialog) (up bool, why string) {
	code, greeting, err := smtpReply(d)
	if err != nil || code != 220 {
		return false, d.unexpected(greeting, "", err, "220")
	}
	verb := "EHLO"
	code, text, err := smtpAsk(d, verb)
	if err == nil && code >= 500 {
		verb = "HELO"
		code, text, err = smtpAsk(d, verb)
	}
	if err != nil || code != 250 {
		return false, d.unexpected(text, verb, err, "250")
	}
	_ = d.say("QUIT\r\n", "QUIT") // the verdict stands, whatever follows
	return true, "got " + quote([]byte(greeting)) + ", 250 to " + verb
}

// smtpAsk introduces this router and reads the reply to that.
func smtpAsk(d *dialog, verb string) (code int, text string, err error) {
	command := verb + " " + smtpName
	if err := d.say(command+"\r\n", command); err != nil {
		return 0, "", err
	}
	return smtpReply(d)
}

// smtpReply reads a reply of one line or several, 250-first, 250 last (RFC
// 5321, 4.2). text is its last line: of a reply that is not well formed the
// line that is not, and code 0; of one that ends too early what came last.
func smtpReply(d *dialog) (code int, text string, err error) {
	for {
		line, err := d.line()
		if err != nil {
			if line == "" {
				line = text
			}
			return 0, line, err
		}
		text = line
		n, more := smtpCode(line)
		if n == 0 || code != 0 && n != code {
			return 0, line, nil
		}
		if code = n; !more {
			return code, line, nil
		}
	}
}

// smtpCode is the code of a line of a reply, 200 to 599, and whether more lines
// follow; 0 when it is no such line.
func smtpCode(line string) (code int, more bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false
	}
	for _, b := range []byte(line[:3]) {
		if b < '0' || b > '9' {
			return 0, false
		}
		code = code*10 + int(b-'0')
	}
	if code < 200 || code > 599 {
		return 0, false
	}
	return code, len(line) > 3 && line[3] == '-'
}
