package probe

import (
	"errors"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// listenSCTP listens on a port of address, in the thread's namespace.
func listenSCTP(t *testing.T, address string) Target {
	t.Helper()
	a, err := newSockaddr(netip.AddrPortFrom(netip.MustParseAddr(address), 0))
	if err != nil {
		t.Fatal(err)
	}
	fd, err := newSock(&a, unix.SOCK_STREAM, unix.IPPROTO_SCTP)
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		wantResult(t, SCTP{Way{Timeout: long}}.Probe(t.Context(), refusing(t)), false, `connect: protocol not supported`)
		t.Skip("this kernel has no sctp")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fd.close)
	if err := errors.Join(fd.bind(&a), unix.Listen(int(fd), 5)); err != nil {
		t.Fatal(err)
	}
	name, err := fd.name()
	if err != nil {
		t.Fatal(err)
	}
	return Target{Addr: name.Addr(), Port: name.Port()}
}

// TestKernelSCTP associates as lvs.cf says: from an address, and in time.
func TestKernelSCTP(t *testing.T) {
	c := newCable(t)
	own := listenSCTP(t, "127.0.0.1")
	var far, far6 Target
	c.inFar(t, func() { far, far6 = listenSCTP(t, "10.9.0.2"), listenSCTP(t, "fd09::2") })
	gone := far
	gone.Addr = netip.MustParseAddr("10.10.3.1")
	from := netip.MustParseAddr
	for _, tt := range []struct {
		about string
		to    Target
		way   Way
		up    bool
		why   string
	}{
		{"itself", own, Way{}, true, `connected in [\d.]+ m?s`},
		{"there", far, Way{}, true, `connected in [\d.]+ m?s`},
		{"there, IPv6", far6, Way{}, true, `connected in [\d.]+ m?s`},
		{"source", far, Way{Source: from("10.9.0.1")}, true, `connected in [\d.]+ m?s`},
		{"source, IPv6", far6, Way{Source: from("fd09::1")}, true, `connected in [\d.]+ m?s`},
		{"foreign source", far, Way{Source: from("10.9.0.9")}, false, `connect: cannot assign requested address.*`},
		{"source of another family", far, Way{Source: from("fd09::1")}, false, `connect: from fd09::1: one is IPv4, the other IPv6`},
		{"mark", far, Way{Mark: 8}, true, `connected in [\d.]+ m?s`},
		{"no such interface", Target{Addr: from("fe80::1%nowhere"), Port: 7}, Way{}, false, `connect: interface nowhere: .*`},
		{"black hole", gone, Way{Connect: short}, false, `connect: no answer in 30 ms`},
		{"nobody listens", refusing(t), Way{}, false, `connect: connection refused`},
	} {
		tt.way.Timeout = long
		if wantResult(t, SCTP{tt.way}.Probe(t.Context(), tt.to), tt.up, tt.why); t.Failed() {
			t.Fatal(tt.about)
		}
	}
}
