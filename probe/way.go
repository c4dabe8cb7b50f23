package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Way is how a check's packets go out, and how long they may take.
type Way struct {
	Timeout time.Duration // limit of the whole check
	Connect time.Duration // limit of connecting; 0: Timeout
	Source  netip.Addr    // address of this router to ask from; invalid: the kernel chooses
	Mark    uint32        // SO_MARK of the packets, which needs CAP_NET_ADMIN; 0: none
}

// connectLimit is how long connecting may take.
func (w Way) connectLimit() time.Duration {
	if w.Connect > 0 {
		return min(w.Connect, w.Timeout)
	}
	return w.Timeout
}

// prepare sets what must be set before a socket connects to an address of that
// family.
func (w Way) prepare(fd sock, family int) error {
	if w.Mark != 0 {
		if err := fd.set(unix.SOL_SOCKET, unix.SO_MARK, int(w.Mark)); err != nil {
			return err
		}
	}
	if !w.Source.IsValid() {
		return nil
	}
	from, err := newSockaddr(netip.AddrPortFrom(w.Source.Unmap(), 0))
	switch {
	case err != nil:
		return err
	case from.family() != family:
		return fmt.Errorf("from %s: one is IPv4, the other IPv6", w.Source)
	}
	return fd.bind(&from)
}

// dialUDP makes a UDP socket that hears of t alone.
func (w Way) dialUDP(ctx context.Context, t Target) (*net.UDPConn, error) {
	d := net.Dialer{Timeout: w.connectLimit()}
	if w.Source.IsValid() {
		d.LocalAddr = net.UDPAddrFromAddrPort(netip.AddrPortFrom(w.Source, 0))
	}
	if w.Mark != 0 {
		d.Control = w.control
	}
	conn, err := d.DialContext(ctx, "udp", t.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

// control marks a socket before it connects.
func (w Way) control(_, _ string, c syscall.RawConn) error {
	var err error
	outer := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, int(w.Mark))
	})
	if outer != nil {
		return outer
	}
	return err
}

// converse connects to t over TCP, has talk judge the server, and closes, all
// within Timeout and ctx. talk gets a connection that has its deadline; its why
// is for Result.Why, and an error that it met is best put through reason.
func (w Way) converse(ctx context.Context, t Target, talk func(net.Conn) (up bool, why string)) Result {
	start := time.Now()
	conn, err := w.open(ctx, t)
	if err != nil {
		return Result{Why: "connect: " + reason(err, w.connectLimit()), Took: time.Since(start)}
	}
	defer conn.Close()
	prefix := "connected in " + span(time.Since(start))
	step(ctx, prefix)
	_ = conn.SetDeadline(start.Add(w.Timeout))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	up, why := talk(conn)
	if ctx.Err() != nil {
		up, why = false, reason(ctx.Err(), time.Since(start))
	}
	return Result{Up: up, Why: prefix + ", " + why, Took: time.Since(start)}
}

// ending says how an answer broke off.
func (w Way) ending(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return " before it closed"
	}
	return ": " + strings.TrimPrefix(reason(err, w.Timeout), "tls: ")
}
