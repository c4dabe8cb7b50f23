package ipvs

import (
	"encoding/binary"
	"fmt"
	"iter"
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
	// sent are all requests after the family's look-up, pieces what is unread.
	sent   [][]netlink.Message
	pieces [][]netlink.Message
}

func (s *socket) Send(m netlink.Message) error { return s.SendMessages([]netlink.Message{m}) }

func (s *socket) SendMessages(ms []netlink.Message) error {
	s.sent = append(s.sent, slices.Clone(ms))
	s.pieces = append(s.pieces, s.answer(ms)...)
	return nil
}

func (s *socket) Receive() ([]netlink.Message, error) {
	return nil, fmt.Errorf("the library reads by ReceiveIter")
}

func (s *socket) ReceiveIter() iter.Seq2[netlink.Message, error] {
	return func(yield func(netlink.Message, error) bool) {
		if len(s.pieces) == 0 {
			yield(netlink.Message{}, os.ErrDeadlineExceeded)
			return
		}
		piece := s.pieces[0]
		s.pieces = s.pieces[1:]
		for _, m := range piece {
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (s *socket) Close() error                     { return nil }
func (s *socket) SetDeadline(time.Time) error      { return nil }
func (s *socket) SetReadDeadline(time.Time) error  { return nil }
func (s *socket) SetWriteDeadline(time.Time) error { return nil }

// testClient is a Client of a kernel that answers by answer.
func testClient(t *testing.T, answer func(req []netlink.Message) [][]netlink.Message) (*Client, *socket) {
	t.Helper()
	s := &socket{answer: func(req []netlink.Message) [][]netlink.Message {
		data := must(attributes(func(ae *netlink.AttributeEncoder) {
			ae.Uint16(1, testFamily)    // CTRL_ATTR_FAMILY_ID
			ae.String(2, familyName)    // CTRL_ATTR_FAMILY_NAME
			ae.Uint32(3, familyVersion) // CTRL_ATTR_VERSION
		}))
		return [][]netlink.Message{{reply(req[0], 1, data)}}
	}}
	c, err := newClient(netlink.NewConn(s, 1))
	if err != nil {
		t.Fatal(err)
	}
	s.sent, s.answer = nil, answer
	return c, s
}

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
