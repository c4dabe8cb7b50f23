package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The limits of the tests: long is never reached, short always.
const (
	long  = time.Minute
	short = 30 * time.Millisecond
)

// tcpServer runs handle for each connection, until the test ends.
func tcpServer(t *testing.T, handle func(*net.TCPConn)) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				handle(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return target(l.Addr())
}

func target(a net.Addr) Target {
	ap := netip.MustParseAddrPort(a.String())
	return Target{Addr: ap.Addr(), Port: ap.Port()}
}

// refusing is a port where nobody listens, nor can until the test ends.
func refusing(t *testing.T) Target {
	t.Helper()
	lo := [4]byte{127, 0, 0, 1}
	for range 100 {
		// Bound, it has the port; but only one who listens is connected to.
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: lo}); err != nil {
			t.Fatal(err)
		}
		name, err := unix.Getsockname(fd)
		if err != nil {
			t.Fatal(err)
		}
		port := name.(*unix.SockaddrInet4).Port
		// Connected, it hears of nobody else.
		c, err := net.DialUDP("udp", &net.UDPAddr{IP: lo[:], Port: port}, &net.UDPAddr{IP: lo[:], Port: 9})
		if err != nil {
			continue // somebody has the port over UDP
		}
		t.Cleanup(func() { _ = c.Close() })
		return Target{Addr: netip.AddrFrom4(lo), Port: uint16(port)}
	}
	t.Fatal("no port is free over TCP and UDP")
	return Target{}
}

// silent is a port that never answers: its queue of connections is full.
func silent(t *testing.T) Target {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	to := Target{Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Port: uint16(name.(*unix.SockaddrInet4).Port)}
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return to
}

// hang holds the connection until the peer closes it.
func hang(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }

// wantResult matches Why against a regular expression over all of it.
func wantResult(t *testing.T, got Result, up bool, why string) {
	t.Helper()
	if !matches(got, up, why) {
		t.Errorf("up %v, why %s\nwant %v, %s", got.Up, got.Why, up, why)
	}
}

func TestTCP(t *testing.T) {
	wantResult(t, TCP{Way{Timeout: long}}.Probe(t.Context(), tcpServer(t, hang)), true, `connected in [\d.]+ m?s`)
	wantResult(t, TCP{Way{Timeout: long}}.Probe(t.Context(), refusing(t)), false, `connect: connection refused`)
	wantResult(t, TCP{Way{Timeout: short}}.Probe(t.Context(), silent(t)), false, `connect: no answer in 30 ms`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := (TCP{Way{Timeout: long}}).Probe(ctx, silent(t)); r.Up {
		t.Errorf("cancelled probe: %+v", r)
	}
}

func TestUDP(t *testing.T) {
	echo := udpServer(t, func(b []byte) []byte { return []byte("hi") })
	wantProbe(t, UDP{Way{Timeout: refusalLimit}}, echo, true, `answered in [\d.]+ m?s`)
	mute := udpServer(t, func([]byte) []byte { return nil })
	wantProbe(t, UDP{Way{Timeout: short}}, mute, true, `not refused in LIMIT`)
	wantProbe(t, UDP{Way{Timeout: refusalLimit}}, refusing(t), false, `port unreachable`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := (UDP{Way{Timeout: long}}).Probe(ctx, mute); r.Up {
		t.Errorf("cancelled probe: %+v", r)
	}
}

// udpServer answers each datagram, unless with nil.
func udpServer(t *testing.T, answer func([]byte) []byte) Target {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveUDP(t, c, answer)
	return target(c.LocalAddr())
}

// serveUDP answers each datagram, unless with nil, until the test ends.
func serveUDP(t *testing.T, c net.PacketConn, answer func([]byte) []byte) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if a := answer(buf[:n]); a != nil {
				_, _ = c.WriteTo(a, from)
			}
		}
	})
	t.Cleanup(func() { _ = c.Close(); wg.Wait() })
}

func TestDefault(t *testing.T) {
	for _, tt := range []struct {
		port uint16
		udp  bool
		want string
	}{
		{80, false, `send "GET / HTTP/1.0\r\n\r\n" expect "HTTP"`},
		{443, false, `tcp connect`},
		{80, true, `udp not refused`},
	} {
		if got := Default(tt.port, tt.udp, Way{Timeout: long}).String(); got != tt.want {
			t.Errorf("port %d udp %v: %s, want %s", tt.port, tt.udp, got, tt.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 340 * time.Microsecond: "0.3 ms", 12400 * time.Microsecond: "12 ms",
		time.Second: "1 s", 1460 * time.Millisecond: "1.5 s", 6 * time.Second: "6 s", 2 * time.Minute: "120 s",
	} {
		if got := span(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}

func TestReason(t *testing.T) {
	for want, err := range map[string]error{
		"no answer in 6 s": fmt.Errorf("dial: %w", os.ErrDeadlineExceeded),
		"no route to host": &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", unix.EHOSTUNREACH)},
		"EOF":              io.EOF,
	} {
		if got := reason(err, 6*time.Second); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
	if got := quote([]byte(strings.Repeat("a", 100))); got != `"`+strings.Repeat("a", 60)+`"...` {
		t.Errorf("quote: %s", got)
	}
}
