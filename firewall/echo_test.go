package firewall

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// serve answers every datagram, and every byte of a connection, with what
// answer makes of the peer. It listens in the thread's namespace.
func serve(t testing.TB, at netip.AddrPort, answer func(peer netip.AddrPort) string) {
	t.Helper()
	u, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.Close() })
	go func() {
		b := make([]byte, 64)
		for {
			_, from, err := u.ReadFromUDPAddrPort(b)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				_, _ = u.WriteToUDPAddrPort([]byte(answer(unmap(from))), from)
			}
		}
	}()
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.AcceptTCP()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				from := unmap(c.RemoteAddr().(*net.TCPAddr).AddrPort())
				for b := make([]byte, 1); ; {
					if _, err := io.ReadFull(c, b); err != nil {
						return
					}
					if _, err := c.Write([]byte(answer(from))); err != nil {
						return
					}
				}
			}()
		}
	}()
}

func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

// dial connects from the thread's namespace; network is tcp or udp.
func dial(t testing.TB, network, to string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout(network, to, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ask sends a byte and returns the answer.
func ask(t testing.TB, c net.Conn) string {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("?")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	n, err := c.Read(b)
	if err != nil {
		t.Fatalf("%s to %s: %v", c.LocalAddr().Network(), c.RemoteAddr(), err)
	}
	return string(b[:n])
}
