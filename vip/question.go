package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/mdlayher/socket"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const (
	// answerBytes is more than any answer to a question needs; what is longer
	// is cut.
	answerBytes = 512
	// staleAnswers bounds how many answers to earlier questions are thrown
	// away before the next one: a host that floods us must not hold us up.
	staleAnswers = 1024
	// againAfter is when a question without an answer is asked again.
	againAfter = 200 * time.Millisecond
	// waitStep is how exactly a message tells how long was waited, so that the
	// next one is the same.
	waitStep = 10 * time.Millisecond
)

// A question is a socket on which the same thing is asked again and again. Its
// filter lets in nothing but what may be an answer.
type question struct {
	sock *socket.Conn
	buf  [answerBytes]byte
}

func newQuestion(family, kind, protocol int, name string, filter []bpf.Instruction, place unix.Sockaddr) (*question, error) {
	s, err := openSocket(family, kind, protocol, name, filter, place)
	if err != nil {
		return nil, err
	}
	return &question{sock: s}, nil
}

// openSocket opens a socket that is bound to place, or to nothing. The filter is
// there before the first packet can come in.
func openSocket(family, kind, protocol int, name string, filter []bpf.Instruction, place unix.Sockaddr) (*socket.Conn, error) {
	raw, err := bpf.Assemble(filter)
	if err != nil {
		return nil, err
	}
	s, err := socket.Socket(family, kind, protocol, name, nil)
	if err != nil {
		return nil, err
	}
	err = s.SetBPF(raw)
	if err == nil && place != nil {
		err = s.Bind(place)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// ask sends packet and reads until answers says true or fails, or ctx ends. As
// a packet may get lost, it is sent again every againAfter, each time to the
// next of to, and at last always to the last. What came in before is no answer.
func (q *question) ask(ctx context.Context, packet []byte, to []unix.Sockaddr, answers func(b []byte, by netip.Addr) (bool, error)) error {
	if err := q.drain(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		if err := q.sock.Sendto(ctx, packet, 0, to[min(i, len(to)-1)]); err != nil {
			return err
		}
		wait, cancel := context.WithTimeout(ctx, againAfter)
		err := q.listen(wait, answers)
		cancel()
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
}

// listen reads until answers says true or fails, or ctx ends; what is there when
// its deadline passes counts. With each packet answers is told who sent it, where
// the socket knows that.
func (q *question) listen(ctx context.Context, answers func(b []byte, by netip.Addr) (bool, error)) error {
	for late := 0; ; {
		n, sa, err := q.sock.Recvfrom(ctx, q.buf[:], 0)
		if errors.Is(err, context.DeadlineExceeded) && late < staleAnswers {
			// This machine may have stood still, with the answer here all the
			// while.
			late++
			if n, sa, err = q.here(); errors.Is(err, unix.EAGAIN) {
				err = ctx.Err()
			}
		}
		if err != nil {
			return err
		}
		var by netip.Addr
		switch sa := sa.(type) {
		case *unix.SockaddrInet4:
			by = netip.AddrFrom4(sa.Addr)
		case *unix.SockaddrInet6:
			by = netip.AddrFrom16(sa.Addr)
		}
		if done, err := answers(q.buf[:n], by); done || err != nil {
			return err
		}
	}
}

// here is the next packet that came in already. If there is none, the error
// matches EAGAIN.
func (q *question) here() (n int, by unix.Sockaddr, err error) {
	raw, err := q.sock.SyscallConn()
	if err != nil {
		return 0, nil, err
	}
	failed := raw.Read(func(fd uintptr) bool {
		n, by, err = unix.Recvfrom(int(fd), q.buf[:], unix.MSG_DONTWAIT)
		return true
	})
	return n, by, errors.Join(failed, err)
}

// drain throws away what came in, and with it the error of a link that was
// down and is up again.
func (q *question) drain() error {
	raw, err := q.sock.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Read(func(fd uintptr) bool {
		for range staleAnswers {
			_, _, err := unix.Recvfrom(int(fd), q.buf[:], unix.MSG_DONTWAIT)
			if errors.Is(err, unix.EAGAIN) {
				break
			}
		}
		return true
	})
}

func (q *question) close() error { return q.sock.Close() }

// unanswered puts into words why a question had no answer: how is "ARP for
// 10.10.1.1 on eth0".
func unanswered(ctx context.Context, how string, began time.Time, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		waited := time.Since(began)
		if d, ok := ctx.Deadline(); ok {
			waited = max(0, d.Sub(began))
		}
		return fmt.Errorf("%w to %s in %v", ErrNoAnswer, how, waited.Round(waitStep))
	case errors.Is(err, unix.ENETDOWN), errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		return fmt.Errorf("%s: %w", how, ErrLinkDown)
	}
	return fmt.Errorf("%s: %w", how, err)
}

// A neighbour question asks on one interface who has an address.
type neighbour interface {
	ask(ctx context.Context) error
	close() error
}

// liveLink is the interface of that name, which must be fit to ask on.
func liveLink(name string) (Link, error) {
	c, err := Dial()
	if err != nil {
		return Link{}, err
	}
	l, err := c.link(name)
	if err == nil && (!l.Up || !l.Carrier) {
		err = ErrLinkDown
	}
	return l, errors.Join(err, c.Close())
}

// ethernet tells whether it is a kind of interface with neighbours that can be
// told and asked something.
func (l Link) ethernet() bool {
	return !l.NoARP && len(l.HardwareAddr) == len(ethernetBroadcast)
}

// askNeighbour opens the question of the address family of to.
func askNeighbour(l Link, from, to netip.Addr) (neighbour, error) {
	if !l.ethernet() {
		return nil, ErrNoNeighbours
	}
	if from.Is4() != to.Is4() {
		return nil, fmt.Errorf("%s cannot ask for %s: not the same address family", from, to)
	}
	if to.Is4() {
		return openARP(l, from, to)
	}
	return openND(l, from, to)
}

// neighbourWords names the question for a message.
func neighbourWords(to netip.Addr, iface string) string {
	if to.Is4() {
		return fmt.Sprintf("ARP for %s on %s", to, iface)
	}
	return fmt.Sprintf("neighbour solicitation for %s on %s", to, iface)
}
