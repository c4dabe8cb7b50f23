package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pacu/ipvs"
)

// TestHold: pulse drains a server and takes it back. Nanny tells what it sees
// and leaves the weight alone, and then makes it what it should be.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")

		held := watchWWW(1)
		held.Hold = true
		b.take(order(held))
		if err := b.table.Apply([]ipvs.Op{ipvs.SetDestination(www, ipvs.Destination{Addr: server, Port: 8080})}); err != nil {
			t.Fatal(err)
		}
		b.expect(t, "0", "")
		held.Weight = 5
		b.take(order(held))
		b.expect(t, "0", "up/5!")
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		b.server.set(true)
		time.Sleep(20 * time.Second)
		b.expect(t, "0", "down/0 up/1!")

		w := held
		w.Hold = false
		b.take(order(w)) // the kernel has pulse's 0 until now
		b.expect(t, "1", "up/1")

		b.take(order(held))
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "1", "down/0!") // pulse's to change
		b.take(order(w))
		b.expect(t, "0", "down/0")
		b.wait()
		for _, want := range []string{"10.8.8.33:8080 is down, but pulse holds its weight", "10.8.8.33:8080 is up, but pulse holds its weight"} {
			if !strings.Contains(b.log.String(), want) {
				t.Errorf("log does not say %q:\n%s", want, b.log.String())
			}
		}
	})
}

// A watch that begins held, of a server without a verdict, writes nothing at
// its end either until there is one.
func TestHeldFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.server.delay = 5 * time.Second
		w := watchWWW(1)
		w.Hold = true
		b.take(order(w))
		time.Sleep(soon)
		w.Hold = false
		b.take(order(w))
		b.expect(t, "7", "untried/0")
		time.Sleep(5 * time.Second)
		b.expect(t, "1", "up/1!")
		b.wait()
	})
}

// TestTwin: the weight is one on TCP and UDP, also where one of the two is
// not there yet.
func TestTwin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		udp := ipvs.Key{Protocol: ipvs.UDP, Addr: vip, Port: 80}
		w := watchWWW(3)
		w.Twin = true
		b.take(order(w))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!") // no service on UDP: pulse's to add
		if err := b.table.Apply([]ipvs.Op{
			ipvs.AddService(ipvs.Service{Key: udp, Scheduler: "wlc"}),
			ipvs.AddDestination(udp, ipvs.Destination{Addr: server, Port: 8080, Weight: 1, Upper: 9}),
		}); err != nil {
			t.Fatal(err)
		}
		both := func(want string) {
			t.Helper()
			if tcp, udp := b.weight(), b.weightIn(udp); tcp != want || udp != want {
				t.Errorf("weights %s on TCP, %s on UDP; want %s", tcp, udp, want)
			}
		}
		b.server.set(false)
		time.Sleep(10 * time.Second)
		b.expect(t, "0", "down/0!")
		both("0")
		b.server.set(true)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		both("1")
		if err := b.table.Apply([]ipvs.Op{ipvs.DeleteService(www)}); err != nil {
			t.Fatal(err)
		}
		b.server.set(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := b.weightIn(udp); got != "0" {
			t.Errorf("alone, UDP is at %s", got)
		}
		for _, r := range b.reports {
			if r.Trouble != "" || r.Service != "tcp 10.10.1.30:80" || r.RealPort != 8080 {
				t.Errorf("report %+v", r)
			}
		}
		b.wait()
	})
}

// TestChangedDestination: an order that changes what the server is to the
// kernel is written, for a weight may have crossed it on its way.
func TestChangedDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		time.Sleep(soon)
		b.expect(t, "1", "up/1!")
		w := watchWWW(1)
		for _, change := range []func(){
			func() { w.MaxConnections, w.MinConnections = 100, 50 },
			func() { w.Forward, w.Encap = "tunnel", "gre csum" },
		} {
			change()
			b.take(order(w))
			b.expect(t, "1", "up/1")
		}
		want := ipvs.Destination{
			Addr: server, Port: 8080, Weight: 1, Upper: 100, Lower: 50,
			Forward: ipvs.Tunnel, Tunnel: ipvs.Encap{Type: ipvs.GRE, Flags: ipvs.Checksum},
		}
		dests, err := b.table.Destinations(www)
		if err != nil || dests[0].Destination != want {
			t.Errorf("destinations %+v, %v; want %+v", dests, err, want)
		}
		b.take(order(w)) // nothing new is nothing
		b.expect(t, "1", "")
		b.wait()
	})
}

// What is refused besides what is missing stays trouble.
func TestOnlyMissing(t *testing.T) {
	twin := watchWWW(1)
	twin.Twin = true
	s, err := newSubject(server, twin)
	if err != nil {
		t.Fatal(err)
	}
	missing := ipvs.NewFake().Apply(s.weighing(1))
	if missing == nil || !onlyMissing(missing) {
		t.Errorf("an empty table: %v", missing)
	}
	mixed := ipvs.NewFake().Apply(append(s.weighing(1), ipvs.Op{}))
	if mixed == nil || onlyMissing(mixed) || onlyMissing(nil) || onlyMissing(ipvs.ErrNoIPVS) {
		t.Errorf("a refusal among them: %v", mixed)
	}
}
