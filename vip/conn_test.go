package vip

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A fakeKernel answers requests by their type.
type fakeKernel struct {
	answer map[netlink.HeaderType]func() ([]netlink.Message, error)
	asked  int
	// receive answers what was last sent in a batch.
	receive func(sent []netlink.Message) ([]netlink.Message, error)
	sent    []netlink.Message
	calls   []string
}

func (k *fakeKernel) SendMessages(m []netlink.Message) ([]netlink.Message, error) {
	k.calls = append(k.calls, "send")
	for i := range m {
		m[i].Header.Sequence = uint32(len(k.sent) + 1)
		k.sent = append(k.sent, m[i])
	}
	return m, nil
}

func (k *fakeKernel) Receive() ([]netlink.Message, error) {
	k.calls = append(k.calls, "receive")
	if k.receive != nil {
		return k.receive(k.sent)
	}
	k.asked++
	last := k.sent[len(k.sent)-1].Header
	msgs, err := k.answer[last.Type]()
	for i := range msgs {
		msgs[i].Header.Sequence = last.Sequence
	}
	return msgs, err
}

func (k *fakeKernel) SetReadDeadline(time.Time) error {
	k.calls = append(k.calls, "deadline")
	return nil
}
func (k *fakeKernel) Close() error { return nil }

func message(t *testing.T, flags netlink.HeaderFlags, a Address) netlink.Message {
	t.Helper()
	b, err := encodeAddress(a, 1, a.Label)
	if err != nil {
		t.Fatal(err)
	}
	return netlink.Message{Header: netlink.Header{Flags: flags}, Data: b}
}

func TestDumpInterrupted(t *testing.T) {
	torn := []netlink.Message{message(t, netlink.DumpInterrupted, at("10.0.0.1/32", "eth0")), message(t, 0, at("10.0.0.2/32", "eth0"))}
	for _, tears := range []int{0, 1, dumpAttempts - 1, dumpAttempts} {
		k := &fakeKernel{}
		k.answer = map[netlink.HeaderType]func() ([]netlink.Message, error){unix.RTM_GETADDR: func() ([]netlink.Message, error) {
			if k.asked <= tears {
				return torn, nil
			}
			return torn[1:], nil
		}}
		msgs, err := newConn(k, nil).dump(unix.RTM_GETADDR, nil)
		if tears == dumpAttempts {
			if !errors.Is(err, ErrInterrupted) {
				t.Errorf("%d torn lists: %v", tears, err)
			}
		} else if err != nil || len(msgs) != 1 {
			t.Errorf("%d torn lists: %d messages, %v", tears, len(msgs), err)
		}
	}
}

func TestPermission(t *testing.T) {
	refuse := func() ([]netlink.Message, error) {
		return nil, &netlink.OpError{Op: "receive", Err: os.NewSyscallError("recvmsg", unix.EPERM)}
	}
	k := &fakeKernel{answer: map[netlink.HeaderType]func() ([]netlink.Message, error){unix.RTM_GETADDR: refuse, unix.RTM_GETLINK: refuse}}
	c := newConn(k, nil)
	if err := c.Add(at("10.0.0.1/32", "eth0")); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Add: %v", err)
	}
	if err := c.Remove(at("10.0.0.1/32", "eth0")); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Remove: %v", err)
	}
	if _, err := c.Addresses(); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Addresses: %v", err)
	}
}

// The kernel may take its time while it is asked; no answer to that is given up.
func TestAnswerTime(t *testing.T) {
	k := &fakeKernel{receive: func(sent []netlink.Message) ([]netlink.Message, error) { return sent[len(sent)-1:], nil }}
	c := newConn(k, nil)
	if _, err := c.execute(unix.RTM_GETLINK, 0, nil); err != nil {
		t.Error(err)
	}
	noErrors(t, c.executeAll(unix.RTM_NEWADDR, netlink.Create, [][]byte{{1}, {2}}))
	if diff := cmp.Diff([]string{"send", "deadline", "receive", "send", "deadline", "receive"}, k.calls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An answer that comes after its question was given up must not be taken for
// the answer to the next.
func TestLateAnswer(t *testing.T) {
	answers := func(err error) *fakeKernel {
		return &fakeKernel{answer: map[netlink.HeaderType]func() ([]netlink.Message, error){
			unix.RTM_GETLINK: func() ([]netlink.Message, error) { return nil, err },
		}}
	}
	for name, lost := range map[string]error{
		"timeout":    &netlink.OpError{Op: "receive", Err: os.ErrDeadlineExceeded},
		"mismatched": errors.New("netlink: validate: mismatched sequence in netlink reply"),
	} {
		first, second := answers(lost), answers(nil)
		c := newConn(first, func() (executor, error) { return second, nil })
		if _, err := c.dump(unix.RTM_GETLINK, nil); !errors.Is(err, lost) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.dump(unix.RTM_GETLINK, nil); err != nil || second.asked != 1 {
			t.Errorf("%s: the next question: %v, asked %d times of a fresh socket", name, err, second.asked)
		}
	}
}
