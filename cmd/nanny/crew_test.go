package main

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/ipvs"
	"pacu/probe"
)

// TestLife is the life of one server under pulse: up at once, with a slow
// start, down at once, and back when it has earned it.
func TestLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(64)))
		time.Sleep(soon)
		b.expect(t, "2", "up/2!")
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if b.heard(); b.weight() != "8" {
			t.Errorf("after two doublings: weight %s", b.weight())
		}
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		b.server.set(true)
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0")
		time.Sleep(10 * time.Second)
		b.expect(t, "2", "up/2!")
		b.wait()
		want := strings.Join([]string{
			`<6>nanny: starting LVS client monitor for 10.10.1.30:80 -> 10.8.8.33:8080 service="tcp 10.10.1.30:80" check=fake`,
			`<6>nanny: [ active ] making 10.8.8.33:8080 available service="tcp 10.10.1.30:80" weight=2 why=well`,
			`<4>nanny: [inactive] shutting down 10.8.8.33:8080 due to connection failure service="tcp 10.10.1.30:80" why=refused`,
			`<6>nanny: [ active ] making 10.8.8.33:8080 available service="tcp 10.10.1.30:80" weight=2 why=well`,
		}, "\n") + "\n"
		if diff := cmp.Diff(want, b.log.String()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if got := b.weight(); got != "2" {
			t.Errorf("at its end nanny made the weight %s", got)
		}
	})
}

// TestRestored: what pulse knew goes on without a dip, and the kernel is not
// touched.
func TestRestored(t *testing.T) {
	for _, tt := range []struct {
		name            string
		known           control.Health
		weight          int
		up              bool
		kernel, reports string
	}{
		{"up", control.Up, 64, true, "7", "up/64"},
		{"up, and fails", control.Up, 64, false, "0", "down/0!"},
		{"down", control.Down, 0, true, "7", "down/0"},
		{"untried", control.Untried, 0, true, "2", "up/2!"},
		{"over its weight", control.Up, 99, true, "64", "up/64"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, weigh)
			b.server.set(tt.up)
			w := watchWWW(64)
			w.Known, w.KnownWeight = tt.known, tt.weight
			b.take(order(w))
			time.Sleep(soon)
			t.Log(tt.name)
			b.expect(t, tt.kernel, tt.reports)
			b.wait()
		})
	}
}

func TestOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")

		b.take(order(watchWWW(5))) // a new weight applies at once
		b.expect(t, "5", "up/5!")
		b.take(order(watchWWW(5))) // and nothing new is nothing
		b.expect(t, "5", "")

		direct := watchWWW(5) // a new method is written with the old weight
		direct.Forward = "direct"
		b.take(order(direct))
		b.expect(t, "5", "up/5")
		dests, err := b.table.Destinations(www)
		if err != nil || dests[0].Forward != ipvs.Direct {
			t.Errorf("destinations %+v, %v", dests, err)
		}

		probes := b.server.count()
		send := "x" // a new check runs at once and keeps the verdict
		direct.Checks = []control.Check{{Send: &send}}
		b.take(order(direct))
		b.expect(t, "5", "up/5")
		if got := b.server.count(); got != probes+1 {
			t.Errorf("%d probes after a new check, want %d", got, probes+1)
		}

		b.take(control.Order{Server: netip.MustParseAddr("10.8.8.34")}) // another server's
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if b.heard() == "" {
			t.Error("an order for another server ended the watch")
		}
		b.take(order()) // no watches left: the kernel stays as it is
		synctest.Wait()
		b.heard()
		time.Sleep(time.Hour)
		b.expect(t, "5", "")
		b.wait()
	})
}

// A verdict of a check that was replaced while it ran says nothing.
func TestOrderDuringProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		slow := &fakeServer{delay: 9 * time.Second}
		b.newCheck = func(w control.Watch) probe.Check {
			if w.Checks[0].Send == nil {
				return slow
			}
			return b.server
		}
		b.take(order(watchWWW(1)))
		time.Sleep(time.Second)
		w, send := watchWWW(1), "x"
		w.Checks = []control.Check{{Send: &send}}
		b.take(order(w))
		time.Sleep(9 * time.Second)
		b.expect(t, "1", "up/1!")
		b.wait()
	})
}

func TestBadOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		ip, forward, nowhere := watchWWW(1), watchWWW(1), watchWWW(1)
		ip.Protocol, forward.Forward, nowhere.Address = "ip", "pigeon", netip.Addr{}
		problems := b.take(order(watchWWW(1), watchWWW(2), ip, forward, nowhere))
		want := []string{
			"watch of tcp 10.10.1.30:80: it has 10.8.8.33:8080 twice",
			`watch of ip 10.10.1.30:80: protocol "ip": want tcp, udp or sctp`,
			`watch of tcp 10.10.1.30:80: unknown forwarding method "pigeon"`,
			"watch of tcp invalid AddrPort: an address is missing",
		}
		var got []string
		for _, err := range problems {
			got = append(got, err.Error())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
		reports := ""
		for _, w := range want {
			reports += "untried/0(" + w + ") "
		}
		time.Sleep(soon)
		b.expect(t, "1", reports+"up/1!")
		b.wait()
	})
}

// TestRefusedByKernel: the probes go on, the trouble is told to pulse each time
// and logged once, and the weight is written when the kernel can.
func TestRefusedByKernel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		broken := ipvs.ErrNoIPVS
		b := newBed(t, func(a applier) keeper {
			return func(s subject, v probe.Verdict) error {
				mu.Lock()
				defer mu.Unlock()
				if broken != nil {
					return broken
				}
				return weigh(a)(s, v)
			}
		})
		two := watchWWW(1)
		two.RealPort = 81
		b.take(order(watchWWW(1), two))
		time.Sleep(30 * time.Second)
		synctest.Wait()
		for r := range strings.SplitSeq(b.heard(), " up/") {
			if !strings.Contains(r, "modprobe ip_vs") {
				t.Errorf("report without trouble: %s", r)
			}
		}
		mu.Lock()
		broken = nil
		mu.Unlock()
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "up/1 up/1")
		b.wait()
		if n := strings.Count(b.log.String(), "modprobe ip_vs"); n != 1 {
			t.Errorf("%d complaints in the log:\n%s", n, b.log.String())
		}
	})
}

// A destination that pulse has not added yet, or has removed, is no trouble.
func TestNotInKernel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		if err := b.table.Apply([]ipvs.Op{ipvs.DeleteDestination(www, server, 8080)}); err != nil {
			t.Fatal(err)
		}
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "-", "up/1!")
		b.wait()
	})
}

func TestForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")
		b.force(probe.ForceDown)
		b.expect(t, "0", "down/0!")
		b.force(probe.ForceUp)
		b.expect(t, "1", "up/1!")
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "up/1")
		b.force(probe.Normal)
		b.expect(t, "1", "")
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		b.wait()
		if !strings.Contains(b.log.String(), "due to connection failure service=\"tcp 10.10.1.30:80\" why=\"forced down by a signal\"") {
			t.Errorf("log:\n%s", b.log.String())
		}
	})
}

// TestSpread: watchers that start together probe at once, and then apart.
func TestSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.jitter = rand.N[time.Duration]
		var watches []control.Watch
		for port := range uint16(100) {
			w := watchWWW(1)
			w.RealPort = 1000 + port
			watches = append(watches, w)
		}
		b.take(order(watches...))
		time.Sleep(soon)
		synctest.Wait()
		first := b.server.count()
		if first < 100 || first > 120 { // a few of the second round are among them
			t.Errorf("%d first probes", first)
		}
		time.Sleep(5 * time.Second) // half-way through the second round
		synctest.Wait()
		if n := b.server.count() - first; n < 20 || n > 80 {
			t.Errorf("%d of 100 second probes came in the first half of their time", n)
		}
		time.Sleep(60 * time.Second) // six more each
		synctest.Wait()
		if n := b.server.count(); n < 700 || n > 800 {
			t.Errorf("%d probes in all", n)
		}
		b.wait()
	})
}
