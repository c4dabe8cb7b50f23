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
