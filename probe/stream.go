package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A stream is a TCP connection as cheap as the kernel makes it: without the
// goroutine, the timers and the questions of net.Dialer, which cost more than
// the connection itself.
type stream struct {
	*os.File
	from, to netip.AddrPort
}

// LocalAddr is this router's end.
func (s *stream) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(s.from) }

// RemoteAddr is the server's end.
func (s *stream) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(s.to) }

// open connects to t within the limit of connecting. With quiet the server's
// program does not hear of it: see TCP.
func (w Way) open(ctx context.Context, t Target, quiet bool) (*stream, error) {
	deadline := time.Now().Add(w.connectLimit())
	s := &stream{to: netip.AddrPortFrom(t.Addr.Unmap(), t.Port)}
	family, to, err := sockaddr(s.to)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err = w.prepare(fd, family, quiet); err == nil {
		err = unix.Connect(fd, to)
	}
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		_ = unix.Close(fd)
		return nil, err
	}
	// Only now: a socket that does not connect yet wakes who waits for it.
	s.File = os.NewFile(uintptr(fd), "tcp")
	if err := s.await(ctx, to, deadline); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// prepare sets what must be set before connecting.
func (w Way) prepare(fd, family int, quiet bool) error {
	if w.Mark != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(w.Mark)); err != nil {
			return err
		}
	}
	if w.Source.IsValid() {
		from, bind, err := sockaddr(netip.AddrPortFrom(w.Source.Unmap(), 0))
		switch {
		case err != nil:
			return err
		case from != family:
			return fmt.Errorf("from %s: one is IPv4, the other IPv6", w.Source)
		}
		// The port is chosen with the server known: one may serve many.
		if err := unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
			return err
		}
		if err := unix.Bind(fd, bind); err != nil {
			return err
		}
	}
	if !quiet {
		return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0); err != nil {
		return err
	}
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
}

// await waits until a socket that connects is connected.
func (s *stream) await(ctx context.Context, to unix.Sockaddr, deadline time.Time) error {
	if err := s.SetDeadline(deadline); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = raw.Write(func(fd uintptr) (done bool) {
		// To connect again is to ask how it went.
		result = unix.Connect(int(fd), to)
		if done = !errors.Is(result, unix.EALREADY) && !errors.Is(result, unix.EINPROGRESS); done && result == nil {
			result = s.meet(int(fd))
		}
		return done
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	case result != nil:
		return result
	}
	return s.SetDeadline(time.Time{})
}

// meet learns which address and port the kernel chose. One that asks a port of
// this machine on which nobody listens may, by chance, get to be that port, and
// then speaks with itself.
func (s *stream) meet(fd int) error {
	name, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	switch a := name.(type) {
	case *unix.SockaddrInet4:
		s.from = netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		s.from = netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	if s.from.Port() == s.to.Port() && s.from.Addr() == s.to.Addr().WithZone("") {
		return unix.ECONNREFUSED
	}
	return nil
}

// sockaddr is an address as the kernel has it, and its family.
func sockaddr(a netip.AddrPort) (family int, sa unix.Sockaddr, err error) {
	if a.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}, nil
	}
	zone, err := zoneIndex(a.Addr().Zone())
	if err != nil {
		return 0, nil, err
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16(), ZoneId: zone}, nil
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
		return 0, err
	}
	return uint32(iface.Index), nil
}
