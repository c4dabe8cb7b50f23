package probe

import (
	"context"
	"net"
	"net/netip"
	"os"
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

// open connects to t within the limit of connecting.
func (w Way) open(ctx context.Context, t Target) (*stream, error) {
	deadline := time.Now().Add(w.connectLimit())
	s := &stream{to: netip.AddrPortFrom(t.Addr.Unmap(), t.Port)}
	fd, to, err := w.start(s.to, false)
	if err != nil {
		return nil, err
	}
	s.File = os.NewFile(uintptr(fd), "tcp")
	if err = await(ctx, s.File, to, deadline); err == nil {
		s.from, err = meet(fd, s.to)
	}
	if err == nil {
		err = s.SetDeadline(time.Time{})
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// knock connects to t within the limit of connecting, which begins now, and
// resets the connection unheard: see TCP.
func (w Way) knock(ctx context.Context, t Target, now time.Time) error {
	at := netip.AddrPortFrom(t.Addr.Unmap(), t.Port)
	fd, to, err := w.start(at, true)
	if err != nil {
		return err
	}
	// A near one may have answered already.
	if err := fd.connect(to); !pending(err) {
		if err == nil {
			_, err = meet(fd, at)
		}
		fd.close()
		return err
	}
	f := os.NewFile(uintptr(fd), "tcp")
	defer f.Close()
	if err := await(ctx, f, to, now.Add(w.connectLimit())); err != nil {
		return err
	}
	_, err = meet(fd, at)
	return err
}

// start makes a socket that connects.
func (w Way) start(at netip.AddrPort, quiet bool) (sock, *sockaddr, error) {
	to, err := newSockaddr(at)
	if err != nil {
		return 0, nil, err
	}
	fd, err := newSock(&to, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err != nil {
		return 0, nil, err
	}
	if err = w.tune(fd, quiet); err == nil {
		err = w.prepare(fd, to.family())
	}
	if err == nil {
		if err = fd.connect(&to); pending(err) {
			err = nil
		}
	}
	if err != nil {
		fd.close()
		return 0, nil, err
	}
	return fd, &to, nil
}

// tune sets what is TCP's alone. It comes before prepare.
func (w Way) tune(fd sock, quiet bool) error {
	if w.Source.IsValid() {
		// The port is chosen with the server known: one may serve many.
		if err := fd.set(unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
			return err
		}
	}
	if !quiet {
		return fd.set(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err := fd.set(unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0); err != nil {
		return err
	}
	return fd.abrupt()
}

// pending says of the error of connecting that it goes on.
func pending(err error) bool { return err == unix.EINPROGRESS || err == unix.EALREADY }

// await waits until a socket that connects is connected. Where it is not, f is
// good for nothing more.
func await(ctx context.Context, f *os.File, to *sockaddr, deadline time.Time) error {
	if err := f.SetDeadline(deadline); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = f.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = raw.Write(func(fd uintptr) (done bool) {
		result = sock(fd).connect(to)
		return !pending(result)
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil: // and result only says that it was pending
		return err
	}
	return result
}

// meet learns which address and port the kernel chose. One that asks a port of
// this machine on which nobody listens may, by chance, get to be that port, and
// then speaks with itself.
func meet(fd sock, to netip.AddrPort) (from netip.AddrPort, err error) {
	from, err = fd.name()
	if err == nil && from.Port() == to.Port() && from.Addr() == to.Addr().WithZone("") {
		err = unix.ECONNREFUSED
	}
	return from, err
}
