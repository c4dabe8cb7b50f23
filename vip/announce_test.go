package vip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A recorder writes down what is sent, and when.
type recorder struct {
	start time.Time
	log   []string
	fail  string
}

func (r *recorder) note(format string, args ...any) {
	r.log = append(r.log, time.Since(r.start).String()+" "+fmt.Sprintf(format, args...))
}
func (r *recorder) Close() error { r.note("close"); return nil }
func (r *recorder) Send(a Address) error {
	r.note("%s", a.Prefix.Addr())
	if a.Interface == r.fail {
		return fmt.Errorf("announce %s: %w", a, ErrNoInterface)
	}
	return nil
}

// one is a list of addresses in one part.
func one(addrs ...Address) <-chan []Address {
	parts := make(chan []Address, 1)
	parts <- addrs
	close(parts)
	return parts
}

// tells is an OnRound that writes into r's log.
func (r *recorder) tells(round Round) {
	r.note("round %d: %d from %v to %v: %s", round.Number, round.Announced, round.First.Sub(r.start), round.Last.Sub(r.start), words(round.Err))
}

func (r *recorder) open() (sender, error) { return r, nil }

func TestAnnounceRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{start: time.Now(), fail: "eth9"}
		err := announce(t.Context(), one(at("10.0.0.1/32", "eth9"), at("10.0.0.2/32", "eth0")),
			Plan{Rounds: 2, OnRound: r.tells}, r.open)
		if !errors.Is(err, ErrNoInterface) || err.Error() != "announce 10.0.0.1/32 on eth9: no such interface" {
			t.Errorf("error %v, want the one of 10.0.0.1 and once", err)
		}
		want := []string{
			"0s 10.0.0.1", "100µs 10.0.0.2", "100µs close",
			"100µs round 1: 1 from 100µs to 100µs: announce 10.0.0.1/32 on eth9: no such interface",
			"1.1s 10.0.0.1", "1.1001s 10.0.0.2", "1.1001s close",
			"1.1001s round 2: 1 from 1.1001s to 1.1001s: announce 10.0.0.1/32 on eth9: no such interface",
		}
		if diff := cmp.Diff(want, r.log); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// After its rounds, an announcement goes on, evenly, until it is ended; and a
// round that cannot begin is not the last.
func TestAnnounceRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{start: time.Now()}
		ctx, cancel := context.WithTimeout(t.Context(), 190*time.Second)
		defer cancel()
		opened := 0
		err := announce(ctx, one(at("10.0.0.1/32", "eth0"), at("10.0.0.2/32", "eth0"), at("10.0.0.3/32", "eth0")),
			Plan{Rounds: 1, Refresh: time.Minute, OnRound: r.tells}, func() (sender, error) {
				if opened++; opened == 3 {
					return nil, errors.New("too many open files")
				}
				return r, nil
			})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		want := []string{
			"0s 10.0.0.1", "100µs 10.0.0.2", "200µs 10.0.0.3", "200µs close", "200µs round 1: 3 from 0s to 200µs: ",
			"1m0s 10.0.0.1", "1m20s 10.0.0.2", "1m40s 10.0.0.3", "1m40s close", "1m40s round 2: 3 from 1m0s to 1m40s: ",
			"2m0s round 3: 0 from -NEVER to -NEVER: too many open files",
			"3m0s 10.0.0.1", "3m10s close",
		}
		for i, l := range r.log {
			r.log[i] = strings.ReplaceAll(l, time.Time{}.Sub(r.start).String(), "-NEVER")
		}
		if diff := cmp.Diff(want, r.log); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Parts are told as they come, and all together afterwards.
func TestAnnounceParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{start: time.Now()}
		parts := make(chan []Address)
		go func() {
			parts <- []Address{at("10.0.0.1/32", "eth0"), at("10.0.0.2/32", "eth0")}
			time.Sleep(300 * time.Millisecond)
			parts <- []Address{at("10.0.0.3/32", "eth0")}
			time.Sleep(time.Second)
			close(parts)
		}()
		if err := announce(t.Context(), parts, Plan{Rounds: 2, OnRound: r.tells}, r.open); err != nil {
			t.Error(err)
		}
		want := []string{
			"0s 10.0.0.1", "100µs 10.0.0.2", "300ms 10.0.0.3", "1.3s close", "1.3s round 1: 3 from 0s to 300ms: ",
			// The last part's neighbours believe a second one from here on.
			"1.4s 10.0.0.1", "1.4001s 10.0.0.2", "1.4002s 10.0.0.3", "1.4002s close", "1.4002s round 2: 3 from 1.4s to 1.4002s: ",
		}
		if diff := cmp.Diff(want, r.log); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAnnounceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{start: time.Now()}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		err := announce(ctx, one(at("10.0.0.2/32", "eth0")), Plan{}, r.open)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(r.start) != 2*time.Second || len(r.log) != 4 {
			t.Errorf("%v after %v: %q", err, time.Since(r.start), r.log)
		}
		never := make(chan []Address)
		if err := announce(ctx, never, Plan{}, r.open); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no parts: %v", err)
		}
		if err := Announce(t.Context(), nil, Plan{Refresh: time.Minute}); err != nil {
			t.Errorf("no addresses: %v", err)
		}
	})
}

