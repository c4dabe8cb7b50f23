package scenario

import (
	"strings"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelSwitchover has the routers change places while clients ask and a
// download runs: by pulse switchover on either, by the end of pulse on the
// active one, and by its crash.
func TestKernelSwitchover(t *testing.T) {
	modes := []struct {
		name  string
		build func(t *testing.T, f family, routers, servers int) *site
		head  func(s *site) config
	}{
		{"nat", newNAT, func(s *site) config { return s.nat() }},
		{"direct", newLAN, func(s *site) config { return s.direct() }},
	}
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := m.build(t, v4, 2, 2)
			lvs := m.head(s).with("syncdaemon = 1", "syncd_iface = eth0").and(s.virtual("web"))
			s.setUp(lvs)
			s.pair(lvs)
			s.healthy("web-1", "web-2")
			one, two := s.routers[0], s.routers[1]
			v := s.vigil(50 * time.Millisecond)
			d := s.download(s.url())
			planned := func(what string, to int, do func()) {
				t.Helper()
				t.Log(what)
				s.routers[to].carries(d)
				v.next()
				do()
				v.alone(s.routers[to].Name())
				d.flows()
				if none, _ := v.holder.Longest(v.began); none > 0 {
					v.fails("%s: the VIP was on no router for %v", what, none)
				}
				v.lossless(what)
			}
			if out := one.run("pulse", "switchover", "--check"); !strings.Contains(out, "nothing stops") {
				t.Errorf("switchover --check: %s", out)
			}
			v.calm("switchover --check")
			planned("pulse switchover on the active router", 1, func() { one.run("pulse", "switchover") })
			s.serving(1)
			planned("pulse switchover on the standby router", 0, func() { one.run("pulse", "switchover") })
			s.serving(0)
			planned("the active router's pulse is stopped", 1, one.stop)
			one.start()
			s.serving(1)
			s.healthy("web-1", "web-2")

			t.Log("a crash, while the other router is held")
			one.carries(d)
			one.run("pulse", "hold", "on")
			v.next()
			at := time.Now()
			two.powerOff()
			one.says(at, "held: nobody serves")
			one.is(control.Standby)
			if out := one.run("pulse", "explain"); !strings.Contains(out, "held") {
				t.Errorf("explain does not say that it is held: %s", out)
			}
			if one.has(s.family.host(public, vip), "eth0:1") == nil {
				t.Errorf("the other router is held and has the VIP: %v", v.holder)
			}
			one.run("pulse", "hold", "off")
			v.alone(one.Name())
			d.flows()
			v.moved("hold off")

			t.Log("a crash")
			two.powerOn()
			s.serving(0)
			s.healthy("web-1", "web-2")
			two.carries(d)
			one.powerOff()
			v.alone(two.Name())
			d.flows()
			v.moved("a crash")
			d.ends()
		})
	}
}
