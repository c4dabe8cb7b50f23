package firewall

import (
	"context"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A site is a client, a router with VIPs, and a real server in another network
// that has no way to the client's.
type site struct{ router, client, server namespace }

const (
	realServer4 = "10.1.0.20"
	realServer6 = "fd01::20"
)

func newSite(t *testing.T) site {
	t.Helper()
	n := namespaces(t, 3)
	s := site{n[0], n[1], n[2]}
	cable(t, s.router, "eth0", []string{"10.0.0.1/24", "10.0.0.2/24", "fd00::1/64", "fd00::2/64"},
		s.client, "eth0", []string{"10.0.0.9/24", "10.0.0.8/24", "fd00::9/64"})
	cable(t, s.router, "eth1", []string{"10.1.0.254/24", "10.1.0.1/24", "10.1.0.2/24", "10.1.0.3/24", "10.1.0.4/24",
		"fd01::fe/64", "fd01::1/64", "fd01::2/64", "fd01::3/64", "fd01::4/64"},
		s.server, "eth0", []string{realServer4 + "/24", realServer6 + "/64"})
	s.server.enter(t)
	serve(t, netip.AddrPortFrom(netip.IPv6Unspecified(), 8000), func(peer netip.AddrPort) string { return peer.Addr().String() })
	s.router.enter(t)
	setting(t, "net/ipv4/ip_forward", "1")
	setting(t, "net/ipv6/conf/all/forwarding", "1")
	return s
}

// viaNFT stands in for IPVS where the kernel has none: a table that is not
// ours sends the VIPs' traffic to the real server.
func viaNFT(t *testing.T) {
	t.Helper()
	nft(t, `add table inet standin; add chain inet standin prerouting { type nat hook prerouting priority -100; };`+
		`add rule inet standin prerouting ip daddr { 10.0.0.1, 10.0.0.2 } meta l4proto { tcp, udp } dnat ip to `+realServer4+`:8000;`+
		`add rule inet standin prerouting ip6 daddr { fd00::1, fd00::2 } meta l4proto { tcp, udp } dnat ip6 to [`+realServer6+`]:8000`)
}

// viaIPVS masquerades, with services by address and by mark.
func viaIPVS(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ipvsadm"); err != nil {
		t.Skip(err)
	}
	if out, err := exec.Command("ipvsadm", "-Ln").CombinedOutput(); err != nil {
		t.Skipf("no IPVS: %v: %s", err, out)
	}
	setting(t, "net/ipv4/vs/conntrack", "1")
	for _, at := range []struct{ vips, real string }{
		{"10.0.0.1 10.0.0.2", realServer4 + ":8000"},
		{"[fd00::1] [fd00::2]", "[" + realServer6 + "]:8000"},
	} {
		for _, vip := range strings.Fields(at.vips) {
			for _, proto := range []string{"-t", "-u"} {
				for _, port := range []string{"80", "81", "82", "83"} {
					run(t, "ipvsadm", "-A", proto, vip+":"+port, "-s", "rr")
					run(t, "ipvsadm", "-a", proto, vip+":"+port, "-r", at.real, "-m")
				}
			}
		}
		mark := []string{"-f", "85"}
		if strings.HasPrefix(at.vips, "[") {
			mark = append(mark, "-6")
		}
		run(t, "ipvsadm", append(append([]string{"-A"}, mark...), "-s", "rr")...)
		run(t, "ipvsadm", append(append([]string{"-a"}, mark...), "-r", at.real, "-m")...)
	}
}

// fullNAT is a ruleset with each kind of pool: on ports 80 to 83 of the first
// VIP, any port of the second, and a mark on ports 84 and 85 of the first.
func fullNAT() Ruleset {
	var r Ruleset
	for _, v := range []struct {
		vip, other, foreign string
		one, two, three, to string
	}{
		{vip: "10.0.0.1", other: "10.0.0.2", foreign: "2001:db8::1", one: "10.1.0.1", two: "10.1.0.2", three: "10.1.0.3", to: "10.1.0.4"},
		{vip: "fd00::1", other: "fd00::2", foreign: "192.0.2.1", one: "fd01::1", two: "fd01::2", three: "fd01::3", to: "fd01::4"},
	} {
		for _, proto := range []uint8{tcp, udp} {
			nat := func(vip string, port uint16, pool []AddrRange) {
				r.SourceNATs = append(r.SourceNATs, SourceNAT{Name: "shop", Addr: addr(vip), Protocol: proto, Port: port, Pool: pool})
			}
			nat(v.vip, 80, pool(v.one, v.one))
			nat(v.vip, 81, pool(v.one, v.to))
			nat(v.vip, 82, pool(v.foreign, v.foreign, v.one, v.one, v.three, v.to))
			nat(v.vip, 83, nil)
			nat(v.other, 0, pool(v.two, v.two))
		}
		r.Marks = append(r.Marks, Mark{Name: "many", Addr: addr(v.vip), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{84, 85}}, Mark: 85})
		r.SourceNATs = append(r.SourceNATs, SourceNAT{Name: "many", Addr: addr(v.vip), FWMark: 85, Pool: pool(v.three, v.three)})
	}
	return r
}

