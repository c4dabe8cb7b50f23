package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelPorts has pulse mark the traffic of a virtual with many ports, on
// whichever router serves.
func TestKernelPorts(t *testing.T) {
	for _, f := range families {
		t.Run(string(f), func(t *testing.T) {
			s := newNAT(t, f, 2, 2)
			for _, rs := range s.servers {
				newWeb(s, rs.Host, ":443", ":8000", ":8005", ":8006", ":12345")
			}
			for i := range 6 {
				s.client.Address("eth0", f.prefix(public, client+1+i))
			}
			s.built()
			url := func(port uint16) string { return "http://" + f.at(public, vip, port) + "/" }
			lvs := s.nat()
			s.start(lvs.and(s.virtual("web", "ports = 80,443,8000-8005", "persistent = 5")))
			s.healthy("web-1", "web-2")

			sticky := func() {
				t.Helper()
				seen := map[string]bool{}
				for i := range 6 {
					from := f.ip(public, client+1+i)
					first := ""
					for _, port := range []uint16{80, 443, 8000, 8005, 443, 80} {
						who, err := s.get(patience, from, url(port))
						if err != nil {
							t.Fatalf("port %d: %v", port, err)
						}
						if first != "" && who != first {
							t.Errorf("a client was with %s, then with %s for port %d", first, who, port)
						}
						first = who
					}
					seen[first] = true
				}
				if len(seen) != 2 {
					t.Errorf("six clients were all served by %v", seen)
				}
				if who, err := s.get(impatience, netip.Addr{}, url(8006)); err == nil {
					t.Errorf("port 8006, which is in no list, was served by %s", who)
				}
			}
			sticky()
			table, err := s.routers[0].table(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s.routers[1].holds(table...)

			t.Log("the other router marks too")
			s.routers[0].stop()
			s.routers[1].is(control.Active)
			sticky()
			if rules := s.routers[0].run("nft", "list", "ruleset"); rules != "" {
				t.Errorf("%s left rules behind: %s", s.routers[0].Name(), rules)
			}

			t.Log("all ports")
			s.routers[0].start()
			s.routers[0].is(control.Standby)
			s.reload(lvs.and(s.virtual("web", "ports = all")))
			for _, port := range []uint16{80, 443, 8006, 12345} {
				s.servedBy(url(port), "web-1", "web-2")
				if by := s.ask(4, url(port)); by["web-1"] != 2 || by["web-2"] != 2 {
					t.Errorf("port %d: %v", port, by)
				}
			}
		})
	}
}

// TestKernelPortsReload gives a virtual one more port under load: no request
// is lost, and connections go on.
func TestKernelPortsReload(t *testing.T) {
	s := newNAT(t, v4, 1, 2)
	web := s.virtual("web", "ports = 80,443")
	lvs := s.nat()
	s.start(lvs.and(web))
	s.healthy("web-1", "web-2")
	d := s.download(s.url())
	v := s.vigil(s.pace(10 * time.Millisecond))
	s.reloads(v.client, 3, []config{lvs.and(web.with("ports = 80,443,8080")), lvs.and(web)})
	v.stop()
	v.unharmed(v.client)
	d.flows()
	d.ends()
}

// TestKernelHandSetMarks has an operator's own rule set the mark, which pulse
// must leave alone, beside a virtual whose ports pulse marks.
func TestKernelHandSetMarks(t *testing.T) {
	s := newNAT(t, v4, 1, 2)
	r := s.routers[0]
	for _, rs := range s.servers {
		newWeb(s, rs.Host, ":443", ":8443")
	}
	r.run("nft", "add", "table", "ip", "mangle")
	r.run("nft", "add", "chain", "ip", "mangle", "PREROUTING", "{ type filter hook prerouting priority mangle; }")
	r.run("nft", "add", "rule", "ip", "mangle", "PREROUTING", "ip", "daddr", v4.addr(public, vip), "tcp", "dport", "{ 80, 443 }", "meta", "mark", "set", "80")
	mine := r.run("nft", "list", "table", "ip", "mangle")
	s.start(s.nat().and(
		s.virtual("web", "fwmark = 80"),
		s.virtual("secure", "ports = 8443").on(s.entry(s.servers[1])),
	))
	s.healthy("web-1", "web-2")
	table, err := r.table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := "-a -f 80 -r " + v4.at(private, 11, 80) + " -m -w 1"; !slices.Contains(table, want) {
		t.Errorf("the table has no %q: %q", want, table)
	}
	// The servers of a mark set by hand have a port, as in Piranha.
	for _, port := range []uint16{80, 443} {
		if by := s.ask(4, fmt.Sprintf("http://%s/", v4.at(public, vip, port))); by["web-1"] != 2 {
			t.Errorf("port %d: %v", port, by)
		}
	}
	if by := s.ask(4, fmt.Sprintf("http://%s/", v4.at(public, vip, 8443))); by["web-2"] != 4 {
		t.Errorf("port 8443: %v", by)
	}
	r.stop()
	if left := r.run("nft", "list", "ruleset"); left != mine {
		t.Errorf("the operator's rules were\n%sand now all rules are\n%s", mine, left)
	}
}
