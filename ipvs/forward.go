package ipvs

import "strconv"

// A Forward is how packets reach a destination, the values under
// IP_VS_CONN_F_FWD_MASK.
type Forward uint32

// The forwarding methods.
const (
	Masquerade Forward = iota // addresses rewritten, and back on the way home
	Local                     // to this machine itself
	Tunnel                    // wrapped in a packet to the destination, see Encap
	Direct                    // unchanged, to the destination's link address
	Bypass                    // to where the packet was going anyway
)

const forwardMask = 7 // IP_VS_CONN_F_FWD_MASK

// String is "masquerade", "local", "tunnel", "direct", "bypass", or the
// number.
func (f Forward) String() string {
	switch f {
	case Masquerade:
		return "masquerade"
	case Local:
		return "local"
	case Tunnel:
		return "tunnel"
	case Direct:
		return "direct"
	case Bypass:
		return "bypass"
	}
	return strconv.FormatUint(uint64(f), 10)
}

// An Encap says how a destination with Forward Tunnel is sent its packets.
// The zero Encap is plain IP in IP, which is all that kernels before Linux 5.3
// know: they take a destination with another one without a word, and make it
// plain. Who reads it back sees that, as such a kernel sends no Encap at all.
type Encap struct {
	Type  EncapType
	Port  uint16 // UDP port of GUE; it must have one
	Flags EncapFlags
}

// An EncapType is one of IP_VS_CONN_F_TUNNEL_TYPE_*.
type EncapType uint8

// The encapsulations.
const (
	IPIP EncapType = iota
	GUE            // generic UDP encapsulation, Linux 5.3
	GRE            // generic routing encapsulation, Linux 5.4
)

// String is "ipip", "gue", "gre", or the number.
func (t EncapType) String() string {
	switch t {
	case IPIP:
		return "ipip"
	case GUE:
		return "gue"
	case GRE:
		return "gre"
	}
	return strconv.Itoa(int(t))
}

// EncapFlags are IP_VS_TUNNEL_ENCAP_FLAG_*, about the outer checksum.
type EncapFlags uint16

// The flags. None is no checksum.
const (
	Checksum       EncapFlags = 1 // of GUE and GRE
	RemoteChecksum EncapFlags = 2 // of GUE: the remote checksum offload
)
