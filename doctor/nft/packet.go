package nft

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Bits of NFT_CT_STATE (NF_CT_STATE_BIT of linux/netfilter/nf_conntrack_common.h).
const stateNew = 8

// payload is what a payload step takes of the packet.
func (w *walk) payload(e Expr) value {
	switch {
	case e.Base == unix.NFT_PAYLOAD_TRANSPORT_HEADER && e.Offset == 2 && e.Len == 2 && w.p.Port != 0:
		return value{binary.BigEndian.AppendUint16(nil, w.p.Port), true}
	case e.Base == unix.NFT_PAYLOAD_TRANSPORT_HEADER && e.Offset == 0 && e.Len == 2 && w.p.FromPort != 0:
		return value{b: binary.BigEndian.AppendUint16(nil, w.p.FromPort)}
	case e.Base == unix.NFT_PAYLOAD_NETWORK_HEADER:
		return w.header(e)
	}
	return value{}
}

// header is a field of the IP header.
func (w *walk) header(e Expr) value {
	four := w.p.To.Is4() || w.p.From.Is4()
	field := func(a netip.Addr) value {
		if !a.IsValid() || int(e.Len) > len(a.AsSlice()) {
			return value{}
		}
		return value{b: a.AsSlice()[:e.Len]} // a prefix of whole bytes is a shorter load
	}
	switch {
	case four && e.Offset == 12, !four && e.Offset == 8:
		return field(w.p.From)
	case four && e.Offset == 16, !four && e.Offset == 24:
		return field(w.p.To)
	case four && e.Offset == 9 && e.Len == 1:
		return value{b: []byte{w.p.Protocol}}
	}
	return value{}
}

// meta is what the kernel knows of the packet.
func (w *walk) meta(e Expr) value {
	switch e.Key {
	case unix.NFT_META_L4PROTO:
		return value{b: []byte{w.p.Protocol}}
	case unix.NFT_META_NFPROTO:
		if w.p.To.Is4() || w.p.From.Is4() {
			return value{b: []byte{unix.NFPROTO_IPV4}}
		}
		return value{b: []byte{unix.NFPROTO_IPV6}}
	case unix.NFT_META_PROTOCOL:
		if w.p.To.Is4() || w.p.From.Is4() {
			return value{b: binary.BigEndian.AppendUint16(nil, unix.ETH_P_IP)}
		}
		return value{b: binary.BigEndian.AppendUint16(nil, unix.ETH_P_IPV6)}
	case unix.NFT_META_IIF:
		if w.p.InIndex != 0 {
			return value{b: binary.NativeEndian.AppendUint32(nil, w.p.InIndex)}
		}
	case unix.NFT_META_IIFNAME:
		if w.p.In != "" {
			b := make([]byte, unix.IFNAMSIZ)
			copy(b, w.p.In)
			return value{b: b}
		}
	}
	return value{}
}

// ct is what conntrack knows of a packet's connection.
func (w *walk) ct(e Expr) value {
	if e.Key == unix.NFT_CT_STATE && w.p.New {
		return value{b: binary.NativeEndian.AppendUint32(nil, stateNew)}
	}
	return value{}
}

// bitwise is mask and xor.
func bitwise(v value, e Expr) value {
	if v.b == nil || len(v.b) < len(e.Value) || len(e.Value) != len(e.Upper) || len(e.Value) == 0 {
		return value{}
	}
	b := make([]byte, len(e.Value))
	for i := range b {
		b[i] = v.b[i]&e.Value[i] ^ e.Upper[i]
	}
	return value{b, v.isPort}
}
