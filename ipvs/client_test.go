package ipvs

import (
	"errors"
	"iter"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"
)

// A stranger is the netlink of a kernel that refuses whatever it is asked.
type stranger struct{ req netlink.Message }

func (s *stranger) Send(m netlink.Message) error         { s.req = m; return nil }
func (s *stranger) SendMessages([]netlink.Message) error { return errors.ErrUnsupported }
func (s *stranger) Receive() ([]netlink.Message, error)  { return nil, errors.ErrUnsupported }
func (s *stranger) ReceiveIter() iter.Seq2[netlink.Message, error] {
	return func(yield func(netlink.Message, error) bool) { yield(refuse(s.req, syscall.ENOENT), nil) }
}
func (s *stranger) Close() error                     { return nil }
func (s *stranger) SetDeadline(time.Time) error      { return nil }
func (s *stranger) SetReadDeadline(time.Time) error  { return nil }
func (s *stranger) SetWriteDeadline(time.Time) error { return nil }

func TestClientNoFamily(t *testing.T) {
	_, err := newClient(netlink.NewConn(&stranger{}, 1))
	wantError(t, err, ErrNoIPVS, "the kernel has no IPVS: modprobe ip_vs")
}

// sample is a service's attributes as the kernel sends them.
func sample(mark uint32) []byte {
	return encodeOp(AddService(Service{Key: FWMarkKey(mark, false), Scheduler: "rr"}))
}

func TestClientServices(t *testing.T) {
	type exchange = func(req netlink.Message) [][]netlink.Message
	interrupt := func(m netlink.Message) netlink.Message {
		m.Header.Flags |= netlink.DumpInterrupted
		return m
	}
	two := func(req netlink.Message) [][]netlink.Message {
		ms := dumped(req, reply(req, cmdNewService, sample(1)), reply(req, cmdNewService, sample(2)))
		return [][]netlink.Message{ms[:1], ms[1:]}
	}
	broken := func(req netlink.Message) [][]netlink.Message {
		return [][]netlink.Message{dumped(req, reply(req, cmdNewService, sample(3)), interrupt(reply(req, cmdNewService, sample(4))))}
	}
	with := func(attrs []byte) exchange {
		return func(req netlink.Message) [][]netlink.Message {
			return [][]netlink.Message{dumped(req, reply(req, cmdNewService, attrs))}
		}
	}
	tests := []struct {
		name    string
		answers []exchange
		want    []uint32
		err     error
	}{
		{name: "empty", answers: []exchange{func(req netlink.Message) [][]netlink.Message {
			return [][]netlink.Message{dumped(req)}
		}}},
		{name: "two in two pieces", answers: []exchange{two}, want: []uint32{1, 2}},
		{name: "interrupted twice", answers: []exchange{broken, broken, two}, want: []uint32{1, 2}},
		{name: "interrupted always", answers: []exchange{broken, broken, broken, broken, broken}, err: ErrInterrupted},
		{name: "not allowed", err: ErrPermission, answers: []exchange{func(req netlink.Message) [][]netlink.Message {
			return [][]netlink.Message{{refuse(req, syscall.EPERM)}}
		}}},
		{name: "cut attributes", answers: []exchange{with(sample(1)[:21])}, err: ErrShort},
		{name: "no attributes", answers: []exchange{with(nil)}, err: ErrShort},
		{name: "cut header", err: ErrShort, answers: []exchange{func(req netlink.Message) [][]netlink.Message {
			m := reply(req, cmdNewService, nil)
			m.Data = m.Data[:3]
			return [][]netlink.Message{dumped(req, m)}
		}}},
		{name: "silence", answers: []exchange{func(netlink.Message) [][]netlink.Message { return nil }}, err: os.ErrDeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answers := tt.answers
			c, s := testClient(t, func(req []netlink.Message) [][]netlink.Message {
				answer := answers[0]
				answers = answers[1:]
				return answer(req[0])
			})
			got, err := c.Services()
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			var marks []uint32
			for _, s := range got {
				marks = append(marks, s.Key.FWMark)
			}
			if diff := cmp.Diff(tt.want, marks); diff != "" {
				t.Errorf("fwmarks (-want +got):\n%s", diff)
			}
			if len(answers) != 0 {
				t.Errorf("%d answers were not asked for", len(answers))
			}
			for _, req := range s.sent {
				if h := req[0].Header; h.Type != testFamily || h.Flags != netlink.Request|netlink.Dump {
					t.Errorf("request: type %d, flags %v", h.Type, h.Flags)
				}
			}
		})
	}
}

