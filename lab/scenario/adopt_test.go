package scenario

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelAdopt ends pulse while a download runs and starts it again: what it
// finds is right, and stays. SIGUSR2 is how systemd restarts it.
func TestKernelAdopt(t *testing.T) {
	modes := []struct {
		name  string
		build func(t *testing.T, f family, routers, servers int) *site
		head  func(s *site) config
	}{
		{"nat", newNAT, func(s *site) config { return s.nat() }},
		{"direct", newLAN, func(s *site) config { return s.direct() }},
	}
	for _, m := range modes {
		for _, routers := range []int{1, 2} {
			name := m.name + "/alone"
			if routers == 2 {
				name = m.name + "/pair"
			}
			t.Run(name, func(t *testing.T) {
				s := m.build(t, v4, routers, 2)
				lvs := m.head(s).and(s.virtual("web", "scheduler = wlc"))
				if routers == 2 {
					// A machine that is emulated starts a program slowly.
					lvs = lvs.with("deadtime = 30")
				}
				s.setUp(lvs)
				s.start(lvs)
				s.healthy("web-1", "web-2")
				r := s.routers[0]
				r.is(control.Active)
				table, err := r.table(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				holder := s.hold(s.family.addr(public, vip))
				d := s.download(s.url())
				for _, sig := range []syscall.Signal{syscall.SIGUSR2, syscall.SIGKILL} {
					t.Logf("%v, and pulse is started again", sig)
					began := time.Now()
					r.kill(sig)
					if sig == syscall.SIGUSR2 {
						d.flows() // while nothing runs, too
						if err := r.holdsNow(t.Context(), table); err != nil {
							t.Error(err)
						}
					}
					r.start()
					r.is(control.Active)
					s.healthy("web-1", "web-2")
					d.flows()
					r.holds(table...)
					none, both := holder.Longest(began)
					if both > 0 || sig == syscall.SIGUSR2 && none > 0 {
						t.Errorf("the VIP was on no router for %v, on both for %v: %v", none, both, holder)
					}
				}
				d.ends()
				if routers == 2 {
					s.routers[1].is(control.Standby)
					if out := s.routers[1].pulse.Output(); strings.Contains(out, "state=active") {
						t.Errorf("the partner took over:\n%s", out)
					}
				}
			})
		}
	}
}
