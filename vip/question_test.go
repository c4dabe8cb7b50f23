package vip

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/ndp"
	"golang.org/x/net/bpf"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// filtered runs b through a socket filter.
func filtered(t testing.TB, filter []bpf.Instruction, b []byte) bool {
	t.Helper()
	vm, err := bpf.NewVM(filter)
	if err != nil {
		t.Fatal(err)
	}
	n, err := vm.Run(b)
	if err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// The filter of a socket and the reader behind it must agree.
func FuzzAnswersARP(f *testing.F) {
	mac, other := net.HardwareAddr{2, 0, 0, 0, 0, 1}, net.HardwareAddr{2, 0, 0, 0, 0, 2}
	from, to, third := ip("10.9.0.1"), ip("10.9.0.2"), ip("10.9.0.3")
	answer := arpPacket(arpReply, other, to, mac, from)
	if !answersARP(answer, mac, from, to) {
		f.Error("an answer is none")
	}
	for name, b := range map[string][]byte{
		"of a third host":   arpPacket(arpReply, other, third, mac, from),
		"to a third host":   arpPacket(arpReply, other, to, mac, third),
		"to another card":   arpPacket(arpReply, other, to, other, from),
		"a request":         arpPacket(arpRequest, other, to, mac, from),
		"an announcement":   gratuitousARP(arpReply, other, to),
		"cut":               answer[:27],
		"empty":             nil,
		"of another medium": append([]byte{0, 6}, answer[2:]...),
	} {
		if answersARP(b, mac, from, to) {
			f.Errorf("%s: taken for an answer", name)
		}
		f.Add(b)
	}
	f.Add(answer)
	f.Add(append(answer, make([]byte, 18)...)) // padded to Ethernet's least
	filter := arpFilter(mac, from, to)
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, passes := answersARP(b, mac, from, to), filtered(t, filter, b); got != passes {
			t.Errorf("%x: answer %v, filter passes it %v", b, got, passes)
		}
	})
}

