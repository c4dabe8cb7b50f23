package ipvs

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Attributes are those of netlink(7): a length that counts its own four bytes
// of header, a type, the value, and padding to four bytes. Numbers are in the
// machine's byte order, but for ports and IPv4 masks.

const (
	attrHeader   = 4
	attrNested   = 0x8000 // NLA_F_NESTED
	attrTypeMask = 0x3fff // NLA_TYPE_MASK
)

// align rounds a length up to what netlink pads to.
func align(n int) int { return (n + 3) &^ 3 }

func appendHeader(b []byte, typ uint16, size int) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(attrHeader+size))
	return binary.NativeEndian.AppendUint16(b, typ)
}

func appendUint8(b []byte, typ uint16, v uint8) []byte {
	return append(appendHeader(b, typ, 1), v, 0, 0, 0)
}

func appendUint16(b []byte, typ, v uint16) []byte {
	b = binary.NativeEndian.AppendUint16(appendHeader(b, typ, 2), v)
	return append(b, 0, 0)
}

func appendUint32(b []byte, typ uint16, v uint32) []byte {
	return binary.NativeEndian.AppendUint32(appendHeader(b, typ, 4), v)
}

func appendPort(b []byte, typ, v uint16) []byte {
	return append(appendHeader(b, typ, 2), byte(v>>8), byte(v), 0, 0)
}

func appendAddr(b []byte, typ uint16, a netip.Addr) []byte {
	if a.Is4() {
		v := a.As4()
		return append(appendHeader(b, typ, len(v)), v[:]...)
	}
	v := a.As16()
	return append(appendHeader(b, typ, len(v)), v[:]...)
}

// appendName writes s with a closing NUL.
func appendName(b []byte, typ uint16, s string) []byte {
	b = append(appendHeader(b, typ, len(s)+1), s...)
	for range align(len(s)+1) - len(s) {
		b = append(b, 0)
	}
	return b
}

// begin opens a block of attributes, which finish closes given its place.
func begin(b []byte, typ uint16) (block []byte, at int) {
	return appendHeader(b, typ|attrNested, 0), len(b)
}

func finish(b []byte, at int) []byte {
	binary.NativeEndian.PutUint16(b[at:], uint16(len(b)-at))
	return b
}

// An attribute is one as it was read. Its value is a part of what was read.
type attribute struct {
	typ   uint16
	value []byte
}

// nextAttribute takes one attribute off b, which is not empty.
func nextAttribute(b []byte) (a attribute, rest []byte, err error) {
	if len(b) < attrHeader {
		return attribute{}, nil, fmt.Errorf("%w: attribute of %d bytes", ErrShort, len(b))
	}
	n := int(binary.NativeEndian.Uint16(b))
	if n < attrHeader || n > len(b) {
		return attribute{}, nil, fmt.Errorf("%w: attribute of %d bytes says it has %d", ErrShort, len(b), n)
	}
	a = attribute{binary.NativeEndian.Uint16(b[2:]) & attrTypeMask, b[attrHeader:n:n]}
	return a, b[min(align(n), len(b)):], nil
}

// walk calls fn for each attribute of b. All errors match ErrShort.
func walk(what string, b []byte, fn func(a attribute) error) error {
	for len(b) > 0 {
		a, rest, err := nextAttribute(b)
		if err == nil {
			err = fn(a)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		b = rest
	}
	return nil
}

// bad says that the attribute's value is not what its type has.
func (a attribute) bad() error {
	return fmt.Errorf("%w: attribute %d has %d bytes", ErrShort, a.typ, len(a.value))
}

func (a attribute) uint8(v *uint8) error {
	if len(a.value) != 1 {
		return a.bad()
	}
	*v = a.value[0]
	return nil
}

func (a attribute) uint16(v *uint16) error {
	if len(a.value) != 2 {
		return a.bad()
	}
	*v = binary.NativeEndian.Uint16(a.value)
	return nil
}

func (a attribute) uint32(v *uint32) error {
	if len(a.value) != 4 {
		return a.bad()
	}
	*v = binary.NativeEndian.Uint32(a.value)
	return nil
}

// port reads a port, which is in network byte order whatever the machine's.
func (a attribute) port(v *uint16) error {
	if len(a.value) != 2 {
		return a.bad()
	}
	*v = binary.BigEndian.Uint16(a.value)
	return nil
}
