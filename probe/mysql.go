package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// MySQL is up when the server (MySQL, MariaDB or one that speaks like them)
// greets with protocol 10 and, with User, lets that user log in without a
// password, as HAProxy's mysql-check does. An error in the place of the
// greeting is down: 1040 (too many connections), 1129 (this router is blocked).
//
// Without User the server counts the check as a connection that broke off, and
// after max_connect_errors of them, with none that succeeded in between, it
// blocks the router (unless it has skip_name_resolve). With User it ends as a
// session does, and counts as none; and some servers say that they are full only
// to who logs in.
type MySQL struct {
	Way
	TLS  *Secure // begun after the greeting, as MySQL does; nil: none
	User string  // has no password and needs no rights; empty: the greeting is enough
}

// String names the check.
func (c MySQL) String() string { return "mysql" + over(c.TLS) + as(c.User) }

// Capabilities that greeting and login agree on ("Client/Server Protocol" in
// MySQL's source documentation).
const (
	myLongPassword = 1 << 0
	myProtocol41   = 1 << 9
	mySSL          = 1 << 11
	mySecure       = 1 << 15
	myPluginAuth   = 1 << 19
)

// Probe waits for the greeting, logs in where it is to, and leaves.
func (c MySQL) Probe(ctx context.Context, t Target) Result {
	var warning string
	r := c.converse(ctx, t, func(conn net.Conn) (up bool, why string) {
		up, why, warning = c.talk(ctx, conn, t)
		return up, why
	})
	r.Warning = warning
	return r
}

func (c MySQL) talk(ctx context.Context, conn net.Conn, t Target) (up bool, why, warning string) {
	d := newDialog(ctx, conn, c.Timeout)
	g, why := myGreet(d)
	if why != "" {
		return false, why, ""
	}
	d.note("got greeting of MySQL", g.version)
	why = "got MySQL " + quote([]byte(g.version))
	sequence := byte(1)
	if c.TLS != nil {
		if g.capabilities&mySSL == 0 {
			return false, why + ", which offers no TLS", ""
		}
		// The answer to the greeting as far as the name, then TLS, then all of it.
		if err := d.say(myPacket(sequence, myLogin(g, mySSL)), "SSL request"); err != nil {
			return false, d.unexpected("", "SSL request", err, "TLS"), ""
		}
		secured, said, warn := c.TLS.handshake(ctx, conn, t, c.Timeout)
		if secured == nil {
			return false, why + ", " + said, ""
		}
		defer secured.CloseWrite()
		warning, why, sequence = warn, why+", "+said, 2
		d = newDialog(ctx, secured, c.Timeout)
	}
	if c.User == "" {
		return true, why, warning
	}
	up, more := c.login(d, g, sequence)
	return up, why + ", " + more, warning
}

// login logs in with no password, and out.
func (c MySQL) login(d *dialog, g myGreeting, sequence byte) (up bool, why string) {
	const to, wanted = "login", "OK"
	if !sendable(c.User) {
		return false, "user " + strconv.Quote(c.User) + " cannot be sent"
	}
	if g.capabilities&myProtocol41 == 0 {
		return false, "which is too old to log in to: it has not the protocol of 4.1"
	}
	extra := uint32(0)
	if c.TLS != nil {
		extra = mySSL
	}
	login := append(myLogin(g, extra), c.User...)
	login = append(login, 0, 0) // end of the name, length of the password
	if g.capabilities&myPluginAuth != 0 {
		login = append(append(login, g.plugin...), 0)
	}
	if err := d.say(myPacket(sequence, login), "login of "+c.User); err != nil {
		return false, d.unexpected("", to, err, wanted)
	}
	for {
		seq, body, err := myRead(d)
		if err != nil || len(body) == 0 {
			return false, d.unexpected(string(body)+d.come(), to, err, wanted)
		}
		d.note("got to "+to, string(body))
		switch {
		case body[0] == 0:
			_ = d.say(myPacket(0, []byte{1}), "quit") // the verdict stands, whatever follows
			return true, "logged in as " + c.User
		case body[0] == 0xff:
			return false, "got " + myError(body) + " to " + to + ", expected " + wanted
		case body[0] == 0xfe: // another plugin is to be used: to each, no password is nothing
			if err := d.say(myPacket(seq+1, nil), "no password"); err != nil {
				return false, d.unexpected("", to, err, wanted)
			}
		case body[0] == 1 && len(body) == 2 && body[1] == 3: // caching_sha2_password: OK follows
		default:
			return false, "got a demand for a password to " + to + ", expected " + wanted
		}
	}
}

