package ipvs

import (
	"encoding/binary"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
)

const testFamily = 0x1e // the number of the family, which a kernel chooses

// A socket stands for the kernel's end of netlink: it answers what is sent
// with pieces, each read at once. Reading more than there is runs into the
// deadline.
type socket struct {
	answer func(req []netlink.Message) [][]netlink.Message
	// sent are all requests, pieces what is unread.
	sent   [][]netlink.Message
	pieces [][]netlink.Message
	lost   error // of the next read, once
}

func (s *socket) send(b []byte) error {
	var ms []netlink.Message
	if err := eachMessage(b, func(m message) error {
		ms = append(ms, netlink.Message{Header: m.Header, Data: slices.Clone(m.data)})
		return nil
	}); err != nil {
		return err
	}
	s.sent = append(s.sent, ms)
	s.pieces = append(s.pieces, s.answer(ms)...)
	return nil
}

func (s *socket) receive(b []byte, _ time.Duration) (int, error) {
	if err := s.lost; err != nil {
		s.lost = nil
		return 0, err
	}
	if len(s.pieces) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	piece := s.pieces[0]
	s.pieces = s.pieces[1:]
	n := 0
	for _, m := range piece {
		// What the library does for those who send by it.
		m.Header.Length = uint32(align(messageHeader + len(m.Data)))
		n += copy(b[n:], must(m.MarshalBinary()))
	}
	return n, nil
}

func (s *socket) close() error { return nil }

// testClient is a Client of a kernel that answers by answer.
func testClient(t testing.TB, answer func(req []netlink.Message) [][]netlink.Message) (*Client, *socket) {
	t.Helper()
	s := &socket{answer: answer}
	return &Client{family: testFamily, wire: s, in: make([]byte, bufferSize)}, s
}

// attributes collects attributes by the library's encoder, as a witness to
// ours.
func attributes(fn func(ae *netlink.AttributeEncoder)) ([]byte, error) {
	ae := netlink.NewAttributeEncoder()
	fn(ae)
	return ae.Encode()
}

func nest(ae *netlink.AttributeEncoder, typ uint16, fn func(ae *netlink.AttributeEncoder)) {
	ae.Nested(typ, func(nae *netlink.AttributeEncoder) error {
		fn(nae)
		return nil
	})
}

// encodeOp is the attributes of a request by themselves.
func encodeOp(o Op) []byte { return appendOp(nil, &o) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// reply is an answer to req with attributes.
func reply(req netlink.Message, cmd command, attrs []byte) netlink.Message {
	m := genetlink.Message{Header: genetlink.Header{Command: uint8(cmd), Version: 1}, Data: attrs}
	return netlink.Message{
		Header: netlink.Header{Type: testFamily, Sequence: req.Header.Sequence, PID: 1},
		Data:   must(m.MarshalBinary()),
	}
}

// refuse is an error in answer to req, or with 0 the acknowledgement.
func refuse(req netlink.Message, errno syscall.Errno) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: netlink.Error, Sequence: req.Header.Sequence, PID: 1},
		Data:   binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno))),
	}
}

// dumped ends ms as a dump ends.
func dumped(req netlink.Message, ms ...netlink.Message) []netlink.Message {
	ms = append(ms, netlink.Message{
		Header: netlink.Header{Type: netlink.Done, Sequence: req.Header.Sequence, PID: 1},
		Data:   make([]byte, 4),
	})
	for i := range ms {
		ms[i].Header.Flags |= netlink.Multi
	}
	return ms
}

// each answers the messages of a request one by one as the kernel does: by
// what refused says of the i-th of all, or if asked to.
func each(refused func(i int) syscall.Errno) func([]netlink.Message) [][]netlink.Message {
	i := 0
	return func(req []netlink.Message) (pieces [][]netlink.Message) {
		for _, m := range req {
			errno := refused(i)
			i++
			if errno != 0 || m.Header.Flags&netlink.Acknowledge != 0 {
				pieces = append(pieces, []netlink.Message{refuse(m, errno)})
			}
		}
		return pieces
	}
}
