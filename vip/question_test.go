package vip

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

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

// An advertisement that a router passed on, or of another address, is no
// answer; the same one from the link is.
func TestKernelAskAdvertisements(t *testing.T) {
	witnessNet(t).inFar(t, func() { advertise(t, 64, ip("2001:db8::9"), ip("2001:db8::9")) })
	ask := func(within time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		return Ask(ctx, "eth0", ip("2001:db8::1"), ip("2001:db8::9"))
	}
	if err := ask(300 * time.Millisecond); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("from beyond a router: %v", err)
	}
	n := witnessNet(t)
	n.inFar(t, func() { advertise(t, ndp.HopLimit, ip("2001:db8::9"), ip("2001:db8::10")) })
	if err := ask(300 * time.Millisecond); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("of another address: %v", err)
	}
	n = witnessNet(t)
	n.inFar(t, func() { advertise(t, ndp.HopLimit, ip("2001:db8::9"), ip("2001:db8::9")) })
	if err := ask(testWait); err != nil {
		t.Errorf("from the link: %v", err)
	}
}

// advertise answers each solicitation of one address with an advertisement of
// another, with that hop limit, until the test ends.
func advertise(t *testing.T, hops int, solicited, advertised netip.Addr) {
	c, _, err := ndp.Listen(farInterface(t), ndp.Unspecified)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = c.Close(); <-done })
	group, err := ndp.SolicitedNodeMulticast(solicited)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.JoinGroup(group); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(done)
		for {
			m, _, by, err := c.ReadFrom()
			if err != nil {
				return
			}
			if ns, ok := m.(*ndp.NeighborSolicitation); !ok || ns.TargetAddress != solicited {
				continue
			}
			na := &ndp.NeighborAdvertisement{Solicited: true, TargetAddress: advertised}
			if err := c.WriteTo(na, &ipv6.ControlMessage{HopLimit: hops}, by); err != nil {
				return
			}
		}
	}()
}