// A neighbour that knows the addresses as another router's must learn ours.
func TestKernelAnnounce(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	addrs := []Address{at("10.9.0.30/32", "eth0:1"), at("10.9.0.31/24", "eth0:2"), at("2001:db8::30/128", "eth0")}
	for _, err := range c.AddAll(addrs) {
		if err != nil {
			t.Fatal(err)
		}
	}
	mac := n.hardwareAddr(t)
	var neighbours *netlink.Conn
	n.inFar(t, func() {
		for _, a := range addrs {
			n.ip(t, "neigh replace "+a.Prefix.Addr().String()+" lladdr 02:00:00:00:00:99 dev eth0 nud reachable")
		}
		var err error
		if neighbours, err = netlink.Dial(unix.NETLINK_ROUTE, nil); err != nil {
			t.Fatal(err)
		}
		if err := neighbours.JoinGroup(unix.RTNLGRP_NEIGH); err != nil {
			t.Fatal(err)
		}
	})
	defer neighbours.Close()

	// The missing interface must not keep the others from being announced.
	bad := at("10.9.0.40/32", "eth9")
	err := Announce(t.Context(), append([]Address{bad, at("127.0.0.2/32", "lo")}, addrs...), Plan{Rounds: 2, Every: 100 * time.Millisecond})
	if !errors.Is(err, ErrNoInterface) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), bad.String()) {
		t.Errorf("Announce: %v, want only %s missing its interface", err, bad)
	}
	want := make(map[netip.Addr]bool)
	for _, a := range addrs {
		want[a.Prefix.Addr()] = true
	}
	if err := neighbours.SetReadDeadline(time.Now().Add(testWait)); err != nil {
		t.Fatal(err)
	}
	for len(want) > 0 {
		msgs, err := neighbours.Receive()
		if err != nil {
			var out string
			n.inFar(t, func() { out = n.ip(t, "neigh show") })
			t.Fatalf("%v: %v did not change; the neighbour has:\n%s", err, want, out)
		}
		for _, m := range msgs {
			var nm rtnetlink.NeighMessage
			if err := nm.UnmarshalBinary(m.Data); err != nil {
				t.Fatal(err)
			}
			ip, _ := netip.AddrFromSlice(nm.Attributes.Address)
			if nm.Attributes.LLAddress.String() == mac {
				delete(want, ip.Unmap())
			}
		}
	}
}

func TestKernelAnnounceDown(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	addrs := []Address{at("10.9.0.30/32", "eth0:1"), at("2001:db8::30/128", "eth0")}
	for _, err := range c.AddAll(addrs) {
		if err != nil {
			t.Fatal(err)
		}
	}
	n.ip(t, "link set eth0 down")
	err := Announce(t.Context(), addrs, Plan{Rounds: 2, Every: time.Millisecond})
	if err == nil {
		t.Fatal("announcing on a dead interface is no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "announce 10.9.0.30/32 on eth0:1: ") }) {
		t.Errorf("errors %q, want one for each address", lines)
	}
}

// An Announcer survives what happens to its interfaces.
func TestKernelAnnouncerLinks(t *testing.T) {
	n := newTestNet(t)
	a, err := NewAnnouncer()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	n.ip(t, "addr add 2001:db8::30/128 dev eth1 nodad")
	addrs := []Address{at("10.10.1.30/32", "eth1:1"), at("2001:db8::30/128", "eth1")}
	send := func(step string, want error) {
		t.Helper()
		for _, addr := range addrs {
			if err := a.Send(addr); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", step, err, want)
			}
		}
	}
	send("at first", nil)
	// Kernels before 6.2 rename only what is switched off.
	n.ip(t, "link set eth1 down")
	n.ip(t, "link set eth1 name eth8")
	n.ip(t, "link set eth8 up")
	a.ports["eth1"].looked = time.Time{}
	send("renamed", ErrNoInterface)
	n.ip(t, "link set eth8 down")
	n.ip(t, "link set eth8 name eth1")
	n.raise(t, "eth1", "2001:db8::30/128")
	send("named back", nil)
	n.ip(t, "link del eth1")
	for _, addr := range addrs {
		if err := a.Send(addr); err == nil {
			t.Errorf("%s: announced on an interface that is gone", addr)
		}
	}
	n.ip(t, "link add eth1 type veth peer name spare1")
	n.ip(t, "link set spare1 up")
	n.raise(t, "eth1", "2001:db8::30/128")
	send("there again", nil)
	n.ip(t, "link set eth1 address 02:00:00:00:00:09")
	a.ports["eth1"].looked = time.Time{}
	send("another hardware address", nil)
	if p := a.ports["eth1"]; p == nil || p.link.HardwareAddr.String() != "02:00:00:00:00:09" {
		t.Errorf("announces by %+v", p)
	}
}

// raise switches an interface on and gives it an IPv6 address.
func (n *testNet) raise(t *testing.T, iface, addr string) {
	t.Helper()
	n.ip(t, "link set "+iface+" up")
	n.ip(t, "addr add "+addr+" dev "+iface+" nodad")
	n.awaitLocal(t, netip.MustParsePrefix(addr).Addr().String())
}
