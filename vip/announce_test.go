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

func TestAnnounceRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{start: time.Now(), fail: "eth9"}
		err := announce(t.Context(), []Address{at("10.0.0.1/32", "eth9"), at("10.0.0.2/32", "eth0")},
			Plan{Rounds: 2, OnRound: func(n int) { r.note("round %d", n) }}, func() (sender, error) { return r, nil })
		if !errors.Is(err, ErrNoInterface) || err.Error() != "announce 10.0.0.1/32 on eth9: no such interface" {
			t.Errorf("error %v, want the one of 10.0.0.1 and once", err)
		}
		want := []string{
			"0s 10.0.0.1", "250µs 10.0.0.2", "250µs close", "250µs round 1",
			"1.1s 10.0.0.1", "1.10025s 10.0.0.2", "1.10025s close", "1.10025s round 2",
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
		err := announce(ctx, []Address{at("10.0.0.2/32", "eth0")}, Plan{}, func() (sender, error) { return r, nil })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(r.start) != 2*time.Second || len(r.log) != 4 {
			t.Errorf("%v after %v: %q", err, time.Since(r.start), r.log)
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
	err := Announce(t.Context(), append([]Address{bad, at("127.0.0.2/32", "lo")}, addrs...), Plan{Rounds: 2, Every: time.Millisecond})
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
