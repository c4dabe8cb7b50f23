package main

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/heartbeat"
)

// audience listens where an understudy speaks, on paths of loopback.
func audience(t *testing.T, n int) (partner []*net.UDPConn, paths []*path) {
	t.Helper()
	var specs []pathSpec
	for range n {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		partner = append(partner, c)
		specs = append(specs, pathSpec{
			name: "public", local: netip.MustParseAddrPort("127.0.0.1:0"), remote: c.LocalAddr().(*net.UDPAddr).AddrPort(),
		})
	}
	paths, err := openPaths(specs, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closePaths(paths) })
	return partner, paths
}

func hears(t *testing.T, c *net.UDPConn, want string, from *path) {
	t.Helper()
	buf := make([]byte, 64)
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	n, sender, err := c.ReadFromUDPAddrPort(buf)
	if err != nil || string(buf[:n]) != want || sender != from.Local() {
		t.Errorf("the partner heard %q of %v (%v), want %q of %v", buf[:n], sender, err, want, from.Local())
	}
}

// An understudy says what it was told last, on each path, once it is due and
// unless that was too long ago. It sends from pulse's own sockets, and ends
// with pulse.
func TestUnderstudy(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		defer unix.Close(pair[1])
		s := stage{in: pair[1]}
		ended <- s.run()
	}()
	partner, paths := audience(t, 2)
	u := newUnderstudy(newJournal(slog.New(slog.DiscardHandler)))
	u.learn(spare{late: uptime() + time.Hour, raw: []byte("told before there was a process")})
	u.follow(paths)
	u.employ(pair[0])
	now := func(text string) spare {
		return spare{due: uptime() + 5*time.Millisecond, late: uptime() + time.Hour, raw: []byte(text)}
	}
	for i, p := range paths {
		hears(t, partner[i], "told before there was a process", p)
	}
	u.learn(spare{due: uptime() + time.Hour, late: uptime() + 2*time.Hour, raw: []byte("not due")})
	u.learn(spare{due: 0, late: 1, raw: []byte("too late")})
	u.learn(spare{})
	u.learn(now("due"))
	for i, p := range paths {
		hears(t, partner[i], "due", p)
	}
	// Other paths: the old ones are forgotten, and may be bound again.
	others, otherPaths := audience(t, 1)
	u.follow(otherPaths)
	u.learn(now("elsewhere"))
	hears(t, others[0], "elsewhere", otherPaths[0])
	for _, c := range partner {
		raw, err := c.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		if err := raw.Control(func(fd uintptr) {
			if n, _, err := unix.Recvfrom(int(fd), make([]byte, 64), unix.MSG_DONTWAIT); !errors.Is(err, unix.EAGAIN) {
				t.Errorf("%d bytes more than once, or on a path that was given up: %v", n, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	u.employ(-1)
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestUnderstudyRefuses(t *testing.T) {
	for _, order := range []string{"x", "s1234", "p10.0.0.1:539 ", "pnowhere "} {
		var s stage
		if err := s.take([]byte(order), nil); err == nil {
			t.Errorf("it takes %q for an order", order)
		}
	}
	rights := unix.UnixRights(0)
	const want = "sockets of an order: 2 messages"
	if _, err := received(append(rights, rights...)); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// A process that does not read is of no use.
func TestUnderstudyHangs(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[1])
	u := newUnderstudy(newJournal(slog.New(slog.DiscardHandler)))
	u.employ(pair[0])
	defer u.employ(-1)
	for range 10_000 {
		u.learn(spare{late: 1, raw: make([]byte, heartbeat.PacketSize)})
		select {
		case <-u.down:
			return
		default:
		}
	}
	t.Error("it is told without end")
}
