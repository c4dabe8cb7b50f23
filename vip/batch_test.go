package vip

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Of a batch the kernel answers to what it refuses and to the last; whatever
// else comes is not for it.
func TestBatchAnswers(t *testing.T) {
	refuse := func(sequence uint32) error {
		return &netlink.OpError{Op: "receive", Err: unix.EADDRINUSE, Sequence: sequence}
	}
	acknowledge := func(sequence uint32) []netlink.Message {
		return []netlink.Message{{Header: netlink.Header{Type: netlink.Error, Sequence: sequence}}}
	}
	timeout := &netlink.OpError{Op: "receive", Err: os.ErrDeadlineExceeded}
	overflow := &netlink.OpError{Op: "receive", Err: os.NewSyscallError("recvmsg", unix.ENOBUFS)}
	type answer struct {
		msgs []netlink.Message
		err  error
	}
	tests := []struct {
		name    string
		answers []answer
		want    string // a letter for each request: done, refused, lost
		redials int
	}{
		{"all done", []answer{{msgs: acknowledge(3)}}, "ddd", 0},
		{"first refused", []answer{{err: refuse(1)}, {msgs: acknowledge(3)}}, "rdd", 0},
		{"last refused", []answer{{err: refuse(3)}}, "ddr", 0},
		{"all refused", []answer{{err: refuse(1)}, {err: refuse(2)}, {err: refuse(3)}}, "rrr", 0},
		{"another's answer first", []answer{{msgs: acknowledge(2)}, {msgs: acknowledge(9)}, {msgs: acknowledge(3)}}, "ddd", 0},
		{"no answer", []answer{{err: timeout}}, "lll", 1},
		{"overflow", []answer{{err: refuse(2)}, {err: overflow}}, "lrl", 1},
		{"another's refusal", []answer{{err: refuse(9)}}, "lll", 1},
	}
	for _, tt := range tests {
		k, redials := &fakeKernel{}, 0
		k.receive = func([]netlink.Message) ([]netlink.Message, error) {
			a := tt.answers[0]
			tt.answers = tt.answers[1:]
			return a.msgs, a.err
		}
		c := newConn(k, func() (executor, error) { redials++; return &fakeKernel{}, nil })
		var got strings.Builder
		for _, err := range c.executeAll(unix.RTM_NEWADDR, netlink.Create, [][]byte{{1}, {2}, {3}}) {
			switch {
			case err == nil:
				got.WriteString("d")
			case errors.Is(err, unix.EADDRINUSE) && !errors.Is(err, timeout):
				got.WriteString("r")
			default:
				got.WriteString("l")
			}
		}
		want := tt.want
		if tt.name == "another's refusal" {
			want = "rrr" // the text of it is what there is to tell
		}
		if got.String() != want || redials != tt.redials || len(tt.answers) != 0 {
			t.Errorf("%s: %s with %d new sockets, %d answers unread; want %s with %d", tt.name, got.String(), redials, len(tt.answers), want, tt.redials)
		}
		var flags []netlink.HeaderFlags
		for _, m := range k.sent {
			flags = append(flags, m.Header.Flags)
		}
		each := netlink.Request | netlink.Create
		if diff := cmp.Diff([]netlink.HeaderFlags{each, each, each | netlink.Acknowledge}, flags); diff != "" {
			t.Errorf("%s: flags (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Thousands come and go, in and out of one subnet, with refusals among them.
func TestKernelMany(t *testing.T) {
	for _, bits := range []int{16, 32} {
		n := newTestNet(t)
		c := testConn(t)
		const count = 1200
		addrs := many(count, bits)
		// A foreign address in the midst of the subnet, on the wrong interface,
		// refuses one; one more is refused by the kernel itself.
		n.ip(t, "address add "+addrs[1000].Prefix.String()+" dev eth1")
		bad := at("ff02::9/64", "eth0")
		errs := c.AddAll(append(slices.Clone(addrs), bad))
		for i, err := range errs {
			switch {
			case i == 1000:
				if !errors.Is(err, ErrElsewhere) {
					t.Errorf("/%d: held elsewhere: %v", bits, err)
				}
			case i == count:
				if err == nil || !strings.HasPrefix(err.Error(), "add ff02::9/64 on eth0: ") {
					t.Errorf("/%d: no address: %v", bits, err)
				}
			case err != nil:
				t.Fatal(err)
			}
		}
		if held := heldOn(t, c, "eth0"); len(held) != count {
			t.Fatalf("/%d: %d addresses on eth0, want %d with its own", bits, len(held), count)
		}
		// The first, their subnet's primary, leaves with all the even ones; the
		// odd ones stay.
		var even, want []Address
		for i, a := range addrs {
			if i%2 == 0 {
				even = append(even, a)
			} else {
				want = append(want, a)
			}
		}
		noErrors(t, c.RemoveAll(even))
		var left []netip.Prefix
		for _, a := range want {
			left = append(left, a.Prefix)
		}
		left = append(left, netip.MustParsePrefix("10.9.0.1/24"))
		if diff := cmp.Diff(fmt.Sprint(sorted(left)), fmt.Sprint(sorted(heldOn(t, c, "eth0")))); diff != "" {
			t.Fatalf("/%d: after the even ones left (-want +got):\n%s", bits, diff)
		}
		noErrors(t, c.RemoveAll(addrs))
		if held := heldOn(t, c, "eth0"); len(held) != 1 {
			t.Errorf("/%d: %d addresses left", bits, len(held))
		}
	}
}

func heldOn(t *testing.T, c *Conn, iface string) []netip.Prefix {
	t.Helper()
	held, err := c.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	var list []netip.Prefix
	for _, h := range held {
		if h.Interface == iface && h.Prefix.Addr().Is4() {
			list = append(list, h.Prefix)
		}
	}
	return list
}

func sorted(list []netip.Prefix) []netip.Prefix {
	slices.SortFunc(list, netip.Prefix.Compare)
	return list
}