// What answers a solicitation passes the filter; what the filter says of the
// IP header only a kernel can show.
func FuzzAnswersND(f *testing.F) {
	to := ip("2001:db8::2")
	na := func(target string, solicited bool) []byte {
		b, err := ndp.MarshalMessage(&ndp.NeighborAdvertisement{Solicited: solicited, TargetAddress: ip(target)})
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	if !answersND(na("2001:db8::2", true), to) {
		f.Error("an answer is none")
	}
	for _, b := range [][]byte{na("2001:db8::3", true), na("2001:db8::2", false), na("2001:db8::2", true)[:20]} {
		if answersND(b, to) {
			f.Errorf("%x: taken for an answer", b)
		}
		f.Add(b)
	}
	f.Add(na("2001:db8::2", true))
	filter := ndFilter(to)[2:] // without the hop limit
	f.Fuzz(func(t *testing.T, b []byte) {
		if answersND(b, to) && !filtered(t, filter, b) {
			t.Errorf("%x: an answer that the filter refuses", b)
		}
	})
}

// echoes are answers to an echo of number 7, and what is none, for IPv4.
func echoes(t testing.TB, e *icmp.Echo, to netip.Addr) (answer []byte, refusals map[string][]byte, others map[string][]byte) {
	t.Helper()
	packet := func(m icmp.Message) []byte {
		b, err := m.Marshal(nil)
		if err != nil {
			t.Fatal(err)
		}
		h := ipv4.Header{Version: 4, Len: 20, TotalLen: 20 + len(b), Protocol: unix.IPPROTO_ICMP, Src: net.IP{10, 9, 0, 66}, Dst: to.AsSlice()}
		head, err := h.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return append(head, b...)
	}
	echo := func(typ icmp.Type, id, seq int, data string) icmp.Message {
		return icmp.Message{Type: typ, Body: &icmp.Echo{ID: id, Seq: seq, Data: []byte(data)}}
	}
	request := packet(echo(ipv4.ICMPTypeEcho, e.ID, e.Seq, string(e.Data)))
	unreachable := func(code int, data []byte) icmp.Message {
		return icmp.Message{Type: ipv4.ICMPTypeDestinationUnreachable, Code: code, Body: &icmp.DstUnreach{Data: data}}
	}
	foreign := packet(echo(ipv4.ICMPTypeEcho, e.ID+1, e.Seq, string(e.Data)))
	return packet(echo(ipv4.ICMPTypeEchoReply, e.ID, e.Seq, string(e.Data))),
		map[string][]byte{
			"host unreachable":                  packet(unreachable(1, request[:28])),
			"filtered":                          packet(unreachable(13, request)),
			"destination unreachable (code 12)": packet(unreachable(12, request)),
			"time to live exceeded":             packet(icmp.Message{Type: ipv4.ICMPTypeTimeExceeded, Body: &icmp.TimeExceeded{Data: request}}),
		},
		map[string][]byte{
			"another's number":     packet(echo(ipv4.ICMPTypeEchoReply, e.ID+1, e.Seq, string(e.Data))),
			"an earlier one":       packet(echo(ipv4.ICMPTypeEchoReply, e.ID, e.Seq-1, string(e.Data))),
			"a guess":              packet(echo(ipv4.ICMPTypeEchoReply, e.ID, e.Seq, "guessed!")),
			"our own request":      request,
			"of another's request": packet(unreachable(1, foreign)),
			"of nothing":           packet(unreachable(1, nil)),
			"cut":                  packet(unreachable(1, request))[:30],
			"no header":            {0x45},
			"a long header":        {0x4f, 0, 0, 20, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		}
}

func FuzzAnswersPing(f *testing.F) {
	to, third := ip("10.9.0.2"), ip("10.9.0.66")
	e := &icmp.Echo{ID: 7, Seq: 3, Data: []byte("a cookie")}
	answer, refusals, others := echoes(f, e, to)
	filter := pingFilter(unix.IPPROTO_ICMP, 7)
	if ok, err := answersPing(answer, to, unix.IPPROTO_ICMP, to, e); !ok || err != nil {
		f.Errorf("an answer is none: %v", err)
	}
	if ok, err := answersPing(answer, third, unix.IPPROTO_ICMP, to, e); ok || err != nil {
		f.Errorf("a third host answers: %v, %v", ok, err)
	}
	for want, b := range refusals {
		ok, err := answersPing(b, third, unix.IPPROTO_ICMP, to, e)
		if ok || words(err) != want+", says 10.9.0.66" || !filtered(f, filter, b) {
			f.Errorf("%s: %v, %v", want, ok, err)
		}
		f.Add(b)
	}
	for name, b := range others {
		if ok, err := answersPing(b, to, unix.IPPROTO_ICMP, to, e); ok || err != nil {
			f.Errorf("%s: %v, %v", name, ok, err)
		}
		f.Add(b)
	}
	f.Add(answer)
	f.Fuzz(func(t *testing.T, b []byte) {
		ok, err := answersPing(b, to, unix.IPPROTO_ICMP, to, e)
		if (ok || err != nil) && !filtered(t, filter, b) {
			t.Errorf("%x: an answer that the filter refuses", b)
		}
		// For IPv6 there is no header to take off.
		_, _ = answersPing(b, to, unix.IPPROTO_ICMPV6, ip("2001:db8::2"), e)
	})
}

// What a router quotes of an IPv6 packet is known by its header.
func TestQuotesIPv6(t *testing.T) {
	e := &icmp.Echo{ID: 7, Seq: 3}
	to := ip("2001:db8::2")
	b := make([]byte, ipv6HeaderBytes+echoHeaderBytes)
	b[6] = unix.IPPROTO_ICMPV6
	copy(b[24:], to.AsSlice())
	b[40] = byte(ipv6.ICMPTypeEchoRequest)
	binary.BigEndian.PutUint16(b[44:], 7)
	binary.BigEndian.PutUint16(b[46:], 3)
	if !quotes(b, unix.IPPROTO_ICMPV6, to, e) {
		t.Error("our echo is not known again")
	}
	for at := range b {
		if at != 6 && at < 24 || at > 40 && at < 44 {
			continue // not looked at
		}
		other := append([]byte(nil), b...)
		other[at] ^= 1
		if quotes(other, unix.IPPROTO_ICMPV6, to, e) {
			t.Errorf("another echo, with byte %d changed, is taken for ours", at)
		}
	}
	if quotes(b[:47], unix.IPPROTO_ICMPV6, to, e) {
		t.Error("a cut echo is taken for ours")
	}
}

// How long was waited is what was given, however late the question came to it.
func TestUnanswered(t *testing.T) {
	const how = "ARP for 10.9.0.2 on eth0"
	tests := []struct {
		given time.Duration
		err   error
		want  string
		is    error
	}{
		{501 * time.Millisecond, fmt.Errorf("recvfrom: %w", context.DeadlineExceeded), "no answer to " + how + " in 500ms", ErrNoAnswer},
		{-time.Second, context.DeadlineExceeded, "no answer to " + how + " in 0s", ErrNoAnswer},
		{time.Second, unix.ENETDOWN, how + ": link down", ErrLinkDown},
		{time.Second, context.Canceled, how + ": context canceled", context.Canceled},
		{time.Second, nil, "", nil},
	}
	for _, tt := range tests {
		began := time.Now()
		ctx, cancel := context.WithDeadline(t.Context(), began.Add(tt.given))
		err := unanswered(ctx, how, began, tt.err)
		cancel()
		if words(err) != tt.want || !errors.Is(err, tt.is) {
			t.Errorf("%v: %q, want %q", tt.err, words(err), tt.want)
		}
	}
}

// An answer that is there counts, though this machine stood still until its time
// was over; what is none does not hold up.
func TestListenLate(t *testing.T) {
	// What is sent is there at once, which on the loopback it need not be.
	s, far := socketPair(t)
	q := &question{sock: s}
	for _, packet := range []string{"other", "answer", "more"} {
		if _, err := unix.Write(far, []byte(packet)); err != nil {
			t.Fatal(err)
		}
	}
	over, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	var heard []string
	listen := func(until string) error {
		return q.listen(over, func(b []byte, _ netip.Addr) (bool, error) {
			heard = append(heard, string(b))
			return string(b) == until, nil
		})
	}
	if err := listen("answer"); err != nil {
		t.Errorf("an answer that was there: %v", err)
	}
	if err := listen("answer"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without an answer: %v", err)
	}
	if diff := cmp.Diff([]string{"other", "answer", "more"}, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}
