package firewall

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A fakeSocket is a kernel that answers each request by what it asks for:
// the type of its first message.
type fakeSocket struct {
	answer  func(kind uint16, sent []netlink.Message) ([]netlink.Message, error)
	pending func() ([]netlink.Message, error)
	room    int
	closed  bool
}

func (s *fakeSocket) Close() error                { s.closed = true; return nil }
func (s *fakeSocket) SetDeadline(time.Time) error { return nil }
func (s *fakeSocket) SetWriteBuffer(n int) error  { s.room = n; return nil }

func (s *fakeSocket) SendMessages(msgs []netlink.Message) ([]netlink.Message, error) {
	for i := range msgs {
		msgs[i].Header.Sequence = uint32(100 + i)
	}
	s.pending = func() ([]netlink.Message, error) { return s.answer(uint16(msgs[0].Header.Type), msgs) }
	return msgs, nil
}

func (s *fakeSocket) Receive() ([]netlink.Message, error) { return s.pending() }

// generationAnswer is an answer to NFT_MSG_GETGEN.
func generationAnswer(n byte) []netlink.Message {
	return []netlink.Message{{Header: netlink.Header{Sequence: 100}, Data: []byte{0, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, n}}}
}

// refuse is the kernel's error for the message i of what was sent.
func refuse(i int, errno unix.Errno) error {
	return &netlink.OpError{Op: "receive", Err: errno, Sequence: uint32(100 + i)}
}

// acknowledgement is that of a batch's last message but the end.
func acknowledgement(sent []netlink.Message) []netlink.Message {
	return []netlink.Message{{Header: netlink.Header{Type: netlink.Error, Sequence: sent[len(sent)-2].Header.Sequence}, Data: make([]byte, 4)}}
}

const getGeneration = subsystem | unix.NFT_MSG_GETGEN

func TestReplaceRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		is   error
		text string
	}{
		{"no chain for NAT", refuse(5, unix.ENOENT), ErrNoNFTables, "chain prerouting: the kernel lacks a part of nftables: modprobe"},
		{"no nf_tables", refuse(0, unix.EOPNOTSUPP), ErrNoNFTables, "pacu: the kernel lacks"},
		{"no permission", refuse(0, unix.EPERM), os.ErrPermission, "needs root or CAP_NET_ADMIN"},
		{"no permission for each", refuse(2, unix.EPERM), os.ErrPermission, "needs root or CAP_NET_ADMIN"},
		{"no answer", os.ErrDeadlineExceeded, os.ErrDeadlineExceeded, "replace nftables table inet pacu: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &fakeSocket{answer: func(kind uint16, _ []netlink.Message) ([]netlink.Message, error) {
				if kind == getGeneration {
					return generationAnswer(1), nil
				}
				return nil, tt.err
			}}
			c := &Conn{s: s}
			err := c.Replace(sample())
			if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %q", err, tt.text)
			}
			if !s.closed {
				t.Error("the socket is still open: late answers would be misread")
			}
		})
	}
}

// TestTransient has a kernel that is busy at first.
func TestTransient(t *testing.T) {
	for _, errno := range []unix.Errno{unix.EBUSY, unix.ENOBUFS, unix.EAGAIN, unix.EINTR} {
		for _, failures := range []int{1, attempts - 1, attempts} {
			synctest.Test(t, func(t *testing.T) {
				tries, dials := 0, 0
				c := &Conn{dial: func() (socket, error) {
					dials++
					return &fakeSocket{answer: func(kind uint16, sent []netlink.Message) ([]netlink.Message, error) {
						switch kind {
						case unix.NFNL_MSG_BATCH_BEGIN:
							if tries++; tries <= failures {
								return nil, refuse(1, errno)
							}
							return acknowledgement(sent), nil
						case getGeneration:
							return generationAnswer(byte(max(0, tries-failures))), nil
						}
						return nil, refuse(0, unix.ENOENT) // no table: what is read does not matter here
					}}, nil
				}}
				err := c.Replace(sample())
				if failures < attempts && (err != nil || tries != failures+1 || dials != tries) {
					t.Errorf("%v %d times: %v after %d tries and %d dials", errno, failures, err, tries, dials)
				}
				if failures == attempts && (!errors.Is(err, errno) || tries != attempts) {
					t.Errorf("%v each time: %v after %d tries", errno, err, tries)
				}
			})
		}
	}
}

// TestRemoveWithoutNFTables has nothing to remove.
func TestRemoveWithoutNFTables(t *testing.T) {
	c := &Conn{s: &fakeSocket{answer: func(uint16, []netlink.Message) ([]netlink.Message, error) {
		return nil, refuse(0, unix.EINVAL)
	}}}
	if err := c.Replace(Ruleset{}); err != nil {
		t.Error(err)
	}
}

func TestReplaceInvalid(t *testing.T) {
	c := &Conn{}
	if err := c.Replace(Ruleset{Marks: []Mark{{}}}); !errors.Is(err, os.ErrInvalid) {
		t.Errorf("error %v", err)
	}
}

// TestKernelPermission gives the thread's rights away, which ends with it.
func TestKernelPermission(t *testing.T) {
	namespaces(t, 1)
	testConn(t)
	runtime.LockOSThread()
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534); errno != 0 {
		t.Fatal(errno)
	}
	c := testConn(t)
	if err := c.Replace(sample()); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Replace: %v", err)
	}
}
