package main

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/control"
)

const partnerDown = "failover web of the partner does not answer: the probe said so"

// A service that answered and does not any more is the partner's failure, at
// each probe.
func TestFailoversPartnerFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web", "mail"))
		time.Sleep(fosSettles)
		b.probe(80, control.Up)
		b.wantStates("web runs on the partner/up the probe said so", "mail stopped/untried")
		time.Sleep(time.Second)
		b.probe(80, control.Down)
		b.probe(80, control.Down)
		b.want("failures", &b.failed, "3s "+partnerDown, "3s "+partnerDown)
		b.want("log", &b.said, "info failover web answers at tcp 10.10.1.100:80: the probe said so", "error failover web does not answer at tcp 10.10.1.100:80: the probe said so")
		b.probe(99, control.Down) // of a service just taken out
		b.probe(81, control.Untried)
		b.want("failures", &b.failed)
	})
}

// The partner has the time of its command and two probes to bring it up.
func TestFailoversPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web"))
		for range 15 {
			time.Sleep(time.Second)
			b.probe(80, control.Down)
		}
		b.want("failures", &b.failed)
		b.want("log", &b.said, "warning failover web does not answer yet at tcp 10.10.1.100:80: the probe said so")
		time.Sleep(time.Second)
		b.probe(80, control.Down)
		b.want("failures", &b.failed, "16s "+partnerDown)
	})
}

// A service that failed on both routers does not go to and fro.
func TestFailoversBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web"))
		if err := b.start(t.Context()); err != nil { // until 1 s
			t.Error(err)
		}
		time.Sleep(fosSettles)
		b.probe(80, control.Down)
		b.want("failures while it runs here", &b.failed)
		if err := b.stop(t.Context()); err != nil { // until 4 s
			t.Error(err)
		}
		b.probe(80, control.Up) // on its way since before
		for range 299 {
			time.Sleep(time.Second)
			b.probe(80, control.Down)
		}
		b.want("failures", &b.failed)
		time.Sleep(time.Second)
		b.probe(80, control.Down)
		b.want("failures", &b.failed, "5m4s "+partnerDown)

		// But when it answered meanwhile, the next failure counts.
		if err := b.stop(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(fosSettles)
		b.probe(80, control.Up)
		b.probe(80, control.Down)
		b.want("failures", &b.failed, "5m6s "+partnerDown)
	})
}

// A service that is new in lvs.cf may be wrong here as well as there, or not
// be in the partner's file yet.
func TestFailoversNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFosBed(t, fosConfig("web"))
		time.Sleep(time.Hour)
		cfg := fosConfig("web")
		cfg.Failovers[0].Port = 8080
		if err := b.configure(t.Context(), cfg); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		b.probe(8080, control.Down)
		b.want("failures", &b.failed)
		b.probe(8080, control.Up)
		b.probe(8080, control.Down)
		b.want("failures", &b.failed, "1h1m0s "+partnerDown)
	})
}

func TestFailoversOrders(t *testing.T) {
	cfg := fosConfig("web", "mail", "same", "off")
	send := "GET / HTTP/1.0\r\n\r\n"
	cfg.Failovers[0].Send = &send
	cfg.Failovers[1].Protocol = "udp"
	cfg.Failovers[1].VIP.Addr = netip.MustParseAddr("10.10.1.101")
	cfg.Failovers[2].Port = 80
	cfg.Failovers[3].Active = false
	b := newFosBed(t, cfg)
	b.all[1].health = control.Up
	web := control.Watch{
		Protocol: "tcp", Address: netip.MustParseAddr("10.10.1.100"), Port: 80, RealPort: 80, Forward: "direct", Weight: 1, Hold: true,
		Interval: control.Duration(2 * time.Second), Checks: []control.Check{{Send: &send}},
	}
	mail := control.Watch{
		Protocol: "udp", Address: netip.MustParseAddr("10.10.1.101"), Port: 81, RealPort: 81, Forward: "direct", Weight: 1, Hold: true,
		Interval: control.Duration(2 * time.Second), Checks: []control.Check{{}},
	}
	got := b.orders()
	want := map[netip.Addr]control.Order{
		web.Address:  {Server: web.Address, Watches: []control.Watch{web}},
		mail.Address: {Server: mail.Address, Watches: []control.Watch{mail}},
	}
	addrs := cmpopts.EquateComparable(netip.Addr{})
	if diff := cmp.Diff(want, got, addrs); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
	web.Known = control.Untried
	mail.Known, mail.KnownWeight = control.Up, 1
	for addr, w := range map[netip.Addr]control.Watch{web.Address: web, mail.Address: mail} {
		if diff := cmp.Diff([]control.Watch{w}, b.known(got[addr]).Watches, addrs); diff != "" {
			t.Errorf("known (-want +got):\n%s", diff)
		}
	}
	if got[web.Address].Watches[0].Known != "" {
		t.Error("known changed the order itself")
	}
}

// What keeps a nanny from its work is said once.
func TestFailoversTrouble(t *testing.T) {
	b := newFosBed(t, fosConfig("web"))
	for range 2 {
		b.heed(control.Report{Service: "tcp 10.10.1.100:80", Health: control.Untried, Trouble: "out of sockets"})
	}
	b.want("log", &b.said, "error nanny for failover web: out of sockets")
}
