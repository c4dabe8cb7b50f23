package probe

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// SCTP is up when the server accepts an SCTP association (RFC 9260). The
// router's kernel must have SCTP itself (module sctp); without it the server
// is down, and Result.Why says "protocol not supported".
type SCTP struct{ Way }

// String names the check.
func (c SCTP) String() string { return "sctp connect" }

// Probe associates and closes.
func (c SCTP) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	err := c.associate(ctx, t, start.Add(c.connectLimit()))
	took := time.Since(start)
	if err != nil {
		return Result{Why: "connect: " + reason(err, c.connectLimit()), Took: took}
	}
	return Result{Up: true, Why: "connected in " + span(took), Took: took}
}

// associate connects a socket of the kernel's one-to-one style (RFC 6458,
// section 4), which package net does not offer.
func (c SCTP) associate(ctx context.Context, t Target, deadline time.Time) error {
	to, err := newSockaddr(netip.AddrPortFrom(t.Addr.Unmap(), t.Port))
	if err != nil {
		return err
	}
	fd, err := newSock(&to, unix.SOCK_STREAM, unix.IPPROTO_SCTP)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "sctp")
	defer f.Close()
	if err := c.prepare(fd, to.family()); err != nil {
		return err
	}
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
	asked := false
	err = raw.Write(func(fd uintptr) (done bool) {
		if !asked {
			asked = true
			result = sock(fd).connect(&to)
			return !errors.Is(result, unix.EINPROGRESS)
		}
		// Writable, or woken for nothing: only a peer's name means connected.
		errno, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case err != nil:
			result = err
		case errno != 0:
			result = unix.Errno(errno)
		default:
			_, result = unix.Getpeername(int(fd))
		}
		return !errors.Is(result, unix.ENOTCONN)
	})
	return errors.Join(err, result)
}
