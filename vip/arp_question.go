package vip

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// An arpQuestion asks with ARP requests (RFC 826) who has an IPv4 address.
type arpQuestion struct {
	*question
	link     Link
	from, to netip.Addr
	request  []byte
	known    net.HardwareAddr // that answered last, nil when it did not
}

func openARP(l Link, from, to netip.Addr) (neighbour, error) {
	q, err := newQuestion(unix.AF_PACKET, unix.SOCK_DGRAM, 0, "arp",
		arpFilter(l.HardwareAddr, from, to), linkAddress(l.Index, nil))
	if err != nil {
		return nil, err
	}
	return &arpQuestion{question: q, link: l, from: from, to: to, request: arpPacket(arpRequest, l.HardwareAddr, from, nil, to)}, nil
}

// ask asks the host that answered last time and, if it does not, everybody:
// a witness asked four times a second is no reason to wake a whole network.
func (q *arpQuestion) ask(ctx context.Context) error {
	to := []unix.Sockaddr{linkAddress(q.link.Index, ethernetBroadcast)}
	if q.known != nil {
		to = slices.Insert(to, 0, unix.Sockaddr(linkAddress(q.link.Index, q.known)))
	}
	q.known = nil
	return q.question.ask(ctx, q.request, to, func(b []byte, _ netip.Addr) (bool, error) {
		if !answersARP(b, q.link.HardwareAddr, q.from, q.to) {
			return false, nil
		}
		q.known = bytes.Clone(b[8:14])
		return true, nil
	})
}

// linkAddress is the address of ARP on an interface, at a host or at none.
func linkAddress(index int, to net.HardwareAddr) *unix.SockaddrLinklayer {
	a := &unix.SockaddrLinklayer{Protocol: bigEndian16(unix.ETH_P_ARP), Ifindex: index, Halen: uint8(len(to))}
	copy(a.Addr[:], to)
	return a
}

func bigEndian16(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}

// answersARP tells whether b is a reply in which to tells mac, who has from,
// where it is. Announcements of others, and replies to others, are no answer.
func answersARP(b []byte, mac net.HardwareAddr, from, to netip.Addr) bool {
	return len(b) >= arpBytes && bytes.Equal(b[:6], []byte{0, 1, 8, 0, 6, 4}) &&
		binary.BigEndian.Uint16(b[6:]) == arpReply &&
		bytes.Equal(b[14:18], to.AsSlice()) &&
		bytes.Equal(b[18:24], mac) &&
		bytes.Equal(b[24:28], from.AsSlice())
}

// arpFilter lets in what answersARP says yes to.
func arpFilter(mac net.HardwareAddr, from, to netip.Addr) []bpf.Instruction {
	return keepIf(
		is(0, 4, 1<<16|0x0800),
		is(4, 4, 6<<24|4<<16|arpReply),
		is(14, 4, binary.BigEndian.Uint32(to.AsSlice())),
		is(18, 4, binary.BigEndian.Uint32(mac)),
		is(22, 2, uint32(binary.BigEndian.Uint16(mac[4:]))),
		is(24, 4, binary.BigEndian.Uint32(from.AsSlice())),
	)
}
