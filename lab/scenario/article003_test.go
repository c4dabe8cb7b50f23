package scenario

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"

	"pacu/control"
)

// TestKernelArticle003 is full NAT: real servers in two networks, without a
// route to the clients, see an address of the router as theirs.
func TestKernelArticle003(t *testing.T) {
	for _, f := range families {
		for _, pool := range []bool{false, true} {
			name := "masquerade"
			if pool {
				name = "pool"
			}
			t.Run(string(f)+"/"+name, func(t *testing.T) {
				s := newVLANs(t, f, 2)
				lvs := s.global("network = fullnat")
				from := []string{f.addr(private, 1), f.addr(private, 2), f.addr(other, 1), f.addr(other, 2)}
				if pool {
					lvs = lvs.with("snat_pool = " + f.addr(private, 50) + "-" + f.addr(private, 52) + " eth1")
					from = []string{f.addr(private, 50), f.addr(private, 51), f.addr(private, 52)}
					// The pool is in one network; the other reaches it through
					// the core, which knows nothing of the clients.
					s.servers[1].Route(f.prefix(private, 0), f.addr(other, gateway))
					s.built()
				}
				s.start(lvs.and(s.virtual("web")))
				s.healthy("web-1", "web-2")
				service := "-t " + f.at(public, vip, 80)
				s.tables("-A "+service+" -s rr",
					"-a "+service+" -r "+f.at(private, 11, 80)+" -m -w 1",
					"-a "+service+" -r "+f.at(other, 12, 80)+" -m -w 1")
				seen := func() {
					t.Helper()
					s.servedBy(s.url(), "web-1", "web-2")
					for _, rs := range s.servers {
						addr, _, err := net.SplitHostPort(fmt.Sprint(rs.web.from.Load()))
						if err != nil || !slices.Contains(from, addr) {
							t.Errorf("%s was asked by %v (%v), want one of %v", rs.Name(), addr, err, from)
						}
						if netip.MustParseAddr(addr) == f.ip(public, client) {
							t.Errorf("%s sees the client", rs.Name())
						}
					}
				}
				seen()
				d := s.downloadFrom("web-2")
				d.flows()
				d.ends()

				t.Log("the other router serves the same")
				s.routers[0].stop()
				s.routers[1].is(control.Active)
				seen()
				if left := s.routers[0].run("nft", "list", "ruleset"); left != "" {
					t.Errorf("%s left rules behind: %s", s.routers[0].Name(), left)
				}
			})
		}
	}
}
