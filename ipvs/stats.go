package ipvs

import "encoding/binary"

// Stats are the counters of a service or a destination since it was added or
// zeroed, and its rates, each per second and averaged by the kernel over some
// seconds.
type Stats struct {
	Connections, InPackets, OutPackets, InBytes, OutBytes uint64

	ConnectionRate, InPacketRate, OutPacketRate, InByteRate, OutByteRate uint64
}

// decodeStats prefers the 64-bit counters, which kernels before Linux 4.1 do
// not have. In both sets the kernel is free in the width of each attribute.
func decodeStats(s *Stats, b32, b64 []byte) error {
	b := b64
	if b == nil {
		b = b32
	}
	return walk("statistics", b, func(a attribute) error {
		field := s.field(a.typ)
		switch {
		case field == nil: // padding, or newer than we are
		case len(a.value) == 8:
			*field = binary.NativeEndian.Uint64(a.value)
		case len(a.value) == 4:
			*field = uint64(binary.NativeEndian.Uint32(a.value))
		default:
			return a.bad()
		}
		return nil
	})
}

// field is where the attribute typ belongs, or nil.
func (s *Stats) field(typ uint16) *uint64 {
	switch typ {
	case statsConnections:
		return &s.Connections
	case statsInPackets:
		return &s.InPackets
	case statsOutPackets:
		return &s.OutPackets
	case statsInBytes:
		return &s.InBytes
	case statsOutBytes:
		return &s.OutBytes
	case statsConnectionRate:
		return &s.ConnectionRate
	case statsInPacketRate:
		return &s.InPacketRate
	case statsOutPacketRate:
		return &s.OutPacketRate
	case statsInByteRate:
		return &s.InByteRate
	case statsOutByteRate:
		return &s.OutByteRate
	}
	return nil
}
