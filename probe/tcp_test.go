package probe

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// listen listens on a port of address until the test ends.
func listen(t testing.TB, address string) (net.Listener, Target) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Skipf("this machine has no %s: %v", address, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, target(l.Addr())
}

// The program that listens hears nothing of the check: a connection that is
// made later is the first that it gets.
func TestTCPUnheard(t *testing.T) {
	leaks(t)
	for _, address := range []string{"127.0.0.1", "::1"} {
		l, to := listen(t, address)
		for range 100 {
			wantResult(t, TCP{Way{Timeout: long}}.Probe(t.Context(), to), true, `connected in [\d.]+ m?s`)
		}
		later, err := net.Dial("tcp", to.String())
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if want := later.LocalAddr().String(); got.RemoteAddr().String() != want {
			t.Errorf("%s: the first connection is from %s, want %s", address, got.RemoteAddr(), want)
		}
		_, _ = later.Close(), got.Close()
	}
}

func TestTCPSource(t *testing.T) {
	_, to := listen(t, "127.0.0.1")
	for _, tt := range []struct {
		source string
		up     bool
		why    string
	}{
		{"127.0.0.2", true, `connected in [\d.]+ m?s`},
		{"::ffff:127.0.0.2", true, `connected in [\d.]+ m?s`},
		{"192.0.2.1", false, `connect: cannot assign requested address.*`},
		{"::1", false, `connect: from ::1: one is IPv4, the other IPv6`},
	} {
		c := TCP{Way{Timeout: long, Source: netip.MustParseAddr(tt.source)}}
		wantResult(t, c.Probe(t.Context(), to), tt.up, tt.why)
	}
}

// BenchmarkTCP is the cost of a check of a server on this machine: nine parts
// in ten are the kernel's.
func BenchmarkTCP(b *testing.B) {
	_, to := listen(b, "127.0.0.1")
	c := TCP{Way{Timeout: 5 * time.Second}}
	b.ReportAllocs()
	for b.Loop() {
		if r := c.Probe(b.Context(), to); !r.Up {
			b.Fatal(r.Why)
		}
	}
}
