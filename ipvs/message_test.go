package ipvs

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/mdlayher/netlink"
)

func appendErrno(b []byte, errno syscall.Errno) []byte {
	return binary.NativeEndian.AppendUint32(b, uint32(-int32(errno)))
}

// refusedWith is the kernel's refusal of a request, told with its own words
// after as much of the request as it repeats.
func refusedWith(errno syscall.Errno, flags netlink.HeaderFlags, request []byte, text string) message {
	b := appendErrno(nil, errno)
	b = binary.NativeEndian.AppendUint32(b, uint32(messageHeader+20)) // the request's length
	b = append(b, make([]byte, messageHeader-4)...)
	b = append(b, request...)
	b = appendName(b, errAttrMsg, text)
	return message{Header: netlink.Header{Type: netlink.Error, Flags: flags}, data: b}
}

func TestVerdict(t *testing.T) {
	whole := make([]byte, 20)
	done := message{Header: netlink.Header{Type: netlink.Done, Flags: flagAckTLVs}}
	done.data = appendName(appendErrno(nil, syscall.ENOMEM), errAttrMsg, "no room")
	for _, tt := range []struct {
		name  string
		m     message
		errno syscall.Errno
		text  string
	}{
		{"capped", refusedWith(syscall.EINVAL, flagAckTLVs|flagCapped, nil, "bad port"), syscall.EINVAL, "bad port"},
		{"whole", refusedWith(syscall.EINVAL, flagAckTLVs, whole, "bad port"), syscall.EINVAL, "bad port"},
		{"no words", refusedWith(syscall.EEXIST, flagCapped, nil, "unread"), syscall.EEXIST, ""},
		{"acknowledgement", refusedWith(0, flagCapped, nil, ""), 0, ""},
		{"end of a dump", done, syscall.ENOMEM, "no room"},
	} {
		errno, text, err := tt.m.verdict()
		if errno != tt.errno || text != tt.text || err != nil {
			t.Errorf("%s: got %d, %q, %v, want %d, %q", tt.name, errno, text, err, tt.errno, tt.text)
		}
	}
	for name, m := range map[string]message{
		"no errno":   {data: make([]byte, 3)},
		"no request": {Header: netlink.Header{Type: netlink.Error, Flags: flagAckTLVs}, data: make([]byte, 10)},
		"cut words": {Header: netlink.Header{Type: netlink.Error, Flags: flagAckTLVs | flagCapped},
			data: append(make([]byte, 4+messageHeader), 9, 0, 1)},
	} {
		if _, _, err := m.verdict(); !errors.Is(err, ErrShort) {
			t.Errorf("%s: %v, want ErrShort", name, err)
		}
	}
}

// TestRefusals says what each errno of the kernel means to callers.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		errno syscall.Errno
		is    error
		text  string
	}{
		{syscall.EPERM, os.ErrPermission, ErrPermission.Error()},
		{syscall.EBUSY, ErrBusy, "the kernel is busy: device or resource busy"},
		{syscall.ENOBUFS, ErrBusy, "the kernel is busy: no buffer space available"},
		{syscall.EAGAIN, ErrBusy, ""},
		{syscall.ENOMEM, ErrBusy, ""},
		{syscall.EAFNOSUPPORT, errors.ErrUnsupported, "the kernel does not balance this address family"},
		{syscall.EPROTONOSUPPORT, errors.ErrUnsupported, "the kernel does not balance this protocol"},
		{syscall.EOPNOTSUPP, errors.ErrUnsupported, "the kernel does not know this request"},
		{syscall.ERANGE, os.ErrInvalid, ""},
	} {
		c, _ := testClient(t, each(func(int) syscall.Errno { return tt.errno }))
		err := c.Flush()
		wantError(t, err, tt.errno, "")
		text := tt.text
		if text != "" {
			text = "flush the table: " + text
		}
		wantError(t, err, tt.is, text)
		if transient := tt.is == ErrBusy; errors.Is(err, ErrBusy) != transient {
			t.Errorf("%v is transient: %v, want %v", tt.errno, !transient, transient)
		}
	}
}

// TestLostAnswer has the socket overflow under a batch and a request: both are
// transient, and the next request is answered as if nothing had happened.
func TestLostAnswer(t *testing.T) {
	c, s := testClient(t, each(func(int) syscall.Errno { return 0 }))
	overflow := os.NewSyscallError("read", syscall.ENOBUFS)
	s.lost = overflow
	err := c.Apply([]Op{DeleteService(FWMarkKey(1, false))})
	wantError(t, err, ErrBusy, "delete fwmark 1: the kernel's answer is lost: the kernel is busy: read: no buffer space available")
	wantError(t, err, syscall.ENOBUFS, "")
	s.lost = overflow
	wantError(t, c.Flush(), nil, "") // what is lost while draining, nobody waits for
	s.answer = func(req []netlink.Message) [][]netlink.Message { s.lost = overflow; return nil }
	wantError(t, c.Flush(), ErrBusy, "")
	s.answer = each(func(int) syscall.Errno { return 0 })
	wantError(t, c.Flush(), nil, "")
}

// TestDumpReadToItsEnd has a message in the middle of a dump garbled: the rest
// is read all the same, or the kernel would begin no other dump.
func TestDumpReadToItsEnd(t *testing.T) {
	c, s := testClient(t, func(req []netlink.Message) [][]netlink.Message {
		ms := dumped(req[0], reply(req[0], cmdNewService, sample(1)[:21]), reply(req[0], cmdNewService, sample(2)))
		return [][]netlink.Message{ms[:1], ms[1:2], ms[2:]}
	})
	_, err := c.Services()
	wantError(t, err, ErrShort, "")
	if len(s.pieces) != 0 {
		t.Errorf("%d pieces are unread", len(s.pieces))
	}
}

func FuzzMessages(f *testing.F) {
	b, at := new(Client).beginMessage(nil, cmdFlush, netlink.Acknowledge, 7)
	b = finishMessage(append(b, encodeKey(FWMarkKey(1, false))...), at)
	f.Add(b)
	f.Add(append(slices.Clone(b), b...))
	refused := refusedWith(syscall.EINVAL, flagAckTLVs|flagCapped, nil, "bad port")
	m := netlink.Message{Header: refused.Header, Data: refused.data}
	m.Header.Length = uint32(align(messageHeader + len(m.Data)))
	f.Add(must(m.MarshalBinary()))
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		err := eachMessage(b, func(m message) error {
			total += messageHeader + len(m.data)
			if attrs, err := m.attributes(); !short(t, err) {
				short(t, walk("attributes", attrs, func(attribute) error { return nil }))
			}
			_, _, err := m.verdict()
			short(t, err)
			return nil
		})
		short(t, err)
		if total > len(b) {
			t.Errorf("messages of %d bytes out of %d", total, len(b))
		}
	})
}