func TestKernelFullNAT(t *testing.T)     { testFullNAT(t, viaNFT) }
func TestKernelFullNATIPVS(t *testing.T) { testFullNAT(t, viaIPVS) }

// testFullNAT asks the real server who it thinks is asking.
func testFullNAT(t *testing.T, forward func(*testing.T)) {
	s := newSite(t)
	c := testConn(t)
	forward(t)
	replace(t, c, fullNAT())
	s.client.enter(t)
	for _, tt := range []struct{ to, want string }{
		{"10.0.0.1:80", "10.1.0.1"},
		{"10.0.0.1:81", "10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.4"},
		{"10.0.0.1:82", "10.1.0.1 10.1.0.3 10.1.0.4"},
		{"10.0.0.1:83", "10.1.0.254"},
		{"10.0.0.1:84", "10.1.0.3"},
		{"10.0.0.1:85", "10.1.0.3"},
		{"10.0.0.2:81", "10.1.0.2"},
		{"[fd00::1]:80", "fd01::1"},
		{"[fd00::1]:81", "fd01::1 fd01::2 fd01::3 fd01::4"},
		{"[fd00::1]:82", "fd01::1 fd01::3 fd01::4"},
		{"[fd00::1]:83", "fd01::fe fd01::1 fd01::2 fd01::3 fd01::4"}, // any, as IPv6 selects it
		{"[fd00::1]:84", "fd01::3"},
		{"[fd00::2]:81", "fd01::2"},
	} {
		for _, network := range []string{"tcp", "udp"} {
			if got := ask(t, dial(t, network, tt.to)); !slices.Contains(strings.Fields(tt.want), got) {
				t.Errorf("%s %s came from %s, want one of %s", network, tt.to, got, tt.want)
			}
		}
	}
	seen := map[string]bool{}
	for range 40 {
		seen[ask(t, dial(t, "udp", "10.0.0.1:82"))] = true
	}
	if len(seen) < 2 || !seen["10.1.0.1"] {
		t.Errorf("40 connections came from %v only", seen)
	}
}

func TestKernelConnectionsSurvive(t *testing.T)     { testConnectionsSurvive(t, viaNFT) }
func TestKernelConnectionsSurviveIPVS(t *testing.T) { testConnectionsSurvive(t, viaIPVS) }

// testConnectionsSurvive keeps connections over replacements, with the same
// ruleset and with another pool.
func testConnectionsSurvive(t *testing.T, forward func(*testing.T)) {
	s := newSite(t)
	c := testConn(t)
	forward(t)
	replace(t, c, fullNAT())
	s.client.enter(t)
	was := map[net.Conn]string{}
	for _, to := range []string{"10.0.0.1:80", "10.0.0.1:82", "10.0.0.1:83", "10.0.0.1:84", "[fd00::1]:80", "[fd00::1]:83", "[fd00::1]:85"} {
		for _, network := range []string{"tcp", "udp"} {
			q := dial(t, network, to)
			was[q] = ask(t, q)
		}
	}
	other := fullNAT()
	for i := range other.SourceNATs {
		if p := other.SourceNATs[i].Pool; len(p) > 0 {
			last := p[len(p)-1].Last
			other.SourceNATs[i].Pool = []AddrRange{{last, last}}
		}
	}
	other.SourceNATs = append(other.SourceNATs, SourceNAT{Addr: addr("10.0.0.77"), Protocol: tcp, Port: 1})
	for _, r := range []Ruleset{fullNAT(), other, fullNAT(), other} {
		replace(t, c, r)
		for q, want := range was {
			if got := ask(t, q); got != want {
				t.Errorf("connection to %v came from %s, then from %s", q.RemoteAddr(), want, got)
			}
		}
	}
	if got := ask(t, dial(t, "tcp", "10.0.0.1:81")); got != "10.1.0.4" {
		t.Errorf("a new connection came from %s, want the new pool's 10.1.0.4", got)
	}
}

// TestKernelPartner has the router pass on what is for a VIP that its partner
// holds: the client's address stays.
func TestKernelPartner(t *testing.T) {
	s := newSite(t)
	c := testConn(t)
	replace(t, c, Ruleset{SourceNATs: []SourceNAT{{Addr: addr("10.1.0.99"), Protocol: tcp, Port: 8000, Pool: pool("10.1.0.1", "10.1.0.1")}}})
	number(t, s.server, "eth0", "10.1.0.99/24")
	run(t, "ip", "route", "add", "10.0.0.8/32", "via", "10.1.0.254")
	s.client.enter(t)
	run(t, "ip", "route", "add", "10.1.0.99/32", "via", "10.0.0.1")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.MustParseAddrPort("10.0.0.8:0"))}
	q, err := d.DialContext(ctx, "tcp", "10.1.0.99:8000")
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if got := ask(t, q); got != "10.0.0.8" {
		t.Errorf("came from %s, want the client's 10.0.0.8", got)
	}
}
