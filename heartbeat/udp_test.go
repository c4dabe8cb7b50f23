package heartbeat

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// testWait bounds the waiting for something that is certain to come.
const testWait = 20 * time.Second

// pathPair joins two paths over a loopback address.
func pathPair(t *testing.T, addr string) (a, b *Path) {
	t.Helper()
	any := netip.AddrPortFrom(netip.MustParseAddr(addr), 0)
	a, err := Listen(any, any, "public")
	if errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EAFNOSUPPORT) {
		t.Skipf("no %s here: %v", addr, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err = Listen(any, a.Local(), "public")
	if err != nil {
		t.Fatal(err)
	}
	a.remote = b.Local()
	if a.to, err = Sockaddr(a.remote); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

// listen runs p until the test ends and returns what it hears.
func listen(t *testing.T, p *Path) <-chan Message {
	t.Helper()
	heard, ended := make(chan Message, 10), make(chan error)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		ended <- p.Run(ctx, func(raw []byte, _ time.Time) error {
			m, err := Parse(raw)
			if err == nil {
				heard <- m
			}
			return err
		}, func(line string) { t.Log(line) })
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(testWait):
			t.Error("Run did not end")
		}
	})
	return heard
}

func wait(t *testing.T, heard <-chan Message, want Message) {
	t.Helper()
	select {
	case m := <-heard:
		if m != want {
			t.Errorf("heard %v, want %v", m, want)
		}
	case <-time.After(testWait):
		t.Fatalf("%v not heard", want)
	}
}

func TestPath(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "::1"} {
		t.Run(addr, func(t *testing.T) {
			a, b := pathPair(t, addr)
			// A datagram is counted after open has returned: only when the
			// readers have ended, as they do before this, are all of them.
			t.Cleanup(func() {
				s := a.Stats()
				if s.Sent != 2 || s.Heard != 2 || s.Dropped != 0 || s.LastHeard.IsZero() {
					t.Errorf("stats %+v", s)
				}
			})
			heardA, heardB := listen(t, a), listen(t, b)
			for _, m := range []Message{Stopped, Running} {
				if err := errors.Join(a.Send(m.Append(nil)), b.Send(m.Append(nil))); err != nil {
					t.Fatal(err)
				}
				wait(t, heardA, m)
				wait(t, heardB, m)
			}
			if want := "public " + a.Local().String() + " -> " + b.Local().String(); a.String() != want {
				t.Errorf("%s, want %s", a, want)
			}
		})
	}
}

// Another path on the same socket goes on when the first one is closed.
func TestPathAnother(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "::1"} {
		t.Run(addr, func(t *testing.T) {
			a, b := pathPair(t, addr)
			ended := make(chan error, 1)
			go func() {
				ended <- a.Run(t.Context(), func([]byte, time.Time) error { return nil }, func(string) {})
			}()
			c, err := a.Another(b.Local(), "private")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			a.Close()
			select {
			case err := <-ended:
				if !errors.Is(err, net.ErrClosed) {
					t.Errorf("Run: %v", err)
				}
			case <-time.After(testWait):
				t.Fatal("the path that was closed is still read")
			}
			heardB, heardC := listen(t, b), listen(t, c)
			if err := errors.Join(b.Send(Stopped.Append(nil)), c.Send(Running.Append(nil))); err != nil {
				t.Fatal(err)
			}
			wait(t, heardB, Running)
			wait(t, heardC, Stopped)
			if want := "private " + a.Local().String() + " -> " + b.Local().String(); c.String() != want {
				t.Errorf("%s, want %s", c, want)
			}
			if _, err := a.Another(b.Local(), "private"); !errors.Is(err, net.ErrClosed) {
				t.Errorf("another path on one that is closed: %v", err)
			}
		})
	}
}

