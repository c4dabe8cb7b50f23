package control

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A nanny that takes nothing of an order for orderTries times orderTry hangs.
// The time is counted in parts, so that one in which pulse itself stood still,
// or all the machine, counts for no more than one of them.
const (
	orderTry   = time.Second
	orderTries = 5
)

// SocketPair returns the two ends between pulse and a nanny: pulse's, and the
// one to hand to the child (exec.Cmd.ExtraFiles) and then close. Neither
// outlives an exec by accident.
func SocketPair() (parent net.Conn, child *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	mine := os.NewFile(uintptr(fds[0]), "nanny")
	child = os.NewFile(uintptr(fds[1]), "pulse")
	parent, err = net.FileConn(mine)
	_ = mine.Close() // FileConn made its own
	if err != nil {
		_ = child.Close()
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	return parent, child, nil
}

// Inherited returns the child's end of a SocketPair, which the parent left at
// file descriptor fd.
func Inherited(fd uintptr) (net.Conn, error) {
	f := os.NewFile(fd, "pulse")
	if f == nil {
		return nil, fmt.Errorf("file descriptor %d: not open", fd)
	}
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("file descriptor %d: %w", fd, err)
	}
	return c, nil
}

// SendOrder writes an order to a nanny, which has 5 s to take some of it, and
// again for the rest. After an error the conversation is broken and the nanny
// best replaced.
func SendOrder(c net.Conn, o Order) error {
	if err := writeValue(patient{c}, MaxOrder, o); err != nil {
		return fmt.Errorf("order to nanny of %s: %w", o.Server, err)
	}
	return nil
}

// A patient connection gives its reader orderTries times orderTry.
type patient struct{ net.Conn }

// Write writes all of b, or returns why it cannot.
func (p patient) Write(b []byte) (int, error) {
	written := 0
	for tries := 1; ; tries++ {
		_ = p.SetWriteDeadline(time.Now().Add(orderTry))
		n, err := p.Conn.Write(b[written:])
		if written += n; n > 0 {
			tries = 1
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || tries == orderTries {
			return written, err
		}
	}
}

// AppendReport appends a report to lines, as pulse reads it.
func AppendReport(lines []byte, r Report) ([]byte, error) {
	line, err := encode(MaxReport, r)
	if err != nil {
		return lines, fmt.Errorf("report on %s: %w", r.Service, err)
	}
	return append(lines, line...), nil
}

// Orders yields what a nanny reads from pulse. It ends without an error when
// pulse has closed its end, or died.
func Orders(r io.Reader) iter.Seq2[Order, error] { return values[Order](r, MaxOrder, "order") }

// Reports yields what pulse reads from a nanny. It ends without an error when
// the nanny is gone.
func Reports(r io.Reader) iter.Seq2[Report, error] { return values[Report](r, MaxReport, "report") }

func values[T any](r io.Reader, limit int, what string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		b := bufio.NewReader(r)
		for {
			var v T
			err := readValue(b, limit, &v)
			if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, unix.ECONNRESET) {
				return
			}
			if err != nil {
				yield(v, fmt.Errorf("%s: %w", what, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}
