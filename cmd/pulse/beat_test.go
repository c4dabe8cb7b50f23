package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/heartbeat"
	"pacu/lvscf"
)

// loopback is a socket of 127.0.0.N.
func loopback(t *testing.T, n byte) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, n)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// runBeat runs a beat over the paths, whose understudy has their sockets open
// and does nothing.
func runBeat(t *testing.T, s *site) *beat {
	t.Helper()
	events := newJournal(slog.New(slog.DiscardHandler))
	b, err := newBeat(s, first{}, newMover(nil, events), func() {}, events)
	if err != nil {
		t.Fatal(err)
	}
	b.partnerTurned = func(_, _ heartbeat.PartnerState) {}
	b.stepped = func(_, _ heartbeat.Node) {}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.understudy.employ(pair[0])
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		b.understudy.employ(-1)
		unix.Close(pair[1])
	})
	return b
}

// speaks waits until the partner at c hears path i of b, and is heard on it.
func speaks(t *testing.T, b *beat, i int, c *net.UDPConn) {
	t.Helper()
	_, paths := b.machine()
	p := paths[i]
	before, heard := p.Stats().Heard, false
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	for !heard || p.Stats().Heard == before {
		_, sender, err := c.ReadFromUDPAddrPort(make([]byte, 512))
		if err != nil {
			t.Fatalf("path %s: heard by the partner %v, heard here %v: %v", p, heard, p.Stats().Heard > before, err)
		}
		heard = heard || sender == p.Local()
		if _, err := c.WriteToUDPAddrPort(heartbeat.Stopped.Append(nil), p.Local()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMove changes the paths of heartbeats that go on: the partner's address,
// their number and their order. Where that cannot be, nothing is changed.
func TestMove(t *testing.T) {
	one, atOne := loopback(t, 1)
	two, atTwo := loopback(t, 1)
	// Of this router, free: nobody else takes ports of that address.
	endOne, end1 := loopback(t, 39)
	endTwo, end2 := loopback(t, 39)
	ends := []netip.AddrPort{end1, end2}
	endOne.Close()
	endTwo.Close()
	over := func(specs ...pathSpec) *site {
		return &site{
			cfg: &lvscf.Config{Keepalive: 50 * time.Millisecond, Deadtime: time.Hour}, role: heartbeat.Backup,
			paths: specs, partner: atOne.Addr(), sha256: func() string { return "" },
		}
	}
	toOne, toTwo := pathSpec{"public", ends[0], atOne}, pathSpec{"private", ends[1], atTwo}
	b := runBeat(t, over(toOne))
	speaks(t, b, 0, one)
	for _, tt := range []struct {
		name  string
		specs []pathSpec
		to    []*net.UDPConn
		err   error
	}{
		{"another path", []pathSpec{toOne, toTwo}, []*net.UDPConn{one, two}, nil},
		{"the partner's addresses", []pathSpec{{"public", ends[0], atTwo}, {"private", ends[1], atOne}}, []*net.UDPConn{two, one}, nil},
		{"the order", []pathSpec{{"public", ends[1], atTwo}, {"private", ends[0], atOne}}, []*net.UDPConn{two, one}, nil},
		{"an end that is in use", []pathSpec{toOne, {"private", atTwo, atOne}}, []*net.UDPConn{two, one}, unix.EADDRINUSE},
		{"an end that is in use twice", []pathSpec{toOne, {"private", ends[0], atTwo}}, []*net.UDPConn{two, one}, unix.EADDRINUSE},
		{"one path", []pathSpec{{"public", ends[0], atTwo}}, []*net.UDPConn{two}, nil},
		{"as before", []pathSpec{{"public", ends[0], atTwo}}, []*net.UDPConn{two}, nil},
	} {
		before := b.site
		s := over(tt.specs...)
		if err := b.reconfigure(t.Context(), s); !errors.Is(err, tt.err) {
			t.Fatalf("%s: error %v, want %v", tt.name, err, tt.err)
		}
		if tt.err != nil && b.site != before {
			t.Errorf("%s: the site is taken on", tt.name)
		}
		for i, c := range tt.to {
			speaks(t, b, i, c)
		}
	}
}