func TestPathDrops(t *testing.T) {
	a, b := pathPair(t, "127.0.0.1")
	heard := listen(t, a)
	send := func(from string, payload ...byte) {
		t.Helper()
		c, err := net.DialUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(from)), net.UDPAddrFromAddrPort(a.Local()))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write(payload); err != nil {
			t.Fatal(err)
		}
	}
	send("127.0.0.1:0")                                // empty
	send("127.0.0.1:0", 0xda, 0xdb, 0xad, 0xbd, 0)     // too long
	send("127.0.0.1:0", make([]byte, 2*readBuffer)...) // much too long
	send("127.0.0.1:0", 1, 2, 3, 4)                    // says nothing
	send("127.0.0.2:0", 0xda, 0xdb, 0xad, 0xbd)        // a stranger
	send("127.0.0.1:0", 0xbd, 0xad, 0xdb, 0xda)        // big-endian, from another port
	wait(t, heard, Running)
	if err := b.Send(Stopped.Append(nil)); err != nil {
		t.Fatal(err)
	}
	wait(t, heard, Stopped)
	want := map[string]uint64{string(ErrLength): 3, string(ErrUnknown): 1, string(ErrSender): 1}
	s := counted(t, a, 7)
	if diff := cmp.Diff(want, s.DroppedFor); diff != "" || s.Heard != 2 || s.Dropped != 5 {
		t.Errorf("%d heard, %d dropped (-want +got):\n%s", s.Heard, s.Dropped, diff)
	}
}

// counted returns p's counts when n datagrams are in them: each is counted after
// open has returned, and those of several sockets overtake each other.
func counted(t *testing.T, p *Path, n uint64) PathStats {
	t.Helper()
	late := time.After(testWait)
	for tick := time.Tick(time.Millisecond); ; {
		if s := p.Stats(); s.Heard+s.Dropped >= n {
			return s
		}
		select {
		case <-tick:
		case <-late:
			t.Fatalf("not %d datagrams: %+v", n, p.Stats())
		}
	}
}

// A partner that is not there is for the state machine to notice.
func TestPathNobodyThere(t *testing.T) {
	a, b := pathPair(t, "127.0.0.1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := a.Send(Running.Append(nil)); err != nil {
			t.Error(err)
		}
	}
}

func TestListenErrors(t *testing.T) {
	a, _ := pathPair(t, "127.0.0.1")
	tests := []struct {
		local netip.AddrPort
		is    error
		text  string
	}{
		{a.Local(), unix.EADDRINUSE, "udp " + a.Local().String() + ": address already in use: is another pulse running? (ss -lunp)"},
		{netip.MustParseAddrPort("192.0.2.1:5390"), unix.EADDRNOTAVAIL,
			"udp 192.0.2.1:5390: cannot assign requested address: no interface of this router has it (ip address)"},
	}
	for _, tt := range tests {
		_, err := Listen(tt.local, a.Local(), "public")
		if !errors.Is(err, tt.is) || err.Error() != tt.text {
			t.Errorf("Listen(%s): %v, want %s", tt.local, err, tt.text)
		}
	}
	if err := listenError(a.Local(), unix.EACCES); !errors.Is(err, unix.EACCES) || !strings.Contains(err.Error(), "CAP_NET_BIND_SERVICE") {
		t.Errorf("permission: %v", err)
	}
}

// Heartbeats go first, on the wire and in our own queue.
func TestPathGoesFirst(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "::1"} {
		a, _ := pathPair(t, addr)
		raw, err := a.conn.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		level, option := unix.IPPROTO_IP, unix.IP_TOS
		if addr == "::1" {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		var class, priority int
		if err := raw.Control(func(fd uintptr) {
			class, _ = unix.GetsockoptInt(int(fd), level, option)
			priority, _ = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PRIORITY)
		}); err != nil {
			t.Fatal(err)
		}
		if class != 0xc0 || priority != 6 {
			t.Errorf("%s: class %#x, priority %d", addr, class, priority)
		}
	}
}
