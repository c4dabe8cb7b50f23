package vip

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

const (
	cookieBytes     = 8 // of an echo, by which its answer is known
	echoHeaderBytes = 8
	ipv6HeaderBytes = 40
)

// Ping asks to whether it is there with one ICMP echo (RFC 792, RFC 4443), and
// returns nil when it answers before ctx ends; ctx needs a deadline. The echo
// comes from the address from, or with the zero Addr from the one that the
// kernel chooses.
//
// The error matches ErrNoAnswer if nothing came; if a router on the way
// said why, it says what the router said and who it is.
func Ping(ctx context.Context, from, to netip.Addr) error {
	began := time.Now()
	p, err := newPinger(from, to)
	if err == nil {
		err = p.ask(ctx)
		err = errors.Join(err, p.close())
	}
	return unanswered(ctx, "ping of "+to.String(), began, err)
}

// A pinger pings one host from one socket.
type pinger struct {
	*question
	to       netip.Addr
	dest     unix.Sockaddr
	protocol int
	id, seq  uint16
}

func newPinger(from, to netip.Addr) (*pinger, error) {
	var id [2]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	p := &pinger{to: to, id: binary.BigEndian.Uint16(id[:])}
	family := unix.AF_INET
	p.protocol = unix.IPPROTO_ICMP
	if to.Is6() {
		family, p.protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	var err error
	if p.dest, err = socketAddress(to); err != nil {
		return nil, err
	}
	var place unix.Sockaddr
	if from.IsValid() {
		if from.Is4() != to.Is4() {
			return nil, fmt.Errorf("from %s: not the same address family", from)
		}
		if place, err = socketAddress(from); err != nil {
			return nil, err
		}
	}
	p.question, err = newQuestion(family, unix.SOCK_RAW, p.protocol, "ping", pingFilter(p.protocol, p.id), place)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// socketAddress is a as the kernel wants it. The zone of a link-local address
// is the interface that it is on.
func socketAddress(a netip.Addr) (unix.Sockaddr, error) {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4()}, nil
	}
	sa := &unix.SockaddrInet6{Addr: a.As16()}
	if a.Zone() != "" {
		i, err := net.InterfaceByName(a.Zone())
		if err != nil {
			return nil, fmt.Errorf("%w: %s", ErrNoInterface, a.Zone())
		}
		sa.ZoneId = uint32(i.Index)
	}
	return sa, nil
}

func (p *pinger) ask(ctx context.Context) error {
	p.seq++
	e := &icmp.Echo{ID: int(p.id), Seq: int(p.seq), Data: make([]byte, cookieBytes)}
	if _, err := rand.Read(e.Data); err != nil {
		return err
	}
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: e}
	if p.protocol == unix.IPPROTO_ICMPV6 {
		m.Type = ipv6.ICMPTypeEchoRequest
	}
	// The kernel fills in the checksum for IPv6.
	packet, err := m.Marshal(nil)
	if err != nil {
		return err
	}
	return p.question.ask(ctx, packet, []unix.Sockaddr{p.dest}, func(b []byte, by netip.Addr) (bool, error) {
		return answersPing(b, by, p.protocol, p.to, e)
	})
}

// answersPing tells whether b, which a raw socket got from the host by, is the
// answer of to to the echo, or fails with what a router says of it.
func answersPing(b []byte, by netip.Addr, protocol int, to netip.Addr, e *icmp.Echo) (bool, error) {
	if protocol == unix.IPPROTO_ICMP {
		_, payload, ok := splitIPv4(b)
		if !ok {
			return false, nil
		}
		b = payload
	}
	m, err := icmp.ParseMessage(protocol, b)
	if err != nil {
		return false, nil
	}
	var original []byte
	switch body := m.Body.(type) {
	case *icmp.Echo:
		reply := m.Type == ipv4.ICMPTypeEchoReply || m.Type == ipv6.ICMPTypeEchoReply
		return reply && by == to.WithZone("") && body.ID == e.ID && body.Seq == e.Seq && bytes.Equal(body.Data, e.Data), nil
	case *icmp.DstUnreach:
		original = body.Data
	case *icmp.TimeExceeded:
		original = body.Data
	}
	if !quotes(original, protocol, to, e) {
		return false, nil
	}
	return false, &refusedError{words: refusalWords(m.Type, m.Code), by: by}
}

