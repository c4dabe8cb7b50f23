package probe

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestExplain(t *testing.T) {
	for e, want := range map[unix.Errno]string{
		unix.ENETUNREACH:   "network is unreachable (no route to it, from this router or one on the way)",
		unix.ENETDOWN:      "network is down (an interface of this router is down)",
		unix.EADDRNOTAVAIL: "cannot assign requested address (this router has no such address to ask from, or no free port)",
		unix.EMFILE:        "too many open files (this router's limit, not the server)",
		unix.ENFILE:        "too many open files in system (this router's limit, not the server)",
		unix.ENOBUFS:       "no buffer space available (this router is short of memory)",
		unix.EPERM:         "operation not permitted (this router's firewall or rights forbid it)",
		unix.EACCES:        "permission denied (a firewall forbids it, the server's, this router's or one on the way)",
		unix.EAFNOSUPPORT:  "address family not supported by protocol (this router does not speak its protocol)",
		unix.ECONNREFUSED:  "connection refused",
		unix.EHOSTUNREACH:  "no route to host", // nobody answers to the address: that may be the server
	} {
		err := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", e)}
		if got := reason(err, time.Second); got != want {
			t.Errorf("%d: %q, want %q", int(e), got, want)
		}
	}
}

// A source address that is not this router's is not the server's fault.
func TestForeignSource(t *testing.T) {
	way := Way{Timeout: time.Minute, Source: netip.MustParseAddr("192.0.2.1")}
	r := TCP{Way: way}.Probe(t.Context(), Target{Addr: netip.MustParseAddr("127.0.0.1"), Port: 1})
	if r.Up || !strings.Contains(r.Why, "this router has no such address to ask from") {
		t.Errorf("%+v", r)
	}
}
