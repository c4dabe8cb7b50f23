package vip

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/netip"

	"github.com/mdlayher/ndp"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const (
	neighborAdvertisement = 136 // ICMPv6 type (RFC 4861 section 4.4)
	solicited             = 0x40
	advertisementBytes    = 24 // without options

	// networkHeader is SKF_NET_OFF of linux/filter.h: in a filter, offsets
	// from here count from the start of the IP header.
	networkHeader = 0xfff00000
	hopLimitAt    = 7 // in an IPv6 header
)

// An ndQuestion asks with neighbour solicitations (RFC 4861 section 7.2.2) who
// has an IPv6 address.
type ndQuestion struct {
	*question
	dest         *unix.SockaddrInet6
	to           netip.Addr
	solicitation []byte
}

func openND(l Link, from, to netip.Addr) (neighbour, error) {
	to = to.WithZone("")
	group, err := ndp.SolicitedNodeMulticast(to)
	if err != nil {
		return nil, err
	}
	// The kernel fills in the checksum.
	ns, err := ndp.MarshalMessage(&ndp.NeighborSolicitation{
		TargetAddress: to,
		Options:       []ndp.Option{&ndp.LinkLayerAddress{Direction: ndp.Source, Addr: l.HardwareAddr}},
	})
	if err != nil {
		return nil, err
	}
	q, err := newQuestion(unix.AF_INET6, unix.SOCK_RAW, unix.IPPROTO_ICMPV6, "nd",
		ndFilter(to), &unix.SockaddrInet6{Addr: from.As16(), ZoneId: uint32(l.Index)})
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		q.sock.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, l.Index),
		q.sock.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, ndp.HopLimit),
		q.sock.SetsockoptInt(unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, 0),
		q.sock.SetsockoptInt(unix.SOL_SOCKET, unix.SO_BINDTOIFINDEX, l.Index),
	)
	if err != nil {
		return nil, errors.Join(err, q.close())
	}
	dest := &unix.SockaddrInet6{Addr: group.As16(), ZoneId: uint32(l.Index)}
	return &ndQuestion{question: q, dest: dest, to: to, solicitation: ns}, nil
}

func (q *ndQuestion) ask(ctx context.Context) error {
	return q.question.ask(ctx, q.solicitation, []unix.Sockaddr{q.dest}, func(b []byte, _ netip.Addr) (bool, error) {
		return answersND(b, q.to), nil
	})
}

// answersND tells whether b is an advertisement of to that somebody asked for.
func answersND(b []byte, to netip.Addr) bool {
	return len(b) >= advertisementBytes && b[0] == neighborAdvertisement && b[1] == 0 &&
		b[4]&solicited != 0 && bytes.Equal(b[8:24], to.AsSlice())
}

// ndFilter lets in advertisements of to that come from this link: a hop limit
// of 255 is what no router leaves a packet (RFC 4861 section 7.1.2).
func ndFilter(to netip.Addr) []bpf.Instruction {
	all := []condition{is(networkHeader+hopLimitAt, 1, ndp.HopLimit), is(0, 2, neighborAdvertisement<<8)}
	for i, b := 0, to.As16(); i < len(b); i += 4 {
		all = append(all, is(uint32(8+i), 4, binary.BigEndian.Uint32(b[i:])))
	}
	return keepIf(all...)
}
