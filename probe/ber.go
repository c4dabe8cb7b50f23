package probe

import "encoding/binary"

// The little of BER that LDAP needs (X.690; RFC 4511, 5.1 allows only definite
// lengths, and all its tags fit in a byte).

// berHeader reads the tag and the length of an element whose bytes begin with
// b. need is how many bytes the header has; when that is more than there are in
// b, the length is not known yet. ok is false when it is no such header.
func berHeader(b []byte) (tag byte, length, need int, ok bool) {
	if len(b) < 2 {
		return 0, 0, 2, true
	}
	tag, n := b[0], int(b[1])
	if n < 0x80 {
		return tag, n, 2, true
	}
	if n -= 0x80; n < 1 || n > 4 {
		return 0, 0, 0, false
	}
	if len(b) < 2+n {
		return tag, 0, 2 + n, true
	}
	var wide [4]byte
	copy(wide[4-n:], b[2:2+n])
	l := binary.BigEndian.Uint32(wide[:])
	if l > maxAnswer {
		return 0, 0, 0, false
	}
	return tag, int(l), 2 + n, true
}

// berNext takes the first element of b; ok is false when there is none, or not
// all of it.
func berNext(b []byte) (tag byte, value, rest []byte, ok bool) {
	tag, length, need, ok := berHeader(b)
	if !ok || len(b) < need || len(b)-need < length {
		return 0, nil, nil, false
	}
	return tag, b[need : need+length], b[need+length:], true
}

// berInt reads a number that is not negative and has at most 31 bits.
func berInt(value []byte) (int, bool) {
	if len(value) == 0 || len(value) > 4 || value[0] >= 0x80 {
		return 0, false
	}
	n := 0
	for _, b := range value {
		n = n<<8 | int(b)
	}
	return n, true
}

// berElement writes an element of parts.
func berElement(tag byte, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	out := []byte{tag}
	if n < 0x80 {
		out = append(out, byte(n))
	} else {
		out = append(out, 0x84)
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
