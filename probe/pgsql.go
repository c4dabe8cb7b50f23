package probe

import (
	"context"
	"encoding/binary"
	"net"
	"strconv"
	"strings"
)

// PGSQL is up when the PostgreSQL server answers a startup message with a
// request to authenticate, with a session, or with an error that only a living
// server makes (no such role, no such database), as HAProxy's pgsql-check has
// it. An error that keeps everybody out is down: SQLSTATE classes 53
// (insufficient resources), 57 (operator intervention, such as 57P03 while it
// starts), 58 and XX (system and internal error).
//
// The protocol is that of PostgreSQL's documentation, "Frontend/Backend
// Protocol", version 3.0.
type PGSQL struct {
	Way
	TLS  *Secure // asked for with SSLRequest; nil: none
	User string  // empty: pacu
}

// String names the check.
func (c PGSQL) String() string { return "pgsql" + over(c.TLS) + as(c.User) }

// Probe asks to start a session, and closes.
func (c PGSQL) Probe(ctx context.Context, t Target) Result {
	var warning string
	r := c.converse(ctx, t, func(conn net.Conn) (up bool, why string) {
		if c.TLS == nil {
			return c.talk(newDialog(ctx, conn, c.Timeout))
		}
		// The server answers with one byte. With a dialog of its own nothing that
		// came after it in the clear can pass for what is said inside TLS.
		d := newDialog(ctx, conn, c.Timeout)
		if why := pgAskTLS(d); why != "" {
			return false, why
		}
		secured, said, warn := c.TLS.handshake(ctx, conn, t, c.Timeout)
		if secured == nil {
			return false, said
		}
		warning = warn
		up, why = c.talk(newDialog(ctx, secured, c.Timeout))
		_ = secured.CloseWrite()
		return up, said + ", " + why
	})
	r.Warning = warning
	return r
}

// pgAskTLS asks the server to speak TLS from here on; why is empty when it will.
func pgAskTLS(d *dialog) (why string) {
	const to, wanted = "SSLRequest", `"S"`
	if err := d.say(pgStartup(pgSSLRequest, ""), to); err != nil {
		return d.unexpected("", to, err, wanted)
	}
	_, err := d.begin(1)
	if got := d.come(); err != nil || got != "S" {
		return d.unexpected(got, to, err, wanted)
	}
	return ""
}

const (
	pgVersion    = 3 << 16         // of the startup message
	pgSSLRequest = 1234<<16 | 5679 // in the place of the version
	pgWanted     = "an authentication request"
)

func (c PGSQL) talk(d *dialog) (up bool, why string) {
	user := c.User
	if user == "" {
		user = "pacu"
	}
	if !sendable(user) {
		return false, "user " + strconv.Quote(user) + " cannot be sent"
	}
	if err := d.say(pgStartup(pgVersion, "user\x00"+user+"\x00\x00"), "startup message of user "+user); err != nil {
		return false, d.unexpected("", "startup", err, pgWanted)
	}
	trusted := false
	for {
		kind, body, err := pgMessage(d)
		if err != nil {
			return false, d.unexpected(string(body)+d.come(), "startup", err, pgWanted)
		}
		if kind != 0 {
			d.note("got message "+string(rune(kind)), string(body))
		}
		switch {
		case kind == 'R' && binary.BigEndian.Uint32(body) == 0:
			trusted = true // and only now does it look whether there is room for one more
		case kind == 'R':
			return true, "got " + pgWanted
		case trusted && (kind == 'S' || kind == 'K' || kind == 'Z'): // it tells of itself
			_ = d.say("X\x00\x00\x00\x04", "terminate") // the verdict stands, whatever follows
			return true, "got a session"
		case kind == 'E':
			state, text := pgError(body)
			if why = "got error " + state + " " + quote([]byte(text)); pgShut(state) {
				return false, why + ", expected " + pgWanted
			}
			return true, why
		case kind != 'N' && kind != 'v': // a notice, or the versions that it speaks
			got := d.come()
			if kind != 0 {
				got = string(rune(kind)) + string(body) + got
			}
			return false, d.unexpected(got, "startup", nil, pgWanted)
		}
	}
}

// pgStartup is a message before the session, which has no type.
func pgStartup(code uint32, rest string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(rest)))
	return string(binary.BigEndian.AppendUint32(b, code)) + rest
}

// pgMessage reads a message. One that is none is left to be read, and kind 0.
// An error in the old form, which a postmaster out of memory writes, has no
// length but a text.
func pgMessage(d *dialog) (kind byte, body []byte, err error) {
	head, err := d.begin(5)
	if err != nil {
		return 0, nil, err
	}
	kind = head[0]
	length := binary.BigEndian.Uint32(head[1:])
	least := uint32(4) // itself
	if kind == 'R' {
		least = 8 // and how to authenticate
	}
	if !strings.ContainsRune("RENvSKZ", rune(kind)) || length < least || length > maxAnswer {
		return 0, nil, nil
	}
	if _, err := d.r.Discard(5); err != nil {
		return 0, nil, d.cause(err)
	}
	body, err = d.take(int(length) - 4)
	return kind, body, err
}

// pgError is the SQLSTATE and the text of an error.
func pgError(body []byte) (state, text string) {
	for field := range strings.SplitSeq(string(body), "\x00") {
		switch {
		case field == "":
		case field[0] == 'C':
			state = field[1:]
		case field[0] == 'M':
			text = field[1:]
		}
	}
	return state, text
}

// pgShut is whether an error of that state means that nobody gets in.
func pgShut(state string) bool {
	for _, class := range []string{"53", "57", "58", "XX"} {
		if strings.HasPrefix(state, class) {
			return true
		}
	}
	return state == ""
}