// quotes tells whether the beginning of a packet, as an ICMP error quotes it,
// is our echo to that host. Its data may be missing.
func quotes(b []byte, protocol int, to netip.Addr, e *icmp.Echo) bool {
	var dst netip.Addr
	request := byte(ipv4.ICMPTypeEcho)
	if protocol == unix.IPPROTO_ICMP {
		var ok bool
		if dst, b, ok = splitIPv4(b); !ok {
			return false
		}
	} else {
		request = byte(ipv6.ICMPTypeEchoRequest)
		if len(b) < ipv6HeaderBytes || b[6] != unix.IPPROTO_ICMPV6 {
			return false
		}
		dst, b = netip.AddrFrom16([16]byte(b[24:40])), b[ipv6HeaderBytes:]
	}
	return len(b) >= echoHeaderBytes && dst == to.WithZone("") && b[0] == request &&
		int(binary.BigEndian.Uint16(b[4:])) == e.ID && int(binary.BigEndian.Uint16(b[6:])) == e.Seq
}

// splitIPv4 takes an IPv4 packet of ICMP apart.
func splitIPv4(b []byte) (dst netip.Addr, payload []byte, ok bool) {
	if len(b) < ipv4.HeaderLen || b[0]>>4 != ipv4.Version || b[9] != unix.IPPROTO_ICMP {
		return dst, nil, false
	}
	header := int(b[0]&0xf) * 4
	if header < ipv4.HeaderLen || len(b) < header {
		return dst, nil, false
	}
	return netip.AddrFrom4([4]byte(b[16:20])), b[header:], true
}

// A refusedError is what a router, or the host itself, said of an echo.
type refusedError struct {
	words string
	by    netip.Addr
}

func (e *refusedError) Error() string { return e.words + ", says " + e.by.String() }

// refusalWords says what an ICMP error means (RFC 792, RFC 1812 section 5.2.7,
// RFC 4443 section 3).
func refusalWords(t icmp.Type, code int) string {
	words := map[icmp.Type][]string{
		ipv4.ICMPTypeDestinationUnreachable: {
			0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
			9: "network prohibited", 10: "host prohibited", 13: "filtered",
		},
		ipv6.ICMPTypeDestinationUnreachable: {
			0: "no route", 1: "prohibited", 2: "beyond scope", 3: "address unreachable", 4: "port unreachable",
			5: "filtered", 6: "route rejected",
		},
		ipv4.ICMPTypeTimeExceeded: {0: "time to live exceeded"},
		ipv6.ICMPTypeTimeExceeded: {0: "hop limit exceeded"},
	}[t]
	if code < len(words) && words[code] != "" {
		return words[code]
	}
	return fmt.Sprintf("%v (code %d)", t, code)
}

// pingFilter lets in echo replies with our number, and errors.
func pingFilter(protocol int, id uint16) []bpf.Instruction {
	reply, unreachable, exceeded := uint32(ipv4.ICMPTypeEchoReply), uint32(ipv4.ICMPTypeDestinationUnreachable), uint32(ipv4.ICMPTypeTimeExceeded)
	var header bpf.Instruction = bpf.LoadMemShift{Off: 0} // the length of the IPv4 header
	if protocol == unix.IPPROTO_ICMPV6 {
		reply, unreachable, exceeded = uint32(ipv6.ICMPTypeEchoReply), uint32(ipv6.ICMPTypeDestinationUnreachable), uint32(ipv6.ICMPTypeTimeExceeded)
		header = bpf.LoadConstant{Dst: bpf.RegX, Val: 0}
	}
	return []bpf.Instruction{
		header,
		bpf.LoadIndirect{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unreachable, SkipTrue: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: exceeded, SkipTrue: 3},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: reply, SkipTrue: 3},
		bpf.LoadIndirect{Off: 4, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(id), SkipTrue: 1},
		bpf.RetConstant{Val: answerBytes},
		bpf.RetConstant{Val: 0},
	}
}
