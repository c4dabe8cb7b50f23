package probe

import (
	"context"
	"fmt"
	"net"
	"strconv"
)

// LDAP is up when the directory lets it bind (RFC 4511, 4.2): as nobody, or as
// User with Password (simple bind). It takes its leave with an unbind request.
type LDAP struct {
	Way
	TLS            *Secure // from the first byte (port 636); nil: none
	User, Password string  // User is a distinguished name; empty: anonymous
}

// String names the check.
func (c LDAP) String() string { return "ldap bind" + over(c.TLS) + as(c.User) }

// Probe binds and unbinds.
func (c LDAP) Probe(ctx context.Context, t Target) Result {
	return c.converseTLS(ctx, t, c.TLS, func(conn net.Conn) (bool, string) {
		return c.talk(newDialog(ctx, conn, c.Timeout))
	})
}

// Tags of LDAP (RFC 4511, appendix B).
const (
	ldapInteger    = 0x02
	ldapOctets     = 0x04
	ldapEnumerated = 0x0a
	ldapSequence   = 0x30 // of every message
	ldapUnbind     = 0x42
	ldapBind       = 0x60
	ldapBound      = 0x61 // the answer to a bind request
	ldapExtended   = 0x78 // as message 0: the server says that it closes
	ldapSimple     = 0x80
)

const ldapWanted = "result 0 (success)"

func (c LDAP) talk(d *dialog) (up bool, why string) {
	if err := d.say(string(c.bind()), "bind request"+as(c.User)); err != nil {
		return false, d.unexpected("", "bind", err, ldapWanted)
	}
	for {
		body, err := ldapMessage(d)
		if err != nil {
			return false, d.unexpected(string(body)+d.come(), "bind", err, ldapWanted)
		}
		r, ok := parseLDAP(body)
		if ok && d.tell != nil {
			d.tell(fmt.Sprintf("got message %d with tag %#x, %s", r.id, r.tag, r))
		}
		switch {
		case !ok:
			return false, d.unexpected(string(body)+d.come(), "bind", nil, ldapWanted)
		case r.tag == ldapBound && r.id == 1 && r.code == 0:
			unbind := berElement(ldapSequence, berElement(ldapInteger, []byte{2}), berElement(ldapUnbind))
			_ = d.say(string(unbind), "unbind request") // the verdict stands, whatever follows
			return true, "bound" + as(c.User)
		case r.tag == ldapBound && r.id == 1, r.tag == ldapExtended && r.id == 0:
			return false, "got " + r.String() + " to bind, expected " + ldapWanted
		}
	}
}

// bind is the request, as message 1 of version 3.
func (c LDAP) bind() []byte {
	return berElement(ldapSequence,
		berElement(ldapInteger, []byte{1}),
		berElement(ldapBind,
			berElement(ldapInteger, []byte{3}),
			berElement(ldapOctets, []byte(c.User)),
			berElement(ldapSimple, []byte(c.Password))))
}

// ldapMessage reads a message, without its header. A header that is none is
// left to be read, and of an error nothing is known.
func ldapMessage(d *dialog) ([]byte, error) {
	for need := 2; ; {
		b, err := d.begin(need)
		if err != nil {
			return nil, err
		}
		tag, length, n, ok := berHeader(b)
		if !ok || tag != ldapSequence {
			return nil, nil
		}
		if n > len(b) {
			need = n
			continue
		}
		if _, err := d.r.Discard(n); err != nil {
			return nil, d.cause(err)
		}
		return d.take(length)
	}
}

// An ldapResult is a message that ends something (RFC 4511, 4.1.9).
type ldapResult struct {
	id   int
	tag  byte
	code int
	text string
}

// parseLDAP reads a message. Of one that is no result it reads id and tag only.
func parseLDAP(body []byte) (r ldapResult, ok bool) {
	tag, value, rest, ok := berNext(body)
	if !ok || tag != ldapInteger {
		return r, false
	}
	if r.id, ok = berInt(value); !ok {
		return r, false
	}
	if r.tag, rest, _, ok = berNext(rest); !ok || r.tag != ldapBound && r.tag != ldapExtended {
		return r, ok
	}
	tag, value, rest, ok = berNext(rest)
	if !ok || tag != ldapEnumerated {
		return r, false
	}
	if r.code, ok = berInt(value); !ok {
		return r, false
	}
	if _, _, rest, ok = berNext(rest); !ok { // the part of the name that was found
		return r, false
	}
	_, value, _, ok = berNext(rest)
	r.text = string(value)
	return r, ok
}

// ldapCodes are the results that a bind may have (RFC 4511, 4.1.9 and A.2).
var ldapCodes = map[int]string{
	1: "operations error", 2: "protocol error", 3: "time limit exceeded", 7: "auth method not supported",
	8: "stronger auth required", 10: "referral", 11: "admin limit exceeded", 13: "confidentiality required",
	14: "sasl bind in progress", 32: "no such object", 34: "invalid dn syntax", 48: "inappropriate authentication",
	49: "invalid credentials", 50: "insufficient access rights", 51: "busy", 52: "unavailable",
	53: "unwilling to perform", 80: "other",
}

// String is the result for people: result 49 (invalid credentials) "text".
func (r ldapResult) String() string {
	s := "result " + strconv.Itoa(r.code)
	if name, ok := ldapCodes[r.code]; ok {
		s += fmt.Sprintf(" (%s)", name)
	}
	if r.text != "" {
		s += " " + quote([]byte(r.text))
	}
	return s
}
