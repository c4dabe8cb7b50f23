package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelFitness takes from the active router, one after the other, all that
// makes a router fit: the other one serves. Where neither is fit the less unfit
// one does; one that reaches no real server does not take over; and with
// preempt = 1 a fit primary takes back.
func TestKernelFitness(t *testing.T) {
	s := newNAT(t, v4, 2, 1)
	third := s.Switch("other")
	for i, r := range s.routers {
		plug(r.Host, third, "eth2", other, 1+i)
	}
	s.stranger() // answers for the network as a gateway does
	witness := "witness = " + s.family.addr(public, stranger)
	script := fmt.Sprintf("track_script fit {\n     command = %q\n     interval = 1\n     timeout = 20\n     fall = 1\n}", "/bin/ls /run/fit")
	lvs := s.nat("primary_private = "+s.family.addr(private, 1), "backup_private = "+s.family.addr(private, 2),
		"heartbeat_path = "+s.family.addr(other, 1)+" "+s.family.addr(other, 2),
		"monitor_links = 1", witness, "min_servers = 1", script).and(s.virtual("web").with("timeout = 2", "reentry = 2", "check_timeout = 4"))
	for _, r := range s.routers {
		r.fit(true)
	}
	s.pair(lvs)
	s.healthy("web-1")
	one, two := s.routers[0], s.routers[1]
	v := s.vigil(50 * time.Millisecond)
	// broken has something break at the active router, i, which the other one
	// is spared.
	broken := func(what, fault string, i int, breaks, mends func() error) {
		t.Helper()
		t.Log(what)
		if err := breaks(); err != nil {
			t.Fatal(err)
		}
		s.serving(1 - i)
		v.handed(what)
		s.routers[i].troubled("this router is not fit: " + fault)
		s.routers[1-i].troubled("is not fit to serve")
		if out := s.routers[i].run("pulse", "explain"); !strings.Contains(out, fault) {
			t.Errorf("%s: explain does not tell of %q:\n%s", what, fault, out)
		}
		if err := mends(); err != nil {
			t.Fatal(err)
		}
		s.routers[i].untroubled("this router is not fit")
		s.routers[1-i].untroubled("is not fit to serve")
		s.healthy("web-1")
		v.next()
		s.serving(1 - i) // no failback
		v.calm(what + ", mended")
	}
	broken("the public link goes down", "link down: eth0", 0,
		func() error { return one.Cut("eth0") }, func() error { return one.Mend("eth0") })
	broken("the public network is broken behind its link, which ARP shows", "0 of 1 witnesses answer", 1,
		func() error { return two.Mute("eth0") }, func() error { return two.Unmute("eth0") })
	s.reload(lvs.with("serial_no = 2", "witness_check = ping"))
	broken("the public network is broken behind its link, which ping shows", "0 of 1 witnesses answer", 0,
		func() error { return one.Mute("eth0") }, func() error { return one.Unmute("eth0") })
	broken("a script fails", "track_script fit", 1,
		func() error { two.fit(false); return nil }, func() error { two.fit(true); return nil })
	broken("no real server is reached", "0 of 1 real servers answer here", 0,
		func() error { return one.Mute("eth1") }, func() error { return one.Unmute("eth1") })

	s.reload(lvs.with("serial_no = 3", "witness_check = ping", "monitor_links = 0"))
	broken("the link to the servers goes down, which is not one to monitor", "0 of 1 real servers answer here", 1,
		func() error { return two.Cut("eth1") },
		func() error {
			two.blames(v4.at(public, vip, 80), control.Up, "eth1 has no carrier on this router: no probe reaches "+v4.addr(private, 11)+", which is taken to be up as before")
			two.troubled("1 of 1 real servers are out of this router's reach: eth1 has no carrier")
			return two.Mend("eth1")
		})
	s.reload(lvs.with("serial_no = 4", "witness_check = ping"))
	one.run("pulse", "switchover")
	s.serving(1)
	v.next()

	t.Log("neither is fit: the less unfit one serves")
	one.fit(false)
	one.troubled("track_script fit")
	two.fit(false)
	two.troubled("track_script fit")
	s.serving(1)
	v.calm("both routers' scripts fail")
	if err := two.Cut("eth0"); err != nil {
		t.Fatal(err)
	}
	s.serving(0)
	v.handed("both routers are unfit, the active one more")
	one.fit(true) // first, or it hands over to the one that is
	one.untroubled("track_script fit")
	if err := two.Mend("eth0"); err != nil {
		t.Fatal(err)
	}
	two.fit(true)
	one.untroubled("not fit")
	two.untroubled("not fit")

	t.Log("a router that reaches no real server does not take over blind")
	s.reload(lvs.with("serial_no = 5", "min_servers = 0", "monitor_links = 0").with(witness))
	s.serving(0)
	if err := two.Mute("eth1"); err != nil {
		t.Fatal(err)
	}
	two.troubled("reaches no real server")
	began := time.Now()
	if err := one.PowerOff(); err != nil {
		t.Fatal(err)
	}
	one.pulse = nil
	two.says(began, "not taking over blind")
	if two.has(s.family.host(public, vip), "eth0:1") == nil {
		t.Errorf("a blind router took over: %v", v.holder)
	}
	if err := two.Unmute("eth1"); err != nil {
		t.Fatal(err)
	}
	two.is(control.Active)
	v.alone("lvs-2")
	v.moved("the blind router sees again")

	t.Log("the primary takes back")
	lvs = lvs.with("serial_no = 6", "preempt = 1", "preempt_delay = 1")
	one.write(lvs)
	two.write(lvs)
	two.run("pulse", "reload")
	if err := one.PowerOn(); err != nil {
		t.Fatal(err)
	}
	one.start()
	one.troubled("track_script fit") // /run is empty after a start
	s.serving(1)
	v.next()
	one.fit(true)
	s.serving(0)
	v.handed("preempt")
}

// fit has the router's script succeed, or not.
func (r *router) fit(yes bool) {
	r.site.t.Helper()
	if !yes {
		r.run("rm", "/run/fit")
		return
	}
	if err := r.WriteFile("/run/fit", nil, 0o600); err != nil {
		r.site.t.Fatal(err)
	}
}
