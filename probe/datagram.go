package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxStrays bounds how many datagrams that decide nothing a check looks at, so
// that a server that sends without end costs little.
const maxStrays = 1000

// An inquiry is a datagram and how to know its answer.
type inquiry struct {
	request []byte
	limit   time.Duration // of all of it
	again   time.Duration // after which the request is sent once more, for one may be lost
	judge   func(answer []byte) verdict
	// from is who must answer, where the socket hears others too.
	from netip.Addr
}

// A verdict is what a check makes of one datagram.
type verdict struct {
	decided bool   // else it was not the answer, which may still come
	up      bool   // where it is decided
	why     string // where it is not: what came instead
}

// stray is the verdict on a datagram that is not the answer.
func stray(why string) verdict { return verdict{why: why} }

// socket is a connected datagram socket: a *net.UDPConn, or an *os.File.
type socket interface {
	io.Writer
	syscall.Conn
	SetReadDeadline(t time.Time) error
}

// ask makes the inquiry over UDP, and is down unless an answer is up.
func (w Way) ask(ctx context.Context, t Target, q inquiry) Result {
	start := time.Now()
	v, err := w.exchange(ctx, t, q)
	return q.result(v, err, time.Since(start))
}

// result is that of an inquiry which took so long: err is down.
func (q inquiry) result(v verdict, err error, took time.Duration) Result {
	if err == nil {
		return Result{Up: v.up, Why: v.why, Took: took}
	}
	why := reason(err, q.limit)
	if v.why != "" {
		why += ", but " + v.why
	}
	return Result{Why: why, Took: took}
}

// exchange makes the inquiry over UDP; see inquiry.exchange.
func (w Way) exchange(ctx context.Context, t Target, q inquiry) (verdict, error) {
	conn, err := w.dialUDP(ctx, t)
	if err != nil {
		return verdict{}, err
	}
	defer conn.Close()
	return q.exchange(ctx, conn)
}

// dialUDP makes a socket that talks to t alone.
func (w Way) dialUDP(ctx context.Context, t Target) (*net.UDPConn, error) {
	conn, err := w.dial(ctx, "udp", t)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

// exchange sends the request, once more if there is no answer by then, until an
// answer decides. The error is a refusal when ICMP says that the server or the
// way to it is not there, which is believed at once; it matches
// os.ErrDeadlineExceeded when nothing that decides came within the limit, with
// what came instead in the verdict; and is ctx's when that ends first.
func (q inquiry) exchange(ctx context.Context, s socket) (last verdict, err error) {
	start := time.Now()
	raw, err := s.SyscallConn()
	if err != nil {
		return last, err
	}
	if err := hearErrors(raw); err != nil {
		return last, err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	strays := 0
	for i, until := range []time.Duration{min(q.again, q.limit), q.limit} {
		if err := q.send(ctx, s, raw, i > 0); err != nil {
			return last, err
		}
		_ = s.SetReadDeadline(start.Add(until))
		for strays < maxStrays {
			if ctx.Err() != nil { // perhaps before the deadline was set, which then is the wrong one
				return last, ctx.Err()
			}
			b, from, err := receive(raw)
			if ctx.Err() != nil {
				return last, ctx.Err()
			}
			if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, unix.EMSGSIZE) {
				break // send again; too long for the way there, it will be sent in pieces
			}
			if err != nil {
				step(ctx, "no: "+reason(err, until))
				return last, err
			}
			if last = q.judge(b); q.from.IsValid() && from != q.from {
				last = stray("an answer from " + from.String())
			}
			if last.decided {
				step(ctx, fmt.Sprintf("%d bytes came after %s: %s", len(b), span(time.Since(start)), last.why))
				return last, nil
			}
			strays++
			step(ctx, fmt.Sprintf("%d bytes came after %s, no answer: %s", len(b), span(time.Since(start)), last.why))
		}
	}
	if strays == maxStrays {
		return verdict{decided: true, why: fmt.Sprintf("%d datagrams, no answer among them, the last %s", strays, last.why)}, nil
	}
	return last, os.ErrDeadlineExceeded
}

// send sends the request. An error may also be that of the request before.
func (q inquiry) send(ctx context.Context, s socket, raw syscall.RawConn, again bool) error {
	_, err := s.Write(q.request)
	if errors.Is(err, unix.EMSGSIZE) && again {
		_, err = s.Write(q.request) // it was said of the one before; now the kernel knows
	}
	if err != nil {
		_ = raw.Control(func(fd uintptr) { err = whyRefused(int(fd), err) })
		return err
	}
	if again {
		step(ctx, "sent once more")
	} else {
		step(ctx, fmt.Sprintf("sent %d bytes", len(q.request)))
	}
	return nil
}

// receive waits for a datagram and returns at most its first 64 KiB. It holds
// no memory while it waits: most of many checks wait at the same time.
func receive(raw syscall.RawConn) (b []byte, from netip.Addr, err error) {
	outer := raw.Read(func(fd uintptr) bool {
		var n int
		n, _, err = unix.Recvfrom(int(fd), nil, unix.MSG_PEEK|unix.MSG_TRUNC|unix.MSG_DONTWAIT)
		if err == nil {
			b = make([]byte, min(n, maxAnswer))
			var sender unix.Sockaddr
			n, sender, err = unix.Recvfrom(int(fd), b, unix.MSG_DONTWAIT)
			b, from = b[:max(n, 0)], sockaddrIP(sender)
		}
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			return false
		case err != nil:
			err = whyRefused(int(fd), err)
		}
		return true
	})
	if outer != nil {
		return nil, from, outer
	}
	return b, from, err
}

// hearErrors has the kernel report all ICMP errors, not only that of a port
// where nobody listens, and keep what they say (IP_RECVERR, ip(7)).
func hearErrors(raw syscall.RawConn) error {
	var err error
	outer := raw.Control(func(fd uintptr) {
		var family int
		if family, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN); err != nil {
			return
		}
		level, option := unix.SOL_IP, unix.IP_RECVERR
		if family == unix.AF_INET6 {
			level, option = unix.SOL_IPV6, unix.IPV6_RECVERR
		}
		err = unix.SetsockoptInt(int(fd), level, option, 1)
	})
	return errors.Join(outer, err)
}

// whyRefused is the refusal that the socket's queue of errors holds, or err.
func whyRefused(fd int, err error) error {
	if errors.Is(err, unix.EMSGSIZE) {
		return err
	}
	oob := make([]byte, 512)
	_, n, _, _, failed := unix.Recvmsg(fd, nil, oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	if failed != nil {
		return err
	}
	r, ok := parseRefusal(oob[:n])
	if !ok {
		return err
	}
	if peer, failed := unix.Getpeername(fd); failed == nil && sockaddrIP(peer) == r.by {
		r.by = netip.Addr{} // the server itself
	}
	if own, failed := unix.Getsockname(fd); failed == nil && r.by.IsValid() {
		r.own = sockaddrIP(own) == r.by
	}
	return r
}

func sockaddrIP(sa unix.Sockaddr) netip.Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(sa.Addr).Unmap()
	}
	return netip.Addr{}
}
