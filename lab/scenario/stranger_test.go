package scenario

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"pacu/lab"
)

// A tap is what entered the public network's switch.
type tap struct {
	mu   sync.Mutex
	seen []frame
}

// A frame is one Ethernet frame.
type frame struct {
	at  time.Time
	raw []byte
}

// tap notes from now on what enters the public network's switch. each, unless
// nil, is told of every frame at once.
func (s *site) tap(each func(frame)) *tap {
	s.t.Helper()
	t := &tap{}
	var file *os.File
	var bridge int
	err := s.lan.Do(func() error {
		i, err := net.InterfaceByName("br0")
		if err != nil {
			return err
		}
		bridge = i.Index
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL})))
		if err != nil {
			return err
		}
		file = os.NewFile(uintptr(fd), "tap")
		return unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { file.Close() })
	conn, err := file.SyscallConn()
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		buf := make([]byte, 2048)
		for {
			var n int
			var from unix.Sockaddr
			var rerr error
			err := conn.Read(func(fd uintptr) bool {
				n, from, rerr = unix.Recvfrom(int(fd), buf, 0)
				return rerr != unix.EAGAIN
			})
			if err != nil || rerr != nil {
				return
			}
			// What the bridge itself takes in has entered by a port before.
			if link, ok := from.(*unix.SockaddrLinklayer); !ok || link.Ifindex == bridge {
				continue
			}
			f := frame{time.Now(), bytes.Clone(buf[:n])}
			t.mu.Lock()
			t.seen = append(t.seen, f)
			t.mu.Unlock()
			if each != nil {
				each(f)
			}
		}
	}()
	return t
}

// udp is what a frame carries over UDP on IPv4 without options, if it does.
func (f frame) udp() (from, to netip.AddrPort, payload []byte, ok bool) {
	const ethernet, ip, header = 14, 20, 8
	b := f.raw
	if len(b) < ethernet+ip+header || binary.BigEndian.Uint16(b[12:]) != unix.ETH_P_IP || b[14] != 0x45 || b[23] != unix.IPPROTO_UDP {
		return from, to, nil, false
	}
	at := func(addr, port int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[addr:])), binary.BigEndian.Uint16(b[port:]))
	}
	size := int(binary.BigEndian.Uint16(b[38:]))
	if size < header || ethernet+ip+size > len(b) {
		return from, to, nil, false
	}
	return at(26, 34), at(30, 36), b[ethernet+ip+header : ethernet+ip+size], true
}

// announces is the address that a frame announces by ARP (RFC 5227, section 3:
// sender and target are the same), and for which interface.
func (f frame) announces() (netip.Addr, net.HardwareAddr, bool) {
	b := f.raw
	if len(b) < 42 || binary.BigEndian.Uint16(b[12:]) != unix.ETH_P_ARP || !bytes.Equal(b[28:32], b[38:42]) {
		return netip.Addr{}, nil, false
	}
	return netip.AddrFrom4([4]byte(b[28:])), net.HardwareAddr(b[22:28]), true
}

// frames are those since a time.
func (t *tap) frames(since time.Time) []frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []frame
	for _, f := range t.seen {
		if !f.at.Before(since) {
			list = append(list, f)
		}
	}
	return list
}

// said is what a router said to the other one, oldest first.
func (t *tap) said(since time.Time, by, to netip.AddrPort) [][]byte {
	var list [][]byte
	for _, f := range t.frames(since) {
		if from, at, payload, ok := f.udp(); ok && from.Addr() == by.Addr() && at == to {
			list = append(list, payload)
		}
	}
	return list
}

// A forger sends datagrams as if they came from others.
type forger struct {
	site *site
	fd   int
}

func (s *site) forger(h *lab.Host) *forger {
	s.t.Helper()
	f := &forger{site: s}
	err := h.Do(func() (err error) {
		f.fd, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW) // with IP_HDRINCL, see raw(7)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { unix.Close(f.fd) })
	return f
}

// send sends a datagram over IPv4 with this sender's address. The kernel fills
// in the length and the checksum of the IP header; UDP's is left out, as RFC
// 768 allows.
func (f *forger) send(from, to netip.AddrPort, payload []byte) {
	f.site.t.Helper()
	b := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, unix.IPPROTO_UDP, 0, 0}
	b = append(append(b, from.Addr().AsSlice()...), to.Addr().AsSlice()...)
	for _, word := range []int{int(from.Port()), int(to.Port()), 8 + len(payload), 0} {
		b = binary.BigEndian.AppendUint16(b, uint16(word))
	}
	if err := unix.Sendto(f.fd, append(b, payload...), 0, &unix.SockaddrInet4{Addr: to.Addr().As4()}); err != nil {
		f.site.t.Fatalf("send %d bytes from %s to %s: %v", len(payload), from, to, err)
	}
}
