package probe

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A sock is the descriptor of a socket that never blocks. Its calls take the
// kernel microseconds and are not announced to Go's scheduler: of such calls it
// thinks that they might block, wakes a thread to watch them, and gives the
// processor of a nanny, who has but one, to another thread meanwhile. That
// costs several times what they do.
type sock int

// newSock opens a socket for an address, such as SOCK_STREAM and IPPROTO_TCP.
func newSock(a *sockaddr, kind, protocol int) (sock, error) {
	fd, err := unix.Socket(a.family(), kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
	return sock(fd), err
}

// connect begins to connect (EINPROGRESS), and asks after that how it goes
// (EALREADY).
func (s sock) connect(a *sockaddr) error {
	_, _, errno := unix.RawSyscall(unix.SYS_CONNECT, uintptr(s), uintptr(unsafe.Pointer(&a.raw)), a.size)
	return failed(errno)
}

func (s sock) bind(a *sockaddr) error {
	_, _, errno := unix.RawSyscall(unix.SYS_BIND, uintptr(s), uintptr(unsafe.Pointer(&a.raw)), a.size)
	return failed(errno)
}

// name is the address that the socket has.
func (s sock) name() (netip.AddrPort, error) {
	var a sockaddr
	size := uint32(unsafe.Sizeof(a.raw))
	_, _, errno := unix.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(s), uintptr(unsafe.Pointer(&a.raw)), uintptr(unsafe.Pointer(&size)))
	return a.addrPort(), failed(errno)
}

// set sets an option that is a number.
func (s sock) set(level, option, value int) error {
	v := int32(value)
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(s), uintptr(level), uintptr(option), uintptr(unsafe.Pointer(&v)), unsafe.Sizeof(v), 0)
	return failed(errno)
}

// abrupt makes close reset the connection.
func (s sock) abrupt() error {
	l := unix.Linger{Onoff: 1}
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(s), unix.SOL_SOCKET, unix.SO_LINGER, uintptr(unsafe.Pointer(&l)), unsafe.Sizeof(l), 0)
	return failed(errno)
}

// close closes; its error would say nothing that matters any more.
func (s sock) close() { _, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(s), 0, 0) }

func failed(errno unix.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}

// A sockaddr is an address and port as the kernel has them.
type sockaddr struct {
	raw  unix.RawSockaddrInet6 // or the smaller RawSockaddrInet4
	size uintptr
}

// newSockaddr takes no IPv4 address in IPv6's clothes.
func newSockaddr(a netip.AddrPort) (s sockaddr, err error) {
	if a.Addr().Is4() {
		s.size = unix.SizeofSockaddrInet4
		four := s.four()
		four.Family, four.Addr = unix.AF_INET, a.Addr().As4()
		setPort(&four.Port, a.Port())
		return s, nil
	}
	s.size = unix.SizeofSockaddrInet6
	s.raw.Family, s.raw.Addr = unix.AF_INET6, a.Addr().As16()
	setPort(&s.raw.Port, a.Port())
	s.raw.Scope_id, err = zoneIndex(a.Addr().Zone())
	return s, err
}

func (s *sockaddr) four() *unix.RawSockaddrInet4 {
	return (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
}

func (s *sockaddr) family() int { return int(s.raw.Family) }

// addrPort is the address without its zone.
func (s *sockaddr) addrPort() netip.AddrPort {
	if s.raw.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4(s.four().Addr), port(&s.four().Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(s.raw.Addr), port(&s.raw.Port))
}

// Ports have the network's order of bytes, whatever the machine's is.
func setPort(to *uint16, p uint16) {
	b := (*[2]byte)(unsafe.Pointer(to))
	b[0], b[1] = byte(p>>8), byte(p)
}

func port(from *uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(from))
	return uint16(b[0])<<8 | uint16(b[1])
}

// zoneIndex is the number of an address's interface: "eth0" or "2"; 0 without.
func zoneIndex(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	iface, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, fmt.Errorf("interface %s: %w", zone, err)
	}
	return uint32(iface.Index), nil
}
