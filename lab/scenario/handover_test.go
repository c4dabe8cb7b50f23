package scenario

import (
	"fmt"
	"testing"
	"time"

	"pacu/lab"
)

// handovers are how often the routers change places, to and fro, in each way.
const handovers = 3

// TestKernelHandover has the routers change places again and again, while a
// hundred requests a second come (fewer on a busy machine), each a connection of
// its own, and clients download: none of them is lost, nor breaks.
func TestKernelHandover(t *testing.T) {
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
			downloads := []*download{s.download(s.url()), s.download(s.url())}
			c := &lab.Client{Host: s.client, URL: s.url(), Every: s.pace(10 * time.Millisecond), Timeout: time.Second}
			v := s.watch(c)
			// So many take longer than one may: none of those before is under way.
			long := 20 + int(c.Timeout/c.Every)
			active := 0
			moves := func(what string, do func(from *router)) {
				t.Helper()
				from, to := s.routers[active], s.routers[1-active]
				to.knows(len(downloads))
				v.steadies(long)
				at := time.Now()
				do(from)
				v.alone(to.Name())
				v.served(long)
				for _, d := range downloads {
					d.flows()
				}
				for _, sample := range c.Samples(v.began) {
					if sample.Err != nil {
						t.Logf("a request sent %v after it began: %v", sample.At.Sub(at), sample.Err)
					}
				}
				if none, _ := v.holder.Longest(v.began); none > 0 {
					v.fails("%s: the VIP was on no router for %v", what, none)
				}
				v.lossless(what)
				if long := v.stalls.longest(at, time.Now()); long > 5*time.Second {
					t.Skipf("%s: the machine stood still for %v: who serves now is anybody's guess", what, long)
				}
				active = 1 - active
			}
			for i := range 2 * handovers {
				moves(fmt.Sprintf("switchover %d", i+1), func(from *router) {
					at := time.Now()
					from.run("pulse", "switchover")
					from.says(at, "told the other router of")
				})
				s.serving(active)
			}
			for i := range handovers {
				moves(fmt.Sprintf("stop %d", i+1), func(from *router) { from.stop() })
				at := time.Now()
				s.routers[1-active].start()
				s.serving(active)
				s.healthy("web-1", "web-2")
				s.routers[active].says(at, "told the other router of")
			}
			for _, d := range downloads {
				d.ends()
			}
		})
	}
}
