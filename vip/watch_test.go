package vip

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// testWait bounds the waiting for something that is certain to come.
const testWait = time.Minute

func TestKernelWatch(t *testing.T) {
	n := newTestNet(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes := make(chan Change, 100)
	ended := make(chan error, 1)
	inNear(t, n, func() { ended <- Watch(ctx, func(c Change) { changes <- c }) })

	wait := func(want Change) {
		t.Helper()
		for timeout := time.After(testWait); ; {
			select {
			case c := <-changes:
				if c == want {
					return
				}
			case err := <-ended:
				t.Fatalf("no change %q: %v", want, err)
			case <-timeout:
				t.Fatalf("no change %q", want)
			}
		}
	}
	vip := netip.MustParsePrefix("10.10.1.30/32")
	wait(Change{Kind: Lost})
	n.ip(t, "address add 10.10.1.30/32 dev eth1")
	wait(Change{Kind: AddressChanged, Name: "eth1", Prefix: vip})
	n.ip(t, "address del 10.10.1.30/32 dev eth1")
	wait(Change{Kind: AddressChanged, Name: "eth1", Prefix: vip, Gone: true})
	n.ip(t, "address add 2001:db8::1/64 dev eth1 nodad")
	wait(Change{Kind: AddressChanged, Name: "eth1", Prefix: netip.MustParsePrefix("2001:db8::1/64")})
	n.inFar(t, func() { n.ip(t, "link set eth0 down") })
	wait(Change{Kind: LinkChanged, Name: "eth0", Up: true})
	n.inFar(t, func() { n.ip(t, "link set eth0 up") })
	wait(Change{Kind: LinkChanged, Name: "eth0", Up: true, Carrier: true})
	n.ip(t, "link set eth0 down")
	wait(Change{Kind: LinkChanged, Name: "eth0"})
	n.ip(t, "link add eth2 type veth peer name spare2")
	wait(Change{Kind: LinkChanged, Name: "eth2"})
	n.ip(t, "address add 10.7.0.1/24 dev eth2")
	wait(Change{Kind: AddressChanged, Name: "eth2", Prefix: netip.MustParsePrefix("10.7.0.1/24")})
	n.ip(t, "link del eth2")
	wait(Change{Kind: LinkChanged, Name: "eth2", Gone: true})

	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Watch returned %v", err)
		}
	case <-time.After(testWait):
		t.Error("Watch did not end")
	}
}

// A watch that is not read for a while says that it lost something.
func TestKernelWatchOverflow(t *testing.T) {
	n := newTestNet(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var losses int
	entered, overflowed, again, ended := make(chan bool), make(chan bool), make(chan bool), make(chan error, 1)
	inNear(t, n, func() {
		ended <- Watch(ctx, func(c Change) {
			if c.Kind != Lost {
				return
			}
			switch losses++; losses {
			case 1:
				close(entered)
				<-overflowed
			case 2:
				close(again)
			}
		})
	})
	select {
	case <-entered:
	case err := <-ended:
		t.Fatal(err)
	}
	c := testConn(t)
	eth1, err := c.Link("eth1")
	if err != nil {
		t.Fatal(err)
	}
	body, err := encodeAddress(at("10.10.1.30/32", "eth1"), uint32(eth1.Index), "")
	if err != nil {
		t.Fatal(err)
	}
	// The kernel counts about a kilobyte for each of two messages a turn, and
	// gives twice the room that was asked for.
	for range 3 * watchBuffer / 1024 {
		for _, kind := range []uint16{unix.RTM_NEWADDR, unix.RTM_DELADDR} {
			if _, err := c.execute(kind, netlink.Acknowledge, body); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(overflowed)
	select {
	case <-again:
	case err := <-ended:
		t.Fatal(err)
	case <-time.After(testWait):
		t.Fatal("overflow not noticed")
	}
}

// inNear runs f in a goroutine of its own whose thread is in the near namespace.
func inNear(t *testing.T, n *testNet, f func()) {
	t.Helper()
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(n.near, unix.CLONE_NEWNET); err != nil {
			panic(err)
		}
		f()
	}()
}

func TestWatcherTake(t *testing.T) {
	var got []string
	w := watcher{links: make(map[int]Link), changed: func(c Change) { got = append(got, c.String()) }}
	link := func(family uint8, index uint8, flags uint32, name string) []byte {
		b := make([]byte, unix.SizeofIfInfomsg)
		b[0], b[4], b[8], b[9], b[10] = family, index, byte(flags), byte(flags>>8), byte(flags>>16)
		ae := netlink.NewAttributeEncoder()
		ae.String(unix.IFLA_IFNAME, name)
		attrs, err := ae.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return append(b, attrs...)
	}
	const live = unix.IFF_UP | unix.IFF_LOWER_UP
	for _, m := range []struct {
		kind uint16
		data []byte
	}{
		{unix.RTM_NEWLINK, link(unix.AF_UNSPEC, 2, live, "eth0")},
		{unix.RTM_NEWLINK, link(unix.AF_UNSPEC, 2, live|unix.IFF_PROMISC, "eth0")}, // nothing that matters
		{unix.RTM_DELLINK, link(unix.AF_BRIDGE, 2, live, "eth0")},                  // left a bridge
		{unix.RTM_NEWLINK, link(unix.AF_UNSPEC, 2, unix.IFF_UP, "eth0")},
		{unix.RTM_NEWLINK, link(unix.AF_UNSPEC, 2, 0, "eth0")},
		{unix.RTM_DELLINK, link(unix.AF_UNSPEC, 2, 0, "eth0")},
		{unix.RTM_NEWROUTE, nil},
	} {
		if err := w.take(netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(m.kind)}, Data: m.data}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"link eth0 up", "link eth0 down", "link eth0 switched off", "link eth0 gone"}
	if !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	if err := w.take(netlink.Message{Header: netlink.Header{Type: unix.RTM_NEWADDR}, Data: []byte{2}}); err == nil {
		t.Error("a short message is no error")
	}
}
