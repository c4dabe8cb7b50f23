package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"pacu/heartbeat"
)

// understudyCommand carries out the orders of a pulse, until that ends.
func understudyCommand(args []string, _, stderr io.Writer) int {
	if len(args) > 0 {
		fmt.Fprintln(stderr, "pulse understudy: pulse starts it; it is not for the command line")
		return 2
	}
	nameIt("pulse-beat") // which killall pulse does not reach
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	_ = prefer(understudyPriority) // pulse has said so if it is not allowed
	s := stage{in: int(os.Stdin.Fd())}
	if err := s.run(); err != nil {
		fmt.Fprintf(stderr, "pulse understudy: %v\n", err)
		return 1
	}
	return 0
}

// A stage is where an understudy works: one thread that waits for an order or
// until a heartbeat is due, and for nothing else.
type stage struct {
	in    int
	exits []exit
	spare spare
}

// An exit is a socket of pulse's, and where to.
type exit struct {
	fd int
	to unix.Sockaddr
}

// run returns when pulse has ended.
func (s *stage) run() error {
	order, rights := make([]byte, understudyOrder), make([]byte, unix.CmsgSpace(4*heartbeat.MaxPaths))
	for {
		fds := []unix.PollFd{{Fd: int32(s.in), Events: unix.POLLIN}}
		n, err := unix.Ppoll(fds, s.wait(), nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("wait for orders: %w", err)
		case n == 0:
			s.speak()
			continue
		}
		n, rn, _, _, err := unix.Recvmsg(s.in, order, rights, unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return fmt.Errorf("read orders: %w", err)
		case n == 0:
			return nil // pulse has ended
		}
		if err := s.take(order[:n], rights[:rn]); err != nil {
			return err
		}
	}
}

// wait is how long nothing is due; nil: for ever.
func (s *stage) wait() *unix.Timespec {
	if len(s.spare.raw) == 0 {
		return nil
	}
	t := unix.NsecToTimespec(max(s.spare.due-uptime(), 0).Nanoseconds())
	return &t
}

// speak sends the heartbeat that is due, unless that is too late: a partner
// that has heard nothing for so long may serve, and pulse must find that out
// first.
func (s *stage) speak() {
	if uptime() < s.spare.late {
		for _, e := range s.exits {
			// What fails here fails for pulse as well, which tells of it.
			_ = unix.Sendto(e.fd, s.spare.raw, unix.MSG_DONTWAIT, e.to)
		}
	}
	s.spare = spare{}
}

// take carries out an order.
func (s *stage) take(order, rights []byte) error {
	switch order[0] {
	case onPaths:
		return s.follow(string(order[1:]), rights)
	case onSpare:
		sp, err := parseSpare(order[1:])
		if err != nil {
			return err
		}
		s.spare.due, s.spare.late = sp.due, sp.late
		s.spare.raw = append(s.spare.raw[:0], sp.raw...) // order is written to again
		return nil
	}
	return fmt.Errorf("an order of an unknown kind: %q", order[0])
}

// follow replaces the sockets.
func (s *stage) follow(order string, rights []byte) error {
	fds, err := received(rights)
	if err != nil {
		return err
	}
	for _, e := range s.exits {
		unix.Close(e.fd)
	}
	s.exits = nil
	to, err := parsePaths(order)
	if err == nil && len(to) != len(fds) {
		err = fmt.Errorf("%d sockets for %d paths", len(fds), len(to))
	}
	if err != nil {
		return err
	}
	for i, fd := range fds {
		sa, err := heartbeat.Sockaddr(to[i])
		if err != nil {
			unix.Close(fd) // its interface is gone; pulse has another path soon
			continue
		}
		s.exits = append(s.exits, exit{fd, sa})
	}
	return nil
}

// received are the sockets that came with an order.
func received(rights []byte) ([]int, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, fmt.Errorf("sockets of an order: %w", err)
	}
	if len(messages) != 1 {
		return nil, fmt.Errorf("sockets of an order: %d messages", len(messages))
	}
	return unix.ParseUnixRights(&messages[0])
}
