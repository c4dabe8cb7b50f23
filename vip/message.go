package vip

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/netip"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Proto marks an address as ours in the kernel's table (IFA_PROTO, Linux 5.18;
// older kernels forget it). "ip address" shows it as "proto 80". Values from 4
// up are for routing daemons to choose; it is written into running kernels, so
// it must never change.
const Proto = 80

// ifaProto is IFA_PROTO of linux/if_addr.h, which package unix lacks.
const ifaProto = 11

// An entry is one address as the kernel told of it.
type entry struct {
	Held
	index     uint32
	proto     uint8
	secondary bool // removed by the kernel together with its subnet's primary address
	message   rtnetlink.AddressMessage
}

// encodeAddress is the body of RTM_NEWADDR and RTM_DELADDR for a on the
// interface of that index. A label counts for IPv4 only; in RTM_DELADDR it
// would have to match that of the address, so there it is best empty.
func encodeAddress(a Address, index uint32, label string) ([]byte, error) {
	ip := net.IP(a.Prefix.Addr().AsSlice())
	m := rtnetlink.AddressMessage{
		Family:       unix.AF_INET,
		PrefixLength: uint8(a.Prefix.Bits()),
		Scope:        unix.RT_SCOPE_UNIVERSE,
		Index:        index,
		Attributes:   &rtnetlink.AddressAttributes{Address: ip, Local: ip},
	}
	if a.Prefix.Addr().Is6() {
		m.Family = unix.AF_INET6
		// Duplicate address detection would keep the address unusable for a
		// second, and find the router that is just letting it go.
		m.Attributes.Flags = unix.IFA_F_NODAD
		b, err := withProto(m, Proto)
		if err != nil {
			return nil, err
		}
		return append(b, deprecated...), nil
	}
	m.Attributes.Label = label
	if b, ok := broadcast(a.Prefix); ok {
		m.Attributes.Broadcast = b.AsSlice()
	}
	return withProto(m, Proto)
}

// deprecated is an IFA_CACHEINFO of an address that lasts and that this
// machine's own connections do not choose as their source (RFC 6724, rule 3),
// as the newest they otherwise would: they must outlive its leaving.
var deprecated = func() []byte {
	forever := binary.NativeEndian.AppendUint32(nil, math.MaxUint32)
	info := append(make([]byte, 4, 16), forever...) // preferred 0, valid, two stamps
	ae := netlink.NewAttributeEncoder()
	ae.Bytes(unix.IFA_CACHEINFO, append(info, make([]byte, 8)...))
	b, err := ae.Encode()
	if err != nil {
		panic(err) // 20 bytes always fit
	}
	return b
}()

// withProto is m with IFA_PROTO, which rtnetlink does not know.
func withProto(m rtnetlink.AddressMessage, proto uint8) ([]byte, error) {
	b, err := m.MarshalBinary()
	if err != nil {
		return nil, err
	}
	ae := netlink.NewAttributeEncoder()
	ae.Uint8(ifaProto, proto)
	more, err := ae.Encode()
	if err != nil {
		return nil, err
	}
	return append(b, more...), nil
}

// decodeAddress reads the body of an RTM_NEWADDR or RTM_DELADDR. The name of
// the interface is not in it, and left empty.
func decodeAddress(b []byte) (entry, error) {
	var e entry
	if err := e.message.UnmarshalBinary(b); err != nil {
		return entry{}, fmt.Errorf("address message: %w", err)
	}
	attrs := e.message.Attributes
	if attrs == nil {
		return entry{}, fmt.Errorf("address message: no attributes")
	}
	ad, err := netlink.NewAttributeDecoder(b[unix.SizeofIfAddrmsg:])
	if err != nil {
		return entry{}, fmt.Errorf("address message: %w", err)
	}
	for ad.Next() {
		if ad.Type() == ifaProto {
			e.proto = ad.Uint8()
		}
	}
	if err := ad.Err(); err != nil {
		return entry{}, fmt.Errorf("address message: %w", err)
	}

	// With a peer, IFA_ADDRESS is the peer's and IFA_LOCAL is ours.
	ip := attrs.Local
	if ip == nil {
		ip = attrs.Address
	}
	addr, ok := netip.AddrFromSlice(ip)
	if !ok || int(e.message.PrefixLength) > addr.BitLen() {
		return entry{}, fmt.Errorf("address message: no valid address (%v/%d)", ip, e.message.PrefixLength)
	}
	e.Prefix = netip.PrefixFrom(addr, int(e.message.PrefixLength))
	e.Label = attrs.Label
	e.Ours = e.proto == Proto
	e.index = e.message.Index
	// The same bit means "temporary" for IPv6 (RFC 8981).
	e.secondary = addr.Is4() && e.message.Flags&unix.IFA_F_SECONDARY != 0
	return e, nil
}

// decodeLink reads the body of an RTM_NEWLINK or RTM_DELLINK.
func decodeLink(b []byte) (Link, error) {
	var m rtnetlink.LinkMessage
	if err := m.UnmarshalBinary(b); err != nil {
		return Link{}, fmt.Errorf("link message: %w", err)
	}
	l := Link{
		Index:   int(m.Index),
		Up:      m.Flags&unix.IFF_UP != 0,
		Carrier: m.Flags&unix.IFF_LOWER_UP != 0,
		NoARP:   m.Flags&(unix.IFF_NOARP|unix.IFF_LOOPBACK) != 0,
	}
	if m.Attributes != nil {
		l.Name = m.Attributes.Name
		l.HardwareAddr = m.Attributes.Address
	}
	return l, nil
}
