package scenario

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

// drained is what status says of the drain of a server.
func (r *router) drained(name string, ok func(*control.Drain) error) {
	r.site.t.Helper()
	r.status(func(snap *control.Snapshot) error {
		for _, rs := range snap.Services[0].Servers {
			if rs.Name == name {
				return ok(rs.Drain)
			}
		}
		return fmt.Errorf("status does not know %s", name)
	})
}

// TestKernelDrain takes a server out of service by hand while it sends a long
// download: nothing new, the download ends well, and only then it is out.
func TestKernelDrain(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			// With NAT the kernel remembers a connection for two minutes after
			// its end, with direct routing for tcpfin_timeout.
			s := newLAN(t, f, 1, 2)
			r := s.routers[0]
			web := s.virtual("web")
			lvs := s.direct("tcpfin_timeout = 1")
			s.setUp(lvs.and(web))
			s.start(lvs.and(web))
			s.healthy("web-1", "web-2")
			d := s.downloadFrom("web-1")
			r.run("pulse", "drain", "web-1")
			draining := func(drain *control.Drain) error {
				if drain == nil || drain.Out {
					return fmt.Errorf("drain is %+v, want one under way", drain)
				}
				return nil
			}
			still := func(after string) {
				t.Helper()
				if by := s.ask(6, s.url()); by["web-2"] != 6 {
					t.Errorf("%s: a drained server gets new connections: %v", after, by)
				}
				d.flows()
				r.drained("web-1", draining)
			}
			still("after the drain")
			s.reload(lvs.and(web.with("scheduler = wrr")))
			still("after a reload")
			r.kill(syscall.SIGUSR2)
			r.start()
			still("after a restart")
			d.ends()
			r.drained("web-1", func(drain *control.Drain) error {
				if drain == nil || !drain.Out {
					return fmt.Errorf("drain is %+v, want it out", drain)
				}
				return nil
			})
			service := "-t " + f.at(public, vip, 80)
			head := "-A " + service + " -s wrr"
			second := "-a " + service + " -r " + f.at(public, 12, 80) + " -g -w 1"
			r.holds(head, second)
			r.run("pulse", "undrain", "web-1")
			s.servedBy(s.url(), "web-1", "web-2")
			r.drained("web-1", func(drain *control.Drain) error {
				if drain != nil {
					return fmt.Errorf("drain is %+v after the undrain", drain)
				}
				return nil
			})

			t.Log("a drain with a time limit ends what goes on")
			d = s.downloadFrom("web-1")
			began := time.Now()
			r.run("pulse", "drain", "--timeout", "1s", "web-1")
			if took := d.breaks().Sub(began); took < time.Second {
				t.Errorf("the limit of 1s came after %v", took)
			}
			r.holds(head, second)
		})
	}
}
