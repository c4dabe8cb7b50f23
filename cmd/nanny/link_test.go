package main

import (
	"bytes"
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
	"pacu/logging"
)

// A fakeRouter has one route and interfaces with the faults that the test sets.
type fakeRouter struct {
	mu     sync.Mutex
	route  string // "": none
	faults map[string]string
	asked  int // for a fault
}

func newFakeRouter() *fakeRouter { return &fakeRouter{route: "eth1", faults: map[string]string{}} }

func (f *fakeRouter) toward(path) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.route == "" {
		return "", errors.New("network is unreachable")
	}
	return f.route, nil
}

func (f *fakeRouter) fault(iface string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	return f.faults[iface], nil
}

func (f *fakeRouter) set(route, iface, fault string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.route, f.faults[iface] = route, fault
}

// why are the reasons given since the last call, without repetitions.
func (b *bed) why() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var words []string
	for _, r := range b.reports {
		words = append(words, string(r.Health)+": "+r.Why)
	}
	b.reports = nil
	return strings.Join(slices.Compact(words), "\n")
}

// TestLinkDown: servers behind an interface of ours that is down keep their
// state, and nobody blames them.
func TestLinkDown(t *testing.T) {
	const down = "up/1(cut: eth1 is down on this router: no probe reaches 10.8.8.33)"
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")

		b.router.set("eth0", "eth1", "is down") // its routes are gone, the default one stays
		b.server.set(false)
		time.Sleep(20 * time.Second)
		b.expect(t, "1", down+" "+down)
		b.router.set("eth1", "eth1", "has no carrier")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got, want := b.why(), "up: eth1 has no carrier on this router: no probe reaches 10.8.8.33, which is taken to be up as before"; got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
		b.server.set(true)
		b.router.set("eth1", "eth1", "")
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "up/1")
		b.server.set(false) // now it is the server
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		b.router.set("", "eth1", "is down")
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0(cut: eth1 is down on this router: no probe reaches 10.8.8.33)")
		b.router.set("", "eth1", "")
		time.Sleep(20 * time.Second) // the first of the two probes might have begun before
		b.expect(t, "0", "down/0(cut: eth1 has only just come back on this router: the probe of 10.8.8.33 began before) down/0")
		b.wait()
		for what, want := range map[string]int{
			"eth1 is down on this router: the servers behind it keep their state":         2,
			"eth1 has no carrier on this router: the servers behind it keep their state":  1,
			"eth1 is well again on this router: the servers behind it are judged again\n": 2,
			"making 10.8.8.33:8080 available":                                             1,
			"shutting down 10.8.8.33:8080 due to connection failure":                      1,
		} {
			if n := strings.Count(b.log.String(), what); n != want {
				t.Errorf("%d times %q in the log, want %d:\n%s", n, what, want, b.log.String())
			}
		}
	})
}

// A router that starts before its links are up has no verdict until they are,
// and then needs no reentry time.
func TestLinkDownAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.server.set(false)
		b.router.set("eth1", "eth1", "has no carrier")
		b.take(order(watchWWW(1)))
		time.Sleep(10 * time.Second)
		const none = "untried/0(cut: eth1 has no carrier on this router: no probe reaches 10.8.8.33)"
		b.expect(t, "7", none+" "+none)
		b.server.set(true)
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "up/1!")
		b.wait()
	})
}

// All the servers behind a dead link ask for its state once.
func TestLinkAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.jitter = func(time.Duration) time.Duration { return 0 }
		b.server.set(false)
		b.router.set("eth1", "eth1", "is down")
		var watches []control.Watch
		for port := range uint16(100) {
			w := watchWWW(1)
			w.RealPort = 1000 + port
			watches = append(watches, w)
		}
		b.take(order(watches...))
		synctest.Wait()
		b.router.mu.Lock()
		if b.router.asked != 1 {
			t.Errorf("asked %d times", b.router.asked)
		}
		b.router.mu.Unlock()
		b.wait()
	})
}

