package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// background runs a client until the returned function is called.
func background(t *testing.T, c *Client) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { c.Run(ctx) })
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

func TestKernelClient(t *testing.T) {
	_, a, b := pair(t)
	var from []netip.Addr
	for i := range 3 {
		addr := netip.AddrFrom4([4]byte{10, 9, 9, byte(100 + i)})
		a.Address("eth0", addr.String()+"/24")
		from = append(from, addr)
	}
	if err := a.n.Err(); err != nil {
		t.Fatal(err)
	}
	web, err := NewWeb(b, ":80")
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{Host: a, URL: "http://10.9.9.2/", Every: 20 * time.Millisecond, Timeout: limit, From: from}
	stop := background(t, c)
	eventually(t, "nine answers", func() bool { return c.Tally(time.Time{}).By["b"] >= 9 })
	if err := web.Stop(); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	eventually(t, "three refusals", func() bool { return c.Tally(stopped).Errors[unix.ECONNREFUSED.Error()] >= 3 })
	if err := web.Start(); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	eventually(t, "three more answers", func() bool { return c.Tally(started).OK >= 3 })
	stop()
	if all := c.Tally(time.Time{}); all.Gap <= 0 || all.Gap > time.Since(stopped)+time.Minute {
		t.Fatalf("gap %s", all.Gap)
	}
	if n := c.Tally(started).Failed; n > 0 {
		t.Fatalf("%d failures of a server that is back", n)
	}
}

func TestKernelClientKeeps(t *testing.T) {
	_, a, b := pair(t)
	web, err := NewWeb(b, ":80")
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{Host: a, URL: "http://10.9.9.2/", Every: 20 * time.Millisecond, Timeout: limit, Keep: true}
	stop := background(t, c)
	eventually(t, "nine answers", func() bool { return c.Tally(time.Time{}).OK >= 9 })
	if got := c.Tally(time.Time{}); got.Failed > 0 {
		t.Fatalf("tally %v", got)
	}
	// Stop and start at once, with no request between them or one refused: either
	// way the connection is broken.
	if err := errors.Join(web.Stop(), web.Start()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the break is counted", func() bool { return c.Tally(time.Time{}).Failed > 0 })
	stop()
}

// TestKernelClientGivesUp has net/http close a kept connection that is well, as it
// does on a busy machine: nobody broke it.
func TestKernelClientGivesUp(t *testing.T) {
	_, a, b := pair(t)
	web, err := NewWeb(b, ":80")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	k := newAsker(a, netip.Addr{}, true)
	defer k.CloseIdleConnections()
	for range 5 {
		if _, err := k.get(ctx, "http://10.9.9.2/"); err != nil {
			t.Fatal(err)
		}
		k.CloseIdleConnections()
	}
	if _, err := k.get(ctx, "http://10.9.9.2/"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(web.Stop(), web.Start()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.get(ctx, "http://10.9.9.2/"); !errors.Is(err, ErrBroken) {
		t.Errorf("of a server that was stopped: %v", err)
	}
}

func TestKernelGetSource(t *testing.T) {
	_, a, b := pair(t)
	a.Address("eth0", "10.9.9.77/24")
	if err := a.n.Err(); err != nil {
		t.Fatal(err)
	}
	l, err := b.Listen("tcp", ":81")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	source := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			source <- fmt.Sprint(err)
			return
		}
		defer c.Close()
		source <- c.RemoteAddr().String()
	}()
	want := netip.MustParseAddr("10.9.9.77")
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	conn, err := a.DialFrom(ctx, want, "tcp", "10.9.9.2:81")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got, err := netip.ParseAddrPort(<-source); err != nil || got.Addr() != want {
		t.Fatalf("asked from %v, %v, want %v", got, err, want)
	}
}
