package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"pacu/lab"
)

// A tap at a switch notes the heartbeats and announcements that hosts send, each
// with the time at which the kernel had it.
type tap struct {
	file *os.File

	mu   sync.Mutex
	seen []sighting
}

// A sighting is one frame.
type sighting struct {
	at   time.Time
	kind kind
	addr netip.Addr // who sent the heartbeat, or what was announced
	from [6]byte    // the sender's hardware address
}

type kind int

const (
	neither      kind = iota
	heartbeat         // UDP to Piranha's port, or VRRP
	announcement      // gratuitous ARP: RFC 5227, section 3
)

// tapAt listens at a switch.
func tapAt(s *lab.Switch) (*tap, error) {
	t := &tap{}
	err := s.Do(func() error {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL})))
		if err != nil {
			return fmt.Errorf("packet socket: %w", err)
		}
		t.file = os.NewFile(uintptr(fd), "packet socket")
		const room = 8 << 20 // a thousand addresses are announced at once
		return errors.Join(
			// What the switch hands on was heard when it came.
			os.NewSyscallError("ignore what is sent", unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)),
			os.NewSyscallError("ask for times", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)),
			os.NewSyscallError("make room", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room)))
	})
	if err != nil {
		err = fmt.Errorf("tap at switch %s: %w", s.Name(), err)
		if t.file != nil {
			err = errors.Join(err, t.file.Close())
		}
		return nil, err
	}
	return t, nil
}

// run listens until ctx ends.
func (t *tap) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { t.file.Close() })
	defer stop()
	conn, err := t.file.SyscallConn()
	if err != nil {
		return err
	}
	frame, oob := make([]byte, 128), make([]byte, 128) // the rest is cut off
	for {
		var n, oobn int
		var rerr error
		err := conn.Read(func(fd uintptr) bool {
			n, oobn, _, _, rerr = unix.Recvmsg(int(fd), frame, oob, 0)
			return rerr != unix.EAGAIN
		})
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil || rerr != nil:
			return fmt.Errorf("tap: %w", errors.Join(err, rerr))
		}
		kind, addr := parseFrame(frame[:n])
		if kind == neither {
			continue
		}
		at, err := stamp(oob[:oobn])
		if err != nil {
			return fmt.Errorf("tap: %w", err)
		}
		t.mu.Lock()
		t.seen = append(t.seen, sighting{at, kind, addr, [6]byte(frame[6:12])})
		t.mu.Unlock()
	}
}

// since are the frames from a time on.
func (t *tap) since(at time.Time) []sighting {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []sighting
	for _, s := range t.seen {
		if !s.at.Before(at) {
			list = append(list, s)
		}
	}
	return list
}

// stamp is the kernel's time of a message.
func stamp(oob []byte) (time.Time, error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return time.Time{}, fmt.Errorf("control message: %w", err)
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})) {
			var ts unix.Timespec
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&ts)), unsafe.Sizeof(ts)), m.Data)
			return time.Unix(ts.Unix()), nil
		}
	}
	return time.Time{}, errors.New("the kernel gave no time")
}

// parseFrame tells what an Ethernet frame is.
func parseFrame(b []byte) (kind, netip.Addr) {
	const ethernet, arp, ip = 14, 28, 20 // lengths of the headers
	if len(b) < ethernet+ip {
		return neither, netip.Addr{}
	}
	body := b[ethernet:]
	switch binary.BigEndian.Uint16(b[12:]) {
	case unix.ETH_P_ARP:
		if len(body) < arp || [4]byte(body[14:]) != [4]byte(body[24:]) { // sender and target
			return neither, netip.Addr{}
		}
		return announcement, netip.AddrFrom4([4]byte(body[14:]))
	case unix.ETH_P_IP:
		const vrrp, piranha = 112, 539
		from := netip.AddrFrom4([4]byte(body[12:]))
		udp := int(body[0]&0xf) * 4
		switch body[9] {
		case vrrp:
			return heartbeat, from
		case unix.IPPROTO_UDP:
			if len(body) >= udp+4 && binary.BigEndian.Uint16(body[udp+2:]) == piranha {
				return heartbeat, from
			}
		}
	}
	return neither, netip.Addr{}
}