func TestTrail(t *testing.T) {
	r := newFakeRouter()
	var now time.Duration
	l := newLinks(r, newBed(t, weigh).crew.log, func() time.Duration { return now })
	here, there := path{to: server}, path{to: server, mark: 7}
	var tr trail
	r.set("eth0", "eth0", "is down")
	if got := tr.follow(l, here, true, l.now()); got != "" || tr.iface != "eth0" {
		t.Errorf("a good probe: %q, by %q", got, tr.iface)
	}
	r.set("eth2", "eth2", "")
	if tr.follow(l, here, true, l.now()); tr.iface != "eth0" {
		t.Errorf("the route was asked for after a moment")
	}
	now += faultFresh
	if got := tr.follow(l, there, false, l.now()); got != "" {
		t.Errorf("the way of other packets was remembered: %q", got)
	}
	if tr.follow(l, here, true, l.now()); tr.iface != "eth2" {
		t.Errorf("back on the first way by %q", tr.iface)
	}
	now += routeFresh
	r.set("eth3", "eth2", "is down")
	if tr.follow(l, here, true, l.now()); tr.iface != "eth3" {
		t.Errorf("by %q after a minute", tr.iface)
	}
	if got := tr.follow(l, path{}, false, l.now()); got != "" {
		t.Errorf("a probe without packets: %q", got)
	}
}

// TestLinkTold: each outage is logged, and its end, even where whoever blamed
// the interface is gone, or blames another by now.
func TestLinkTold(t *testing.T) {
	r := newFakeRouter()
	var log bytes.Buffer
	var now time.Duration
	l := newLinks(r, logging.New("nanny", logging.Journal, &log, false), func() time.Duration { return now })
	here := path{to: server}
	var gone, moved, other trail
	follow := func(tr *trail, up bool) {
		now += routeFresh
		tr.follow(l, here, up, now)
	}
	var lines []string
	expect := func(want ...string) {
		t.Helper()
		lines = append(lines, want...)
		if got := regexp.MustCompile(`eth\d .* on this router`).FindAllString(log.String(), -1); !slices.Equal(got, lines) {
			t.Fatalf("log %q, want %q", got, lines)
		}
	}
	r.set("eth1", "eth1", "is down")
	follow(&gone, false)
	expect("eth1 is down on this router")
	r.set("eth1", "eth1", "")
	follow(&other, true) // gone will never ask again
	expect("eth1 is well again on this router")
	r.set("eth1", "eth1", "is down")
	follow(&other, false)
	expect("eth1 is down on this router")

	follow(&moved, false)
	r.set("eth2", "eth2", "is down")
	moved.path = path{} // its route is asked for anew
	follow(&moved, false)
	expect("eth2 is down on this router")
	follow(&moved, true) // by another way, it seems: both are still down
	r.set("eth1", "eth1", "")
	follow(&other, false) // the server, now
	expect("eth1 is well again on this router")
	r.set("eth1", "eth1", "is down")
	follow(&other, false)
	expect("eth1 is down on this router")
}

func TestPathOf(t *testing.T) {
	vip, from := netip.MustParseAddr("10.10.1.30"), netip.MustParseAddr("10.8.8.1")
	for _, tt := range []struct {
		checks []control.Check
		want   path
	}{
		{[]control.Check{{Kind: "tcp"}, {Kind: "tcp", Address: vip}}, path{to: server}},
		{[]control.Check{{Kind: "file"}, {Kind: "tcp", Address: vip, Source: from, Mark: 9}}, path{vip, from, 9}},
		{[]control.Check{{Kind: "file"}, {Kind: "off"}}, path{}},
	} {
		if got := pathOf(server, control.Watch{Checks: tt.checks}); got != tt.want {
			t.Errorf("%+v: %+v, want %+v", tt.checks, got, tt.want)
		}
	}
	through := control.Watch{Address: vip, Checks: []control.Check{{Kind: "tcp", Address: vip, Source: from, Mark: 9}}}
	if got, want := pathOf(server, through), (path{to: server, from: from}); got != want {
		t.Errorf("through the VIP: %+v, want %+v", got, want)
	}
}
