package ipvs

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A wire carries whole datagrams of netlink messages between a Client and the
// kernel, by one caller at a time.
type wire interface {
	send(b []byte) error
	// receive reads one datagram into b and returns its length. After limit
	// without one, the error matches os.ErrDeadlineExceeded.
	receive(b []byte, limit time.Duration) (int, error)
	close() error
}

// A kernelWire is the socket of a netlink.Conn, past the library: it makes an
// object of every message and every attribute, which costs more than the
// kernel's own work on them.
type kernelWire struct {
	conn *netlink.Conn
	raw  syscall.RawConn
}

// newKernelWire takes conn over, except on error.
func newKernelWire(conn *netlink.Conn) (*kernelWire, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("get the netlink socket: %w", err)
	}
	// A socket connected to the kernel, which is port 0, gets from nobody
	// else: what is read needs no look at its sender (netlink_getsockbyportid).
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = os.NewSyscallError("connect", unix.Connect(int(fd), &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	})
	if err := errors.Join(err, refused); err != nil {
		return nil, fmt.Errorf("connect the netlink socket to the kernel: %w", err)
	}
	return &kernelWire{conn: conn, raw: raw}, nil
}

func (w *kernelWire) close() error { return w.conn.Close() }

// send returns when the kernel has done what b asks.
func (w *kernelWire) send(b []byte) error {
	var n int
	var failed error
	err := w.raw.Control(func(fd uintptr) {
		n, failed = untilDone(func() (int, error) { return unix.Write(int(fd), b) })
	})
	switch {
	case err != nil:
		return err
	case failed != nil:
		return os.NewSyscallError("write", failed)
	case n != len(b):
		return fmt.Errorf("netlink took %d of %d bytes", n, len(b))
	}
	return nil
}

// receive tries without a deadline first: the kernel answers while it takes
// the request, so the answer is nearly always there, and a deadline costs.
func (w *kernelWire) receive(b []byte, limit time.Duration) (int, error) {
	var n int
	var failed error
	read := func(fd uintptr) bool {
		n, failed = untilDone(func() (int, error) { return unix.Read(int(fd), b) })
		return !errors.Is(failed, unix.EAGAIN)
	}
	err := w.raw.Control(func(fd uintptr) { read(fd) })
	if err == nil && errors.Is(failed, unix.EAGAIN) {
		if err := w.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
			return 0, err
		}
		err = w.raw.Read(read)
	}
	if err != nil {
		return 0, err
	}
	if failed != nil {
		return 0, os.NewSyscallError("read", failed)
	}
	return n, nil
}

// untilDone repeats a system call that a signal interrupts.
func untilDone(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
