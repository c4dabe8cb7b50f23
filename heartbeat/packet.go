package heartbeat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
)

// The authenticated heartbeat is one UDP datagram of PacketSize, 188, bytes. All
// numbers are big-endian.
//
//	 at size
//	  0  4   "pacu"
//	  4  1   version: 2
//	  5  1   role of the sender: 0 primary, 1 backup
//	  6  1   flags: 1 held, 2 blind, 4 wants, 8 stop, 16 deaf; the others are 0
//	  7  1   Phase
//	  8  1   Reason
//	  9  1   the oldest version whose readers understand this packet: 1; 0 in version 1
//	 10  2   faults
//	 12  8   KeyIDs of the sender's keys, the newest first; 0 for none
//	 20  4   Message, Piranha's number
//	 24  8   boot: a random number that names this start of the sender
//	 32  8   sequence: 1, 2, ... of this start
//	 40  8   echo: the boot of the partner that was heard last, 0 if none
//	 48  8   the highest sequence heard of that boot
//	 56  8   nanoseconds since the sender's start, on its monotonic clock
//	 64  8   the sender's wall clock, nanoseconds since 1970
//	 72  8   the first bytes of the SHA-256 of its lvs.cf
//	 80  4   its keepalive in microseconds
//	 84  4   serial_no of its lvs.cf
//	 88  4   real servers up
//	 92  4   real servers probed
//	 96  4   active connections in its kernel's IPVS table
//	100  24  the sender's release, printable ASCII, filled up with 0; since version 2
//	124  32  HMAC-SHA256 (RFC 2104) of all before it, with the newest key
//	156  32  HMAC-SHA256 of the same with the other key; 0 without one
//
// Whoever changes this raises the version, and only adds: fields before the
// HMACs, flags. So a router understands a partner that was upgraded first, and
// one that is upgraded last, and takes neither for silent. Where a change has
// to break that, byte 9 tells it to those who cannot follow.
const (
	// PacketSize is the length of an authenticated heartbeat in bytes.
	PacketSize    = macAt + macsSize
	macAt         = macAt1 + releaseSize
	macAt1        = 100 // in version 1
	releaseSize   = 24
	macSize       = 32
	macsSize      = MaxKeys * macSize
	packetVersion = 2
	// packetNeeds is the oldest version whose readers understand ours, and the
	// oldest that we understand.
	packetNeeds = 1
)

var packetMagic = [4]byte{'p', 'a', 'c', 'u'}

// The flags of a packet.
const (
	flagHeld = 1 << iota
	flagBlind
	flagWants
	flagStop
	flagDeaf
)

// A packet is what an authenticated heartbeat carries: a Beat, and what proves
// that it is a new one of the partner.
type packet struct {
	beat    Beat // Boot of the sender included
	role    Role
	keys    [MaxKeys]KeyID
	seq     uint64
	echo    uint64
	echoSeq uint64
	since   time.Duration
	wall    int64 // nanoseconds since 1970
}

// appendTo appends the packet without its HMACs.
func (p packet) appendTo(b []byte) []byte {
	big := binary.BigEndian
	b = append(b, packetMagic[:]...)
	b = append(b, packetVersion, byte(p.role), p.flags(), byte(p.beat.Phase), byte(p.beat.Reason), packetNeeds)
	b = big.AppendUint16(b, p.beat.Faults)
	for _, id := range p.keys {
		b = append(b, id[:]...)
	}
	b = big.AppendUint32(b, uint32(p.beat.Message))
	for _, v := range []uint64{p.beat.Boot, p.seq, p.echo, p.echoSeq, uint64(p.since), uint64(p.wall)} {
		b = big.AppendUint64(b, v)
	}
	b = append(b, p.beat.Hash[:]...)
	b = big.AppendUint32(b, uint32(min(max(p.beat.Interval.Microseconds(), 0), math.MaxUint32)))
	for _, v := range []uint32{p.beat.Serial, p.beat.Up, p.beat.Servers, p.beat.Connections} {
		b = big.AppendUint32(b, v)
	}
	var release [releaseSize]byte
	copy(release[:], Release(p.beat.Release))
	return append(b, release[:]...)
}

