package scenario

import (
	"cmp"
	"context"
	"fmt"
	"testing"

	"pacu/control"
)

// TestKernelLeaving takes servers out of lvs.cf that have connections: they
// keep them until they end, or lose them at once, UDP's too.
func TestKernelLeaving(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			// See TestKernelDrain for why it is not NAT.
			s := newLAN(t, f, 1, 2)
			lvs := s.direct("tcpfin_timeout = 1", "udp_timeout = 300")
			web := s.virtual("web")
			udp := s.virtual("echo", "port = 5000", "protocol = udp", "check = none")
			s.setUp(lvs.and(web, udp))
			for _, rs := range s.servers {
				rs.udpEcho(f.at(public, vip, 5000))
			}
			for _, leaving := range []string{"keep", "end"} {
				t.Log("leaving = " + leaving)
				web, udp := web.with("leaving = "+leaving), udp.with("leaving = "+leaving)
				if s.routers[0].pulse == nil {
					s.start(lvs.and(web, udp))
				} else {
					s.reload(lvs.and(web, udp))
				}
				s.healthy("web-1", "web-2")
				d := s.downloadFrom("web-1")
				sock := s.udp(f.at(public, vip, 5000))
				s.until(func(context.Context) error {
					who, err := askUDP(sock, impatience)
					if err == nil && who == "web-1" {
						return nil
					}
					// Another port is another connection, and nobody sends a
					// lost datagram again.
					sock = s.udp(f.at(public, vip, 5000))
					return cmp.Or(err, fmt.Errorf("%s answers, want web-1", who))
				})
				web, udp = web.on(s.entry(s.servers[1])), udp.on(s.entry(s.servers[1]))
				s.reload(lvs.and(web, udp))
				if by := s.ask(6, s.url()); by["web-2"] != 6 {
					t.Errorf("a server that left gets new connections: %v", by)
				}
				if leaving == "end" {
					d.breaks()
					s.until(func(context.Context) error {
						who, err := askUDP(sock, impatience)
						if err == nil && who != "web-2" {
							err = fmt.Errorf("the UDP connection is still with %s", who)
						}
						return err
					})
					continue
				}
				d.flows()
				if who, err := askUDP(sock, patience); err != nil || who != "web-1" {
					t.Errorf("the UDP connection is with %q: %v", who, err)
				}
				s.routers[0].status(func(snap *control.Snapshot) error {
					for _, rs := range snap.Services[0].Servers {
						if rs.Address == f.ip(public, 11) && rs.Leaving {
							return nil
						}
					}
					return fmt.Errorf("status does not show that web-1 is leaving: %+v", snap.Services[0].Servers)
				})
				d.ends()
				// UDP has no end but silence: short, from its next packet on.
				s.reload(lvs.with("udp_timeout = 1").and(web, udp))
				if _, err := askUDP(sock, patience); err != nil {
					t.Error(err)
				}
				service, echo := "-t "+f.at(public, vip, 80), "-u "+f.at(public, vip, 5000)
				s.tables("-A "+service+" -s rr", "-a "+service+" -r "+f.at(public, 12, 80)+" -g -w 1",
					"-A "+echo+" -s rr", "-a "+echo+" -r "+f.at(public, 12, 5000)+" -g -w 1")
			}
		})
	}
}
