package scenario

import (
	"fmt"
	"testing"

	"pacu/control"
)

// TestKernelSorryServer has a sorry server serve exactly while no real server
// is up, and with a quorum while too few are.
func TestKernelSorryServer(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newNAT(t, f, 1, 3)
			sorry := "sorry_server = " + f.addr(private, 13)
			web := s.virtual("web", sorry).with(quick...).on(s.entry(s.servers[0]), s.entry(s.servers[1]))
			lvs := s.nat()
			s.start(lvs.and(web))
			one, two := s.servers[0].web, s.servers[1].web
			inUse := func(want bool) {
				t.Helper()
				s.routers[0].status(func(snap *control.Snapshot) error {
					if got := snap.Services[0].Sorry; got != want {
						return fmt.Errorf("status says the sorry server serves: %v, want %v", got, want)
					}
					return nil
				})
			}
			s.servedBy(s.url(), "web-1", "web-2")
			one.stop()
			s.servedBy(s.url(), "web-2")
			inUse(false)
			two.stop()
			s.servedBy(s.url(), "web-3")
			inUse(true)
			one.start()
			s.servedBy(s.url(), "web-1")
			inUse(false)

			t.Log("a quorum of one with a hysteresis of one")
			two.start()
			s.healthy("web-1", "web-2")
			s.reload(lvs.and(web.with("quorum = 1", "hysteresis = 1")))
			s.servedBy(s.url(), "web-1", "web-2")
			one.stop()
			s.servedBy(s.url(), "web-2")
			two.stop()
			s.servedBy(s.url(), "web-3")
			one.start()
			s.routers[0].status(func(snap *control.Snapshot) error {
				for _, rs := range snap.Services[0].Servers {
					if rs.Name == "web-1" && rs.Health == control.Up {
						return nil
					}
				}
				return fmt.Errorf("web-1 is not up")
			})
			if by := s.ask(6, s.url()); by["web-3"] != 6 {
				t.Errorf("with one server up of the two that bring them back: %v", by)
			}
			inUse(true)
			two.start()
			s.servedBy(s.url(), "web-1", "web-2")
			inUse(false)

			t.Log("a quorum of two")
			s.reload(lvs.and(web.with("quorum = 2")))
			s.servedBy(s.url(), "web-1", "web-2")
			one.stop()
			s.servedBy(s.url(), "web-3")
			one.start()
			s.servedBy(s.url(), "web-1", "web-2")
			inUse(false)
		})
	}
}