// Release is the part of s that a heartbeat can say: its first 24 bytes, up to
// one that is no printable ASCII.
func Release(s string) string {
	s = s[:min(len(s), releaseSize)]
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		s = s[:i]
	}
	return s
}

// readRelease reads a release as appendTo writes it.
func readRelease(b []byte) (release string, ok bool) {
	release = string(bytes.TrimRight(b, "\x00"))
	return release, Release(release) == release
}

func (p packet) flags() byte {
	var flags byte
	for i, on := range []bool{p.beat.Held, p.beat.Blind, p.beat.Wants, p.beat.Stop, p.beat.Deaf} {
		if on {
			flags |= 1 << i
		}
	}
	return flags
}

// isPacket tells whether b begins as an authenticated heartbeat of whatever
// version.
func isPacket(b []byte) bool {
	return len(b) > len(packetMagic) && [4]byte(b[:4]) == packetMagic
}

// parsePacket reads a packet; its HMACs are left to the caller. The error
// matches ErrLength, ErrVersion, ErrNewer or ErrUnknown.
func parsePacket(b []byte) (packet, error) {
	if !isPacket(b) {
		return packet{}, fmt.Errorf("%w of %d bytes", ErrUnknown, len(b))
	}
	size := PacketSize
	if b[4] == 1 {
		size = macAt1 + macsSize
	}
	switch later := b[4] > packetVersion; { // it may say more
	case b[4] < packetNeeds:
		return packet{}, fmt.Errorf("%w: its version is %d, ours %d", ErrVersion, b[4], packetVersion)
	case len(b) < size, len(b) > size && !later:
		return packet{}, fmt.Errorf("%w: %d bytes instead of %d", ErrLength, len(b), size)
	case b[9] > packetVersion:
		return packet{}, fmt.Errorf("%w: its version is %d, for readers of %d and later, and ours %d", ErrNewer, b[4], b[9], packetVersion)
	}
	big := binary.BigEndian
	p := packet{
		role: Role(b[5]), keys: [MaxKeys]KeyID{KeyID(b[12:]), KeyID(b[16:])},
		seq: big.Uint64(b[32:]), echo: big.Uint64(b[40:]), echoSeq: big.Uint64(b[48:]),
		since: time.Duration(big.Uint64(b[56:])), wall: int64(big.Uint64(b[64:])),
		beat: Beat{
			Message: Message(big.Uint32(b[20:])), Keyed: true,
			Boot: big.Uint64(b[24:]), Phase: Phase(b[7]), Reason: Reason(b[8]),
			Interval: time.Duration(big.Uint32(b[80:])) * time.Microsecond,
			Serial:   big.Uint32(b[84:]), Hash: [8]byte(b[72:]),
			Faults: big.Uint16(b[10:]), Up: big.Uint32(b[88:]), Servers: big.Uint32(b[92:]), Connections: big.Uint32(b[96:]),
			Held: b[6]&flagHeld != 0, Blind: b[6]&flagBlind != 0, Wants: b[6]&flagWants != 0, Stop: b[6]&flagStop != 0,
			Deaf: b[6]&flagDeaf != 0,
		},
	}
	whole := true // what this version adds is as it should be
	switch {
	case b[4] == 1:
		whole = b[6] < flagDeaf<<1 && b[9] == 0
	case b[4] == packetVersion:
		whole = b[6] < flagDeaf<<1 && b[9] == packetNeeds
		fallthrough
	default:
		var ok bool
		p.beat.Release, ok = readRelease(b[macAt1:macAt])
		whole = whole && ok
	}
	legal := p.role <= Backup && whole && p.beat.Phase <= Dropping && p.beat.Message.known() &&
		p.beat.Boot != 0 && p.seq != 0 && p.since >= 0
	if !legal {
		return packet{}, fmt.Errorf("%w: a field is out of range", ErrUnknown)
	}
	return p, nil
}
