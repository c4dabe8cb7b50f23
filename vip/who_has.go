package vip

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const (
	// probeRounds is how often each address is asked for, for a packet may get
	// lost.
	probeRounds = 2
	// probeWait is how long answers are waited for after each round: RFC 5227
	// asks for 1 s and more, on links slower than those of a router pair.
	probeWait = 400 * time.Millisecond
	// mostOwners bounds what hosts can make us remember.
	mostOwners = 1024
)

// An Owner is a host that says that it has an IPv4 address.
type Owner struct {
	Address      netip.Addr
	HardwareAddr net.HardwareAddr
}

// WhoHas asks on an interface who has each of the IPv4 addresses, by ARP probes
// (RFC 826), whose sender address is all zeros so that no neighbour remembers
// us (RFC 5227, section 2.1.1). It returns who answered; this machine itself
// never does. It needs CAP_NET_RAW.
//
// The error matches ErrLinkDown, ErrNoInterface, ErrNoNeighbours on an
// interface without any, or ctx's when that ended.
func WhoHas(ctx context.Context, iface string, addrs []netip.Addr) ([]Owner, error) {
	owners, err := whoHas(ctx, iface, addrs)
	if err != nil {
		return nil, fmt.Errorf("arp on %s: %w", iface, err)
	}
	return owners, nil
}

func whoHas(ctx context.Context, iface string, addrs []netip.Addr) (owners []Owner, err error) {
	l, err := liveLink(iface)
	if err != nil {
		return nil, err
	}
	if !l.ethernet() {
		return nil, ErrNoNeighbours
	}
	q, err := newQuestion(unix.AF_PACKET, unix.SOCK_DGRAM, 0, "arp", ownersFilter(), linkAddress(l.Index, nil))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.close()) }()
	take := func(b []byte, _ netip.Addr) (bool, error) {
		o, ok := ownerIn(b)
		known := func(k Owner) bool { return k.Address == o.Address && bytes.Equal(k.HardwareAddr, o.HardwareAddr) }
		if ok && slices.Contains(addrs, o.Address) && !bytes.Equal(o.HardwareAddr, l.HardwareAddr) && !slices.ContainsFunc(owners, known) {
			owners = append(owners, o)
		}
		return len(owners) == mostOwners, nil
	}
	for range probeRounds {
		for _, a := range addrs {
			probe := arpPacket(arpRequest, l.HardwareAddr, netip.Addr{}, nil, a)
			if err := q.sock.Sendto(ctx, probe, 0, linkAddress(l.Index, ethernetBroadcast)); err != nil {
				return nil, err
			}
		}
		wait, cancel := context.WithTimeout(ctx, probeWait)
		err := q.listen(wait, take)
		cancel()
		if err != nil && (ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)) {
			return nil, err
		}
	}
	return owners, nil
}

// ownerIn is who says in an ARP reply that it has an address.
func ownerIn(b []byte) (o Owner, ok bool) {
	if len(b) < arpBytes || !bytes.Equal(b[:6], []byte{0, 1, 8, 0, 6, 4}) || binary.BigEndian.Uint16(b[6:]) != arpReply {
		return Owner{}, false
	}
	return Owner{Address: netip.AddrFrom4([4]byte(b[14:18])), HardwareAddr: bytes.Clone(b[8:14])}, true
}

// ownersFilter lets in ARP replies.
func ownersFilter() []bpf.Instruction {
	return keepIf(is(0, 4, 1<<16|0x0800), is(4, 4, 6<<24|4<<16|arpReply))
}
