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
// made later is the first that it gets. Only where the check stood still before
// its reset, for 200 ms, has the kernel ended the handshake.
func TestTCPUnheard(t *testing.T) {
	leaks(t)
	for _, address := range []string{"127.0.0.1", "::1"} {
		l, to := listen(t, address)
		heard := 0 // at most
		for range 100 {
			r := TCP{Way{Timeout: long}}.Probe(t.Context(), to)
			if wantResult(t, r, true, `connected in [\d.]+ m?s`); r.Took > 150*time.Millisecond {
				heard++
			}
		}
		later, err := net.Dial("tcp", to.String())
		if err != nil {
			t.Fatal(err)
		}
		for {
			got, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Close()
			if got.RemoteAddr().String() == later.LocalAddr().String() {
				break
			}
			if heard--; heard < 0 {
				t.Fatalf("%s: a connection from %s before that from %s", address, got.RemoteAddr(), later.LocalAddr())
			}
		}
		_ = later.Close()
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
