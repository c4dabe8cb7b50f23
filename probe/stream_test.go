package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A stream is a net.Conn like any other.
func TestStream(t *testing.T) {
	leaks(t)
	l, to := listen(t, "127.0.0.1")
	w := Way{Timeout: long, Source: netip.MustParseAddr("127.0.0.3")}
	conn, err := w.open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if got, want := conn.RemoteAddr().String(), to.String(); got != want {
		t.Errorf("remote address %s, want %s", got, want)
	}
	if got, want := conn.LocalAddr().String(), server.RemoteAddr().String(); got != want {
		t.Errorf("local address %s, want %s", got, want)
	}
	if host, _, _ := net.SplitHostPort(conn.LocalAddr().String()); host != "127.0.0.3" {
		t.Errorf("local address %s, want %s", host, w.Source)
	}

	if _, err := io.WriteString(conn, "ping"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4)
	if _, err := io.ReadFull(server, buf); err != nil || string(buf) != "ping" {
		t.Errorf("the server got %q, %v", buf, err)
	}
	if err := conn.SetDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read after the deadline: %v", err)
	}
	_, _ = conn.SetDeadline(time.Time{}), server.Close()
	if n, err := conn.Read(buf); n != 0 || err != io.EOF {
		t.Errorf("read from a server that closed: %d, %v", n, err)
	}
	for err == nil { // the first packet is answered by a reset
		_, err = io.WriteString(conn, "ping")
	}
	if !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("write to a server that closed: %v", err)
	}
}

// A cancelled context ends the wait for a server that says nothing.
func TestStreamCancelled(t *testing.T) {
	leaks(t)
	to := silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(short, cancel)
	if _, err := (Way{Timeout: long}).open(ctx, to); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if _, err := (Way{Timeout: long, Connect: short}).open(t.Context(), to); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("error %v, want %v", err, os.ErrDeadlineExceeded)
	}
}

// Whoever asks a port of this machine from that same port meets only itself.
func TestStreamMeetsItself(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo := [4]byte{127, 0, 0, 1}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: lo}); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err == nil {
		err = unix.Connect(fd, name)
	}
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(name.(*unix.SockaddrInet4).Port)
	for to, want := range map[uint16]error{port: unix.ECONNREFUSED, port - 1: nil} {
		if _, err := meet(sock(fd), netip.AddrPortFrom(netip.AddrFrom4(lo), to)); !errors.Is(err, want) {
			t.Errorf("from port %d to %d: %v, want %v", port, to, err, want)
		}
	}
}

// TestKernelTCPMeetsItself: a kernel may be told to give such ports too as it
// else gives to nobody who did not ask for one.
func TestKernelTCPMeetsItself(t *testing.T) {
	newCable(t)
	set(t, "/proc/sys/net/ipv4/ip_unprivileged_port_start", "0")
	set(t, "/proc/sys/net/ipv4/ip_local_port_range", "1000 1000")
	to := Target{Addr: netip.MustParseAddr("127.0.0.1"), Port: 1000}
	wantResult(t, TCP{Way{Timeout: long}}.Probe(t.Context(), to), false, `connect: connection refused`)
}

func TestStreamMark(t *testing.T) {
	const mark = 42
	_, to := listen(t, "127.0.0.1")
	s, err := Way{Timeout: long, Mark: mark}.open(t.Context(), to)
	if errors.Is(err, unix.EPERM) {
		t.Skip("SO_MARK needs CAP_NET_ADMIN")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	raw, err := s.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	outer := raw.Control(func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK) })
	if err := errors.Join(outer, err); err != nil || got != mark {
		t.Errorf("mark %d, %v, want %d", got, err, mark)
	}
}
