package heartbeat

import (
	"encoding/binary"
	"fmt"
)

// A Message is what a heartbeat says.
type Message uint32

// Piranha's messages. They are on the wire: never change one.
const (
	Running     Message = 0xbdaddbda // lvs: I am active
	Stopped     Message = 0xadbddabd // lvs: I am standby
	HoldMessage Message = 0xdeafbabe // never sent by Piranha, accepted
	HeldMessage Message = 0xdeafdada // never sent by Piranha, accepted
	FOSRunning  Message = 0xbeefbabe // fos: I am active
	FOSStopped  Message = 0xdeadbeef // fos: I am standby
	FOSStop     Message = 0xdeaddada // fos: stop yourself
)

// Size is the length of a heartbeat in bytes.
const Size = 4

// Parse reads a heartbeat in either byte order. The error matches ErrLength
// or ErrUnknown.
func Parse(b []byte) (Message, error) {
	if len(b) != Size {
		return 0, fmt.Errorf("%w: %d bytes instead of %d", ErrLength, len(b), Size)
	}
	for _, m := range []Message{Message(binary.LittleEndian.Uint32(b)), Message(binary.BigEndian.Uint32(b))} {
		if m.known() {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%w: % x", ErrUnknown, b)
}

// Append appends m as a little-endian sender, as all of Piranha's ran on,
// writes it: Running is DA DB AD BD.
func (m Message) Append(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, uint32(m)) }

func (m Message) known() bool { return m.String() != "" }

// String is the message's name, "running"; empty for one that is not Piranha's.
func (m Message) String() string {
	switch m {
	case Running:
		return "running"
	case Stopped:
		return "stopped"
	case HoldMessage:
		return "hold"
	case HeldMessage:
		return "held"
	case FOSRunning:
		return "fos running"
	case FOSStopped:
		return "fos stopped"
	case FOSStop:
		return "fos stop"
	}
	return ""
}
