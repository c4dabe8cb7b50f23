package probe

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5" // what RADIUS is made of
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Radius logs a user in (RFC 2865), or without a User asks the server how it
// is (Status-Server, RFC 5997). Only an Access-Accept, or to Status-Server also
// an Accounting-Response, is up; a Reject is down as for ldirectord, and so is a
// Challenge. An answer made with another secret is none. The request is sent
// once more after half of the time, and ICMP saying that nobody listens is down
// at once.
type Radius struct {
	Way
	User, Password string // at most 253 and 128 bytes
	Secret         string // shared with the server
}

// String names the check.
func (c Radius) String() string {
	if c.User == "" {
		return "radius status"
	}
	return "radius login of " + c.User
}

// Codes of packets and types of attributes (RFC 2865, sections 4 and 5; RFC
// 2869, section 5.14; RFC 5997, section 3).
const (
	radiusRequest    = 1
	radiusAccept     = 2
	radiusReject     = 3
	radiusAccounting = 5
	radiusChallenge  = 11
	radiusStatus     = 12

	radiusUserName      = 1
	radiusUserPassword  = 2
	radiusReplyMessage  = 18
	radiusNASIdentifier = 32
	radiusMessageAuth   = 80
)

const (
	radiusHeaderBytes = 20
	radiusMaxBytes    = 4096
	radiusMaxName     = 253
	radiusMaxPassword = 128
)

// radiusSilence is what a server does with a packet that it cannot trust (RFC
// 2865, section 3).
const radiusSilence = "a server with another secret, or that does not know this router, says nothing"

// Probe asks once.
func (c Radius) Probe(ctx context.Context, t Target) Result {
	var random [17]byte
	_, _ = rand.Read(random[:]) // never fails
	x := radiusExchange{secret: []byte(c.Secret), authenticator: [16]byte(random[1:]), status: c.User == "", start: time.Now()}
	request, err := x.request(random[0], c.User, c.Password)
	if err != nil {
		return Result{Why: err.Error()}
	}
	return c.ask(ctx, t, inquiry{request: request, limit: c.Timeout, again: c.Timeout / 2, judge: x.judge, silence: radiusSilence})
}

// A radiusExchange is one probe's request on its way.
type radiusExchange struct {
	id            byte
	secret        []byte
	authenticator [16]byte // of the request
	status        bool     // Status-Server, no login
	start         time.Time
}

// request makes the packet. Message-Authenticator comes first, where no other
// attribute can be made to look like it.
func (x *radiusExchange) request(id byte, user, password string) ([]byte, error) {
	switch {
	case len(user) > radiusMaxName:
		return nil, fmt.Errorf("user of %d bytes: RADIUS takes %d", len(user), radiusMaxName)
	case len(password) > radiusMaxPassword:
		return nil, fmt.Errorf("password of %d bytes: RADIUS takes %d", len(password), radiusMaxPassword)
	}
	x.id = id
	b := []byte{radiusRequest, id, 0, 0}
	if x.status {
		b[0] = radiusStatus
	}
	b = append(b, x.authenticator[:]...)
	add := func(kind byte, value []byte) { b = append(append(b, kind, byte(2+len(value))), value...) }
	add(radiusMessageAuth, make([]byte, md5.Size))
	add(radiusNASIdentifier, []byte("pacu"))
	if !x.status {
		add(radiusUserName, []byte(user))
		add(radiusUserPassword, hidePassword([]byte(password), x.secret, x.authenticator))
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	mac := hmac.New(md5.New, x.secret)
	mac.Write(b)
	copy(b[radiusHeaderBytes+2:], mac.Sum(nil))
	return b, nil
}

// hidePassword is RFC 2865, section 5.2.
func hidePassword(password, secret []byte, authenticator [16]byte) []byte {
	hidden := make([]byte, max(16, (len(password)+15)/16*16))
	copy(hidden, password)
	before := authenticator[:]
	for i := 0; i < len(hidden); i += 16 {
		key := md5.Sum(append(bytes.Clone(secret), before...))
		before = hidden[i : i+16]
		subtle.XORBytes(before, before, key[:])
	}
	return hidden
}

// judge looks at a packet that came.
func (x *radiusExchange) judge(b []byte) verdict {
	code, attributes, err := x.open(b)
	if err != nil {
		return stray(err.Error())
	}
	says := ""
	if m, ok := attributes[radiusReplyMessage]; ok {
		says = ", it says " + quote(m)
	}
	decided := func(up bool, why string) verdict { return verdict{decided: true, up: up, why: why + says} }
	took := " in " + span(time.Since(x.start))
	switch {
	case code == radiusAccept:
		return decided(true, "got Access-Accept"+took)
	case code == radiusAccounting && x.status:
		return decided(true, "got Accounting-Response"+took)
	case code == radiusReject:
		return decided(false, "got Access-Reject, expected Access-Accept")
	case code == radiusChallenge:
		return decided(false, "got Access-Challenge, expected Access-Accept")
	}
	return decided(false, fmt.Sprintf("got code %d, expected Access-Accept", code))
}

// open takes the answer to x's request apart, when it is one and made with the
// same secret. Of attributes of one type it keeps the first.
func (x *radiusExchange) open(b []byte) (code byte, attributes map[byte][]byte, err error) {
	if len(b) < radiusHeaderBytes {
		return 0, nil, errors.New("garbage " + quote(b))
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length < radiusHeaderBytes || length > min(len(b), radiusMaxBytes) {
		return 0, nil, fmt.Errorf("garbage, a length of %d in %d bytes", length, len(b))
	}
	b = bytes.Clone(b[:length]) // what follows is padding
	if b[1] != x.id {
		return 0, nil, errors.New("an answer with another id")
	}
	authenticator := [16]byte(b[4:20])
	copy(b[4:], x.authenticator[:])
	if sum := md5.Sum(append(bytes.Clone(b), x.secret...)); !hmac.Equal(sum[:], authenticator[:]) {
		return 0, nil, errors.New("an answer with another secret")
	}
	attributes = map[byte][]byte{}
	for rest := b[radiusHeaderBytes:]; len(rest) > 0; {
		if len(rest) < 2 || rest[1] < 2 || int(rest[1]) > len(rest) {
			return 0, nil, errors.New("garbage among the attributes of an answer")
		}
		kind, value := rest[0], rest[2:rest[1]]
		rest = rest[rest[1]:]
		if _, known := attributes[kind]; known {
			continue
		}
		attributes[kind] = value
		if kind == radiusMessageAuth && !x.authentic(b, value) {
			return 0, nil, errors.New("an answer with another secret")
		}
	}
	return b[0], attributes, nil
}

// authentic checks Message-Authenticator, which is in b and is made with zeros
// in its own place and the request's authenticator in the header.
func (x *radiusExchange) authentic(b, value []byte) bool {
	if len(value) != md5.Size {
		return false
	}
	got := bytes.Clone(value)
	clear(value)
	mac := hmac.New(md5.New, x.secret)
	mac.Write(b)
	copy(value, got)
	return hmac.Equal(mac.Sum(nil), got)
}
