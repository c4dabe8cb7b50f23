package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
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

	from netip.Addr // who must answer, where the socket hears others too
	most int        // bytes of an answer that are looked at; 0: 64 KiB
	// silence is what no answer at all may mean; empty: anything.
	silence string
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
	switch {
	case v.why != "":
		why += ", but " + v.why
	case q.silence != "" && errors.Is(err, os.ErrDeadlineExceeded):
		why += ": " + q.silence
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

// exchange sends the request, once more if there is no answer by then, until an
// answer decides. The error is a refusal when ICMP says that the server or the
// way to it is not there, which is believed at once; it matches
// os.ErrDeadlineExceeded when nothing that decides came within the limit, with
// what came instead in the verdict; and is ctx's when that ends first.
func (q inquiry) exchange(ctx context.Context, s socket) (verdict, error) {
	raw, err := s.SyscallConn()
	if err != nil {
		return verdict{}, err
	}
	if err := hearErrors(raw); err != nil {
		return verdict{}, err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	a := asker{inquiry: q, socket: s, raw: raw, start: time.Now()}
	if err := a.send(ctx, "sent"); err != nil {
		return a.last, err
	}
	err = a.listen(ctx, min(q.again, q.limit))
	// What was too long for the way there will now be sent in pieces.
	if errors.Is(err, unix.EMSGSIZE) || errors.Is(err, os.ErrDeadlineExceeded) && q.again < q.limit {
		if err = a.send(ctx, "sent once more"); err == nil {
			err = a.listen(ctx, q.limit)
		}
	}
	if err != nil {
		step(ctx, reason(err, q.limit))
	}
	return a.last, err
}

// An asker is an inquiry on its way.
type asker struct {
	inquiry
	socket socket
	raw    syscall.RawConn
	start  time.Time
	last   verdict // on what came last
	strays int     // that came
}

// send sends the request. The error may be what is said of the one before.
func (a *asker) send(ctx context.Context, what string) error {
	_, err := a.socket.Write(a.request)
	switch {
	case errors.Is(err, unix.ENOBUFS):
		// Lost on the way out, which is told only to those who hear errors.
		a.last = stray("this router had no room to send it")
		what = a.last.why
	case err != nil:
		_ = a.raw.Control(func(fd uintptr) { err = whyRefused(int(fd), err) })
		return err
	}
	step(ctx, fmt.Sprintf("%s: %d bytes", what, len(a.request)))
	return nil
}

// listen waits for what decides, until so long after the start.
func (a *asker) listen(ctx context.Context, until time.Duration) error {
	_ = a.socket.SetReadDeadline(a.start.Add(until))
	if ctx.Err() != nil { // perhaps before the deadline was set, which then is the wrong one
		return ctx.Err()
	}
	for ; a.strays < maxStrays; a.strays++ {
		b, from, err := receive(a.raw, a.most)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		case a.from.IsValid() && from != a.from:
			a.last = stray("an answer from " + from.String())
		default:
			a.last = a.judge(b)
		}
		step(ctx, fmt.Sprintf("%d bytes came after %s: %s", len(b), span(time.Since(a.start)), a.last.why))
		if a.last.decided {
			return nil
		}
	}
	a.last = verdict{decided: true, why: fmt.Sprintf("%d datagrams, no answer among them, the last %s", a.strays, a.last.why)}
	return nil
}

// receive waits for a datagram and returns at most its first bytes, or with 0
// its first 64 KiB. It holds no memory while it waits: most of many checks wait
// at the same time.
func receive(raw syscall.RawConn, most int) (b []byte, from netip.Addr, err error) {
	outer := raw.Read(func(fd uintptr) bool {
		n := most
		if err = nil; most == 0 {
			n, _, err = unix.Recvfrom(int(fd), nil, unix.MSG_PEEK|unix.MSG_TRUNC|unix.MSG_DONTWAIT)
		}
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
