package probe

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSockaddr(t *testing.T) {
	for _, tt := range []struct {
		addr, back string
		family     int
		zone       uint32
		ok         bool
	}{
		{"10.0.0.1:80", "10.0.0.1:80", unix.AF_INET, 0, true},
		{"10.0.0.1:65281", "10.0.0.1:65281", unix.AF_INET, 0, true},
		{"[2001:db8::1]:80", "[2001:db8::1]:80", unix.AF_INET6, 0, true},
		{"[fe80::1%7]:80", "[fe80::1]:80", unix.AF_INET6, 7, true},
		{"[fe80::1%lo]:80", "[fe80::1]:80", unix.AF_INET6, 1, true},
		{"[fe80::1%nowhere]:80", "[fe80::1]:80", unix.AF_INET6, 0, false},
	} {
		s, err := newSockaddr(netip.MustParseAddrPort(tt.addr))
		if (err == nil) != tt.ok || s.family() != tt.family || s.addrPort().String() != tt.back {
			t.Errorf("%s: family %d, %s, %v", tt.addr, s.family(), s.addrPort(), err)
		}
		if s.family() == unix.AF_INET6 && s.raw.Scope_id != tt.zone {
			t.Errorf("%s: zone %d, want %d", tt.addr, s.raw.Scope_id, tt.zone)
		}
	}
}

// What the kernel calls a socket is what it was bound to.
func TestSockName(t *testing.T) {
	for _, addr := range []string{"127.0.0.9", "::1"} {
		a, err := newSockaddr(netip.AddrPortFrom(netip.MustParseAddr(addr), 0))
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSock(&a, unix.SOCK_STREAM, unix.IPPROTO_TCP)
		if err != nil {
			t.Skipf("no socket of the family of %s: %v", addr, err)
		}
		defer s.close()
		if err := s.bind(&a); err != nil {
			t.Skipf("this machine has no %s: %v", addr, err)
		}
		name, err := s.name()
		if err != nil || name.Addr().String() != addr || name.Port() == 0 {
			t.Errorf("bound to %s, it is %s, %v", addr, name, err)
		}
	}
	if err := sock(-1).set(unix.SOL_SOCKET, unix.SO_MARK, 1); err != unix.EBADF {
		t.Errorf("no socket: %v", err)
	}
}
