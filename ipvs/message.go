package ipvs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"syscall"

	"github.com/mdlayher/netlink"
)

// Messages are those of netlink(7), with the header of generic netlink before
// the attributes: a command, a version and two bytes of nothing.

const (
	messageHeader = 16
	genericHeader = 4
)

// Of an error message, struct nlmsgerr and what NETLINK_EXT_ACK adds.
const (
	flagCapped  = 0x100 // NLM_F_CAPPED: the request's payload is left out
	flagAckTLVs = 0x200 // NLM_F_ACK_TLVS: attributes follow
	errAttrMsg  = 1     // NLMSGERR_ATTR_MSG
)

// beginMessage appends the headers of a request, which finishMessage ends
// given its place, once the attributes are there.
func (c *Client) beginMessage(b []byte, cmd command, flags netlink.HeaderFlags, sequence uint32) (message []byte, at int) {
	at = len(b)
	b = binary.NativeEndian.AppendUint32(b, 0) // length
	b = binary.NativeEndian.AppendUint16(b, c.family)
	b = binary.NativeEndian.AppendUint16(b, uint16(netlink.Request|flags))
	b = binary.NativeEndian.AppendUint32(b, sequence)
	b = binary.NativeEndian.AppendUint32(b, 0) // port: the kernel knows it
	return append(b, uint8(cmd), familyVersion, 0, 0), at
}

func finishMessage(b []byte, at int) []byte {
	binary.NativeEndian.PutUint32(b[at:], uint32(len(b)-at))
	return b
}

// acknowledged has the message at be acknowledged.
func acknowledged(b []byte, at int) {
	flags := binary.NativeEndian.Uint16(b[at+6:])
	binary.NativeEndian.PutUint16(b[at+6:], flags|uint16(netlink.Acknowledge))
}

// A message is one as it was read. Its data is a part of what was read.
type message struct {
	netlink.Header
	data []byte
}

// eachMessage calls fn for each message of a datagram until it fails.
func eachMessage(b []byte, fn func(message) error) error {
	for len(b) > 0 {
		if len(b) < messageHeader {
			return fmt.Errorf("answer: %w: %d bytes", ErrShort, len(b))
		}
		m := message{Header: netlink.Header{
			Length:   binary.NativeEndian.Uint32(b),
			Type:     netlink.HeaderType(binary.NativeEndian.Uint16(b[4:])),
			Flags:    netlink.HeaderFlags(binary.NativeEndian.Uint16(b[6:])),
			Sequence: binary.NativeEndian.Uint32(b[8:]),
			PID:      binary.NativeEndian.Uint32(b[12:]),
		}}
		if m.Length < messageHeader || uint64(m.Length) > uint64(len(b)) {
			return fmt.Errorf("answer: %w: %d bytes of %d", ErrShort, len(b), m.Length)
		}
		m.data = b[messageHeader:m.Length:m.Length]
		if err := fn(m); err != nil {
			return err
		}
		b = b[min(align(int(m.Length)), len(b)):]
	}
	return nil
}

// attributes are those of a generic netlink message.
func (m message) attributes() ([]byte, error) {
	if len(m.data) < genericHeader {
		return nil, fmt.Errorf("answer: %w: %d bytes after the header", ErrShort, len(m.data))
	}
	return m.data[genericHeader:], nil
}

// verdict is the errno of an error message or of the end of a dump, 0 if all
// went well, and the kernel's words about it if it has some.
func (m message) verdict() (errno syscall.Errno, text string, err error) {
	if len(m.data) < 4 {
		return 0, "", fmt.Errorf("answer: %w: %d bytes of errno", ErrShort, len(m.data))
	}
	errno = syscall.Errno(-int32(binary.NativeEndian.Uint32(m.data)))
	if m.Flags&flagAckTLVs == 0 {
		return errno, "", nil
	}
	// The errno, then what is left of the request, then the attributes. After
	// the end of a dump there is no request.
	b := m.data[4:]
	if m.Type == netlink.Error {
		if len(b) < messageHeader {
			return 0, "", fmt.Errorf("answer: %w: %d bytes of the request", ErrShort, len(b))
		}
		n := messageHeader
		if m.Flags&flagCapped == 0 {
			n = align(int(min(binary.NativeEndian.Uint32(b), uint32(len(b)))))
		}
		b = b[min(n, len(b)):]
	}
	err = walk("answer", b, func(a attribute) error {
		if a.typ == errAttrMsg {
			text = string(bytes.TrimRight(a.value, "\x00"))
		}
		return nil
	})
	return errno, text, err
}
