package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
)

// An understudy is a small process that sends a heartbeat when pulse itself is
// late for it: while pulse collects garbage, or waits for a processor. Pulse
// tells it of each heartbeat beforehand; it sends one that pulse has not made
// needless in time, and then no more until it is told again. So a pulse that
// hangs falls silent one keepalive later, and one that dies at once. It is
// "pulse understudy", with its orders on standard input.
type understudy struct {
	events *journal
	down   chan struct{} // holds one token when the process is of no use

	mu    sync.Mutex
	conn  int // to the process; -1: there is none
	paths []*path
	spare spare
}

// A spare is a heartbeat that may be sent in pulse's stead: from due on, and
// before late. Both are on the clock of uptime. None is in place where raw is
// empty.
type spare struct {
	due, late time.Duration
	raw       []byte
}

const (
	// onPaths and onSpare are the first byte of an order.
	onPaths = 'p' // the rest are the partner's addresses; the sockets come with it
	onSpare = 's' // the rest is due and late in nanoseconds, big endian, and raw

	// understudyOrder is more than the largest order.
	understudyOrder = 1 << 10
	// understudyPause is between a process that has ended and the next.
	understudyPause = time.Second
)

// understudyPatience is how much later than pulse its understudy speaks: a
// sixteenth of keepalive, 5 ms at most.
func understudyPatience(keepalive time.Duration) time.Duration {
	return min(keepalive/16, 5*time.Millisecond)
}

func newUnderstudy(events *journal) *understudy {
	return &understudy{events: events, down: make(chan struct{}, 1), conn: -1}
}

func (u *understudy) String() string { return "understudy" }

// run keeps a process until ctx ends.
func (u *understudy) run(ctx context.Context) error {
	for {
		err := u.serve(ctx)
		if ctx.Err() != nil {
			return nil
		}
		u.events.add(control.Warning, "partner", "", oneLine("heartbeats have no understudy: ", err)+": another is started")
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(understudyPause):
		}
	}
}

// serve starts a process, and returns when it is of no use any more or ctx
// ends.
func (u *understudy) serve(ctx context.Context) error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	stdin := os.NewFile(uintptr(pair[1]), "understudy")
	cmd := ourselves(ctx, stdin, "understudy")
	err = cmd.Start()
	stdin.Close()
	if err != nil {
		unix.Close(pair[0])
		return err
	}
	select {
	case <-u.down: // the one before
	default:
	}
	u.employ(pair[0])
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err = <-ended:
	case <-u.down:
		cmd.Process.Kill()
		err = <-ended
	}
	u.employ(-1)
	if err == nil {
		err = errors.New("it ended by itself")
	}
	return err
}

// employ replaces the process, and tells the new one what the old one knew.
func (u *understudy) employ(conn int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn >= 0 {
		unix.Close(u.conn)
	}
	u.conn = conn
	u.tellPaths()
	u.tellSpare()
}

// follow tells the process of the paths in use.
func (u *understudy) follow(paths []*path) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.paths = paths
	u.tellPaths()
}

// learn tells the process of the next heartbeat. It never waits.
func (u *understudy) learn(s spare) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.spare = s
	u.tellSpare()
}

func (u *understudy) tellPaths() {
	order := []byte{onPaths}
	var sockets []int
	for _, p := range u.paths {
		own, err := -1, error(nil)
		outer := p.Socket(func(fd uintptr) { own, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
		if cmp.Or(outer, err) != nil {
			continue // it is closed already: another comes soon
		}
		defer unix.Close(own)
		sockets = append(sockets, own)
		order = append(order, p.Remote().String()+" "...)
	}
	u.tell(order, sockets)
}

func (u *understudy) tellSpare() {
	order := append(make([]byte, 0, understudyOrder), onSpare)
	order = binary.BigEndian.AppendUint64(order, uint64(u.spare.due))
	order = binary.BigEndian.AppendUint64(order, uint64(u.spare.late))
	u.tell(append(order, u.spare.raw...), nil)
}

func (u *understudy) tell(order []byte, sockets []int) {
	if u.conn < 0 {
		return
	}
	var rights []byte
	if len(sockets) > 0 {
		rights = unix.UnixRights(sockets...)
	}
	if err := unix.Sendmsg(u.conn, order, rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL); err != nil {
		wake(u.down)
	}
}

// parsePaths are the partner's addresses of an order.
func parsePaths(order string) ([]netip.AddrPort, error) {
	var to []netip.AddrPort
	for _, word := range strings.Fields(order) {
		a, err := netip.ParseAddrPort(word)
		if err != nil {
			return nil, err
		}
		to = append(to, a)
	}
	return to, nil
}

// parseSpare is the heartbeat of an order.
func parseSpare(order []byte) (spare, error) {
	if len(order) < 16 {
		return spare{}, errors.New("an order too short")
	}
	return spare{
		due:  time.Duration(binary.BigEndian.Uint64(order)),
		late: time.Duration(binary.BigEndian.Uint64(order[8:])),
		raw:  order[16:],
	}, nil
}
