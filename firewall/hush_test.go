package firewall

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestHushSenseless(t *testing.T) {
	for _, a := range []netip.Addr{{}, addr("::ffff:10.0.0.1"), addr("fe80::1%eth0")} {
		if err := (&Conn{}).Hush([]netip.Addr{a}); !errors.Is(err, os.ErrInvalid) {
			t.Errorf("%v: error %v", a, err)
		}
	}
}

// TestKernelHush has a machine that does not know of a connection, as a router
// does that has just taken an address over: the one before it forgot to tell.
func TestKernelHush(t *testing.T) {
	for _, tt := range []struct{ vip, other string }{
		{"10.0.0.1", "10.0.0.2"}, {"fd00::1", "fd00::2"},
	} {
		t.Run(tt.vip, func(t *testing.T) {
			ns := namespaces(t, 2)
			cable(t, ns[0], "lan", []string{"10.0.0.1/24", "10.0.0.2/24", "fd00::1/64", "fd00::2/64"},
				ns[1], "eth0", []string{"10.0.0.9/24", "fd00::9/64"})
			ns[0].enter(t)
			c := testConn(t)
			refused := func(at string, within time.Duration) bool {
				t.Helper()
				ns[0].enter(t)
				l, err := net.Listen("tcp", net.JoinHostPort(at, "0"))
				if err != nil {
					t.Fatal(err)
				}
				ns[1].enter(t)
				client, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				server, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				l.Close()
				forget(t, server.(*net.TCPConn))
				if _, err := client.Write([]byte("are you there?")); err != nil {
					t.Fatal(err)
				}
				return ends(t, client, within)
			}
			unreachable := func(at string, within time.Duration) bool {
				t.Helper()
				ns[1].enter(t)
				client, err := net.Dial("udp", net.JoinHostPort(at, "9"))
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				if _, err := client.Write([]byte("hello")); err != nil {
					t.Fatal(err)
				}
				return ends(t, client, within)
			}
			if !refused(tt.vip, patience) || !unreachable(tt.vip, patience) {
				t.Fatal("the kernel refuses nothing without a hush")
			}
			const moment = 300 * time.Millisecond
			for {
				began := time.Now()
				ns[0].enter(t)
				if err := c.Hush([]netip.Addr{addr("10.0.0.1"), addr("fd00::1")}); err != nil {
					t.Fatal(err)
				}
				if !refused(tt.vip, moment) && !unreachable(tt.vip, moment) {
					break
				}
				if took := time.Since(began); took < hushFor { // else it may have ended
					t.Fatalf("a packet was refused in spite of the hush, of %v", took)
				}
			}
			if !refused(tt.other, patience) || !unreachable(tt.other, patience) {
				t.Error("another address is hushed")
			}
			ns[1].enter(t)
			if _, err := net.Dial("tcp", net.JoinHostPort(tt.vip, "9")); !errors.Is(err, unix.ECONNREFUSED) {
				t.Errorf("a new connection: %v", err)
			}
			ns[0].enter(t)
			if err := c.Unhush(); err != nil {
				t.Fatal(err)
			}
			if !refused(tt.vip, patience) {
				t.Error("it is still hushed after its end")
			}
			ns[0].enter(t)
			if exec.Command("nft", "list", "table", "inet", hushTable).Run() == nil {
				t.Error("a table is left")
			}
		})
	}
}

// forget takes a connection out of the machine without a word to the other
// end: TCP_REPAIR of linux/tcp.h, and __tcp_close in net/ipv4/tcp.c.
func forget(t *testing.T, c *net.TCPConn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var serr error
	if err := raw.Control(func(fd uintptr) {
		serr = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_REPAIR, 1)
	}); err != nil || serr != nil {
		t.Skipf("cannot forget a connection: %v %v", err, serr)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// ends tells whether the other end refuses c within d.
func ends(t *testing.T, c net.Conn, d time.Duration) bool {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Read(make([]byte, 1))
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNREFUSED) {
		return true
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection ended with %v", err)
	}
	return false
}

// TestKernelHushListing has nft list a hush.
func TestKernelHushListing(t *testing.T) {
	namespaces(t, 1)
	c := testConn(t)
	if err := c.Unhush(); err != nil {
		t.Error(err)
	}
	if v := nft(t, "--version"); !strings.Contains(v, "v1.0.6") {
		t.Skipf("the words are of nft 1.0.6, this is %s", v)
	}
	want := []string{
		`timeout 4s`,
		`elements = { 10.0.0.1 }`,
		`timeout 4s`,
		`elements = { fd00::1 }`,
		`type filter hook output priority filter; policy accept;`,
		`tcp flags rst / rst,ack goto refusals`,
		`icmp type destination-unreachable icmp code port-unreachable goto refusals`,
		`icmpv6 type destination-unreachable icmpv6 code port-unreachable goto refusals`,
		`ip saddr @from4 drop`,
		`ip6 saddr @from6 drop`,
	}
	listed(t, hushTable, hushFor, want, []string{"hook", "goto", "drop", "elements", "timeout"}, func() error {
		return c.Hush([]netip.Addr{addr("10.0.0.1"), addr("fd00::1")})
	})
	if err := c.Remove(); err != nil {
		t.Fatal(err)
	}
	if exec.Command("nft", "list", "table", "inet", hushTable).Run() == nil {
		t.Error("Remove left it")
	}
}
