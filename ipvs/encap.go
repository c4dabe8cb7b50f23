package ipvs

import (
	"fmt"
	"strconv"
	"strings"
)

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

// String is "csum", "remcsum", the number, or empty for none.
func (f EncapFlags) String() string {
	switch f {
	case 0:
		return ""
	case Checksum:
		return "csum"
	case RemoteChecksum:
		return "remcsum"
	}
	return strconv.Itoa(int(f))
}

// String is the type, GUE's port and the checksum, if any: "ipip",
// "gre csum", "gue 6080 remcsum".
func (e Encap) String() string {
	words := e.Type.String()
	if e.Port != 0 {
		words += fmt.Sprintf(" %d", e.Port)
	}
	if e.Flags != 0 {
		words += " " + e.Flags.String()
	}
	return words
}

// ParseEncap reads what Encap.String writes; an empty text is plain IP in IP.
func ParseEncap(text string) (Encap, error) {
	var e Encap
	bad := fmt.Errorf("unknown encapsulation %q", text)
	words := strings.Fields(text)
	if len(words) == 0 {
		return e, nil
	}
	switch words[0] {
	case "ipip":
	case "gre":
		e.Type = GRE
	case "gue":
		if len(words) < 2 {
			return e, fmt.Errorf("encapsulation %q: gue needs a port", text)
		}
		port, err := strconv.ParseUint(words[1], 10, 16)
		if err != nil || port == 0 {
			return e, fmt.Errorf("encapsulation %q: %q is not a port", text, words[1])
		}
		e.Type, e.Port = GUE, uint16(port)
		words = words[1:]
	default:
		return e, bad
	}
	switch {
	case len(words) == 1:
		return e, nil
	case len(words) == 2 && words[1] == Checksum.String():
		e.Flags = Checksum
	case len(words) == 2 && words[1] == RemoteChecksum.String():
		e.Flags = RemoteChecksum
	default:
		return e, bad
	}
	return e, nil
}