// TestClientLateAnswer has the answer of a request that was given up come
// before the next one's, and during it.
func TestClientLateAnswer(t *testing.T) {
	var late []netlink.Message
	requests := 0
	c, s := testClient(t, func(req []netlink.Message) [][]netlink.Message {
		requests++
		switch requests {
		case 1: // silence
			late = []netlink.Message{reply(req[0], cmdNewService, sample(1))}
			return nil
		default:
			old := refuse(netlink.Message{Header: netlink.Header{Sequence: req[0].Header.Sequence - 1}}, syscall.ESRCH)
			return [][]netlink.Message{late, {old}, {reply(req[0], cmdNewService, sample(2))}}
		}
	})
	if _, err := c.Service(FWMarkKey(1, false)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("error %v, want the deadline's", err)
	}
	s.pieces = [][]netlink.Message{late, {refuse(late[0], syscall.ESRCH)}}
	got, err := c.Service(FWMarkKey(2, false))
	if err != nil {
		t.Fatal(err)
	}
	if got.Key.FWMark != 2 {
		t.Errorf("got the answer about %v", got.Key)
	}
	if len(s.pieces) != 0 {
		t.Errorf("%d answers are unread", len(s.pieces))
	}
}

func TestApplyBatches(t *testing.T) {
	ops := make([]Op, 2*maxBatch+44)
	for i := range ops {
		ops[i] = DeleteService(FWMarkKey(uint32(i+1), false))
	}
	ops[5] = DeleteService(Key{}) // never leaves
	refused := map[int]syscall.Errno{0: syscall.ESRCH, 126: syscall.EPERM, 127: syscall.ESRCH, 298: syscall.ENOMEM}
	c, s := testClient(t, each(func(i int) syscall.Errno { return refused[i] }))

	var batch *BatchError
	err := c.Apply(ops)
	if !errors.As(err, &batch) {
		t.Fatalf("got %v, want a BatchError", err)
	}
	want := []struct {
		index int
		err   error
	}{{0, os.ErrNotExist}, {5, os.ErrInvalid}, {127, os.ErrPermission}, {128, os.ErrNotExist}, {299, syscall.ENOMEM}}
	if len(batch.Failed) != len(want) {
		t.Fatalf("%d failures, want %d: %v", len(batch.Failed), len(want), batch.Failed)
	}
	for i, w := range want {
		f := batch.Failed[i]
		if f.Index != w.index || !errors.Is(f, w.err) || f.Op != ops[w.index] {
			t.Errorf("failure %d: %d %v, want %d %v", i, f.Index, f, w.index, w.err)
		}
		if !errors.Is(err, w.err) {
			t.Errorf("the whole is not %v", w.err)
		}
	}
	if got, want := err.Error(), "delete fwmark 1: no such service (and 4 more changes failed)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	var sizes []int
	for _, req := range s.sent {
		sizes = append(sizes, len(req))
		for i, m := range req {
			want := netlink.Request
			if i == len(req)-1 {
				want |= netlink.Acknowledge
			}
			if m.Header.Flags != want {
				t.Errorf("message %d of %d: flags %v, want %v", i, len(req), m.Header.Flags, want)
			}
		}
	}
	if diff := cmp.Diff([]int{127, 128, 44}, sizes); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// TestApplyLostAnswer has the kernel's last answer lost: what it had refused
// is known, of the rest nothing is.
func TestApplyLostAnswer(t *testing.T) {
	c, _ := testClient(t, func(req []netlink.Message) [][]netlink.Message {
		return [][]netlink.Message{{refuse(req[1], syscall.EEXIST)}}
	})
	s := Service{Scheduler: "rr"}
	var ops []Op
	for i := range uint32(3) {
		s.Key = FWMarkKey(i+1, false)
		ops = append(ops, AddService(s))
	}
	var batch *BatchError
	if err := c.Apply(ops); !errors.As(err, &batch) || len(batch.Failed) != 3 {
		t.Fatalf("got %v, want three failures", err)
	}
	for i, want := range []error{os.ErrDeadlineExceeded, os.ErrExist, os.ErrDeadlineExceeded} {
		if !errors.Is(batch.Failed[i], want) {
			t.Errorf("failure %d: %v, want %v", i, batch.Failed[i], want)
		}
	}
}

func TestApplyNothingValid(t *testing.T) {
	c, s := testClient(t, nil)
	wantError(t, c.Apply([]Op{DeleteService(Key{})}), os.ErrInvalid, "")
	if len(s.sent) != 0 {
		t.Errorf("sent %v", s.sent)
	}
}