// myLogin is the answer to a greeting as far as the name of the user.
func myLogin(g myGreeting, extra uint32) []byte {
	const utf8 = 33
	want := myLongPassword | myProtocol41 | mySecure | extra | g.capabilities&myPluginAuth
	b := binary.LittleEndian.AppendUint32(nil, want)
	b = binary.LittleEndian.AppendUint32(b, maxAnswer) // the longest packet that it takes
	b = append(b, utf8)
	return append(b, make([]byte, 23)...)
}

// A myGreeting is what a server says first.
type myGreeting struct {
	version      string
	capabilities uint32
	plugin       string // in which it would have the password
}

// myGreet reads the greeting; why is empty when it is one.
func myGreet(d *dialog) (g myGreeting, why string) {
	const wanted = "a greeting of MySQL"
	_, body, err := myRead(d)
	if err != nil || len(body) == 0 {
		return g, d.unexpected(string(body)+d.come(), "", err, wanted)
	}
	if body[0] == 0xff {
		return g, "got " + myError(body) + ", expected a greeting"
	}
	g, ok := parseMyGreeting(body)
	if !ok {
		return g, d.unexpected(string(body)+d.come(), "", nil, wanted)
	}
	return g, ""
}

// parseMyGreeting reads a greeting of protocol 10. What follows the version may
// lack: it does with old servers.
func parseMyGreeting(body []byte) (g myGreeting, ok bool) {
	version, rest, ok := bytes.Cut(body[1:], []byte{0})
	if !ok || body[0] != 10 || len(version) == 0 {
		return g, false
	}
	g.version = strings.TrimPrefix(string(version), "5.5.5-") // which MariaDB 10 puts before its own
	if len(rest) < 15 {                                       // id of the connection 4, salt 8, 0, capabilities 2
		return g, true
	}
	g.capabilities = uint32(binary.LittleEndian.Uint16(rest[13:]))
	if len(rest) < 31 { // character set 1, state 2, capabilities 2, length of the salt 1, none 10
		return g, true
	}
	g.capabilities |= uint32(binary.LittleEndian.Uint16(rest[18:])) << 16
	salt := max(13, int(rest[20])-8)
	if len(rest) >= 31+salt {
		plugin, _, _ := bytes.Cut(rest[31+salt:], []byte{0})
		g.plugin = string(plugin)
	}
	return g, true
}

// myRead reads a packet. One that is none is left to be read, and empty.
func myRead(d *dialog) (sequence byte, body []byte, err error) {
	head, err := d.begin(5)
	if err != nil {
		return 0, nil, err
	}
	length := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if sequence = head[3]; length == 0 || length > maxAnswer || sequence > 10 {
		return 0, nil, nil
	}
	if _, err := d.r.Discard(4); err != nil {
		return 0, nil, d.cause(err)
	}
	body, err = d.take(length)
	return sequence, body, err
}

// myPacket is a packet with its header.
func myPacket(sequence byte, body []byte) string {
	n := len(body)
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), sequence}) + string(body)
}

// myError is an error for people: error 1040 "Too many connections".
func myError(body []byte) string {
	if len(body) < 3 {
		return "an error"
	}
	text := body[3:]
	if len(text) >= 6 && text[0] == '#' { // SQLSTATE, which the number says better
		text = text[6:]
	}
	return fmt.Sprintf("error %d %s", binary.LittleEndian.Uint16(body[1:]), quote(text))
}
