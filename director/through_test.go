package director

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
	"pacu/lvscf"
)

// throughText is an lvs.cf whose virtuals are checked through their VIPs.
func throughText(global string, virtuals ...string) string {
	return "primary = 10.1.0.1\nnetwork = direct\n" + global + strings.Join(virtuals, "")
}

// throughVirtual is a virtual with a VIP and real servers in 10.1.0.0/24.
func throughVirtual(name, vip, lines string, servers ...string) string {
	text := "virtual " + name + " {\n active = 1\n address = 10.1.0." + vip + " eth0:1\n check = tcp\n check_through_vip = 1\n" + lines
	for _, s := range servers {
		text += " server rs" + s + " {\n  address = 10.1.0." + s + "\n  active = 1\n }\n"
	}
	return text + "}\n"
}

// throughMarks are the marks of a cluster's services for checks, by how they
// forward and to whom.
func throughMarks(c *Cluster) map[string]uint32 {
	m := make(map[string]uint32)
	for _, s := range c.Services {
		if s.Through {
			d := s.destination(&s.Servers[0])
			m[forwardWords(d)+" "+d.Addr.String()] = s.Key.FWMark
		}
	}
	return m
}

func TestThroughMarks(t *testing.T) {
	web := throughVirtual("web", "200", "", "11", "12")
	want := throughMarks(cluster(t, throughText("", web)))
	if len(want) != 2 || want["direct 10.1.0.11"] == want["direct 10.1.0.12"] {
		t.Fatalf("marks %v", want)
	}
	c := cluster(t, throughText("",
		throughVirtual("mail", "201", " port = 25\n", "13", "12"),
		throughVirtual("far", "202", " forward = tunnel\n tunnel = gre\n", "12"),
		throughVirtual("off", "203", " check = none\n", "14"),
		throughVirtual("ping", "204", " check = ping\n", "14"),
		web))
	got := throughMarks(c)
	for _, name := range []string{"direct 10.1.0.11", "direct 10.1.0.12"} {
		if got[name] != want[name] {
			t.Errorf("%s had mark %x, and %x beside others", name, want[name], got[name])
		}
	}
	if len(got) != 4 || got["direct 10.1.0.13"] == 0 || got["tunnel gre 10.1.0.12"] == 0 {
		t.Errorf("marks %v", got)
	}
	for _, s := range c.Services {
		for i := range s.Servers {
			rs := &s.Servers[i]
			mark, _, ok := c.Through(s, rs)
			if s.Through {
				continue
			}
			name := forwardWords(s.destination(rs)) + " " + rs.Addr.String()
			if mark != got[name] || ok != (mark != 0) {
				t.Errorf("%s: through mark %x, %v", name, mark, ok)
			}
		}
	}

	// A mark that lvs.cf has already.
	taken := throughVirtual("marked", "205", " fwmark = "+fwmark(want["direct 10.1.0.11"])+"\n", "15")
	got = throughMarks(cluster(t, throughText("", web, taken)))
	if got["direct 10.1.0.11"] != want["direct 10.1.0.11"]+1 || got["direct 10.1.0.12"] != want["direct 10.1.0.12"] {
		t.Errorf("marks %v beside a virtual with the mark %x", got, want["direct 10.1.0.11"])
	}
}

func fwmark(n uint32) string {
	_, word, _ := strings.Cut(ipvs.FWMarkKey(n, false).String(), " ")
	return word
}

// Only what is another way to a server makes all be read again.
func TestThroughAlter(t *testing.T) {
	before := throughText("", throughVirtual("web", "200", "", "11", "12"), throughVirtual("mail", "201", " port = 25\n", "12"))
	read := func(text string) *lvscf.Config {
		cfg, problems := lvscf.Read("lvs.cf", []byte(text))
		if cfg == nil {
			t.Fatal(problems.Err())
		}
		return cfg
	}
	c := cluster(t, before)
	c.SetLocal(nil)
	c.SetWays(func(netip.Addr, bool) Way { return Way{Source: netip.MustParseAddr("10.1.0.1"), Interface: "eth0"} })
	for _, tt := range []struct {
		name, from, to string
		whole          bool
	}{
		{"a weight", " server rs11 {\n", " server rs11 {\n  weight = 5\n", false},
		{"a server that another virtual checks alike", "rs12 {\n  address = 10.1.0.12\n  active = 1", "rs12 {\n  address = 10.1.0.12\n  active = 0", true},
		{"a new server", "10.1.0.11\n", "10.1.0.19\n", true},
		{"a check of its own address", " check_through_vip = 1\n", "", true},
		{"another way", " check = tcp\n", " check = tcp\n forward = tunnel\n", true},
	} {
		next, err := c.Alter(t.Context(), read(strings.Replace(before, tt.from, tt.to, 1)), []int{0}, nil)
		if err != nil || (next == nil) != tt.whole {
			t.Errorf("%s: all is read again: %v, want %v; %v", tt.name, next == nil, tt.whole, err)
		}
		if next == nil {
			continue
		}
		next.SetLocal(nil)
		next.SetWays(func(netip.Addr, bool) Way { t.Errorf("%s: a way is looked for", tt.name); return Way{} })
		web := next.Services[0]
		if _, source, ok := next.Through(web, &web.Servers[0]); !ok || !source.IsValid() {
			t.Errorf("%s: from %v, %v", tt.name, source, ok)
		}
	}
}

func TestThroughSettings(t *testing.T) {
	web, local := throughVirtual("web", "200", "", "11", "12"), netip.MustParseAddr("10.1.0.11")
	for _, tt := range []struct {
		name, text string
		iface      string // where answers come in
		own        []netip.Addr
		want       string
	}{
		{"the VIP's interface", throughText("", web), "eth0", nil, "net.ipv4.conf.eth0.accept_local=1"},
		{"another, a VLAN", throughText("", web), "eth1.7", nil, "net.ipv4.conf.eth1/7.accept_local=1 net.ipv4.conf.eth1/7.rp_filter=2"},
		{"not known", throughText("", web), "", nil, ""},
		{"IPv6", strings.NewReplacer("10.1.0.1\n", "10.1.0.1\n", "= 10.1.0.", "= fd01::").Replace(throughText("", web)), "eth0", nil, ""},
		{"a standby's IPVS asleep", throughText("syncdaemon = 1\nbackup = 10.1.0.2\nbackup_active = 1\n", web), "eth0", []netip.Addr{local}, ""},
	} {
		c := cluster(t, tt.text)
		c.SetLocal(tt.own)
		c.SetWays(func(netip.Addr, bool) Way { return Way{Interface: tt.iface} })
		var got []string
		for _, s := range c.Settings() {
			if strings.HasSuffix(s.Name, ".accept_local") || strings.HasSuffix(s.Name, ".rp_filter") {
				got = append(got, s.Name+"="+s.Value)
			}
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, g, tt.want)
		}
		if c.ThroughAsleep() != (tt.own != nil) || !c.ChecksThrough() {
			t.Errorf("%s: asleep %v, checks %v", tt.name, c.ThroughAsleep(), c.ChecksThrough())
		}
		if _, _, ok := c.Through(c.Services[0], &c.Services[0].Servers[1]); ok == c.ThroughAsleep() {
			t.Errorf("%s: checks go through: %v", tt.name, ok)
		}
	}

	m := newMachine()
	m.sysctls["net.ipv4.conf.eth1.accept_local"], m.sysctls["net.ipv4.conf.eth1.rp_filter"] = "0", "0"
	d := m.director()
	c := cluster(t, throughText("", web))
	c.SetWays(func(netip.Addr, bool) Way { return Way{Interface: "eth1"} })
	d.Configure(c)
	reconcile(t, d)
	if got := m.sysctls["net.ipv4.conf.eth1.rp_filter"]; got != "0" {
		t.Errorf("an rp_filter that is off is set to %s", got)
	}
	m.sysctls["net.ipv4.conf.eth1.rp_filter"] = "1"
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(slowly)
		if found := look(t, d); len(found) != 1 {
			t.Errorf("found %v", found)
		}
		reconcile(t, d)
	})
	if got := m.sysctls["net.ipv4.conf.eth1.rp_filter"]; got != "2" {
		t.Errorf("an rp_filter that is strict is set to %s", got)
	}
}

// The services for checks are not the operator's: drains, connections and what
// the partner is told of are not about them.
func TestThroughApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		d := m.director()
		c := cluster(t, throughText("", throughVirtual("web", "200", "", "11", "12")))
		planned, err := d.Plan(c)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, s := range planned {
			if s.Kind != "sysctl" {
				words = append(words, s.String())
			}
		}
		if diff := cmp.Diff([]string{
			"+ service tcp 10.1.0.200:80 of web wlc",
			"+ check through the VIP of 10.1.0.12 fwmark 1737135400",
			"+ check through the VIP of 10.1.0.11 fwmark 1802636805",
		}, words); diff != "" {
			t.Errorf("plan (-want +got):\n%s", diff)
		}
		d.Configure(c)
		reconcile(t, d)
		table := m.table()
		if _, err := d.Drain("10.1.0.11", 0); err != nil {
			t.Fatal(err)
		}
		reconcile(t, d)
		if diff := cmp.Diff(table, m.table()); diff != "" {
			t.Errorf("a drain changed (-before +after):\n%s", diff)
		}
		var key ipvs.Key
		for _, s := range c.Services {
			if s.Through {
				key = s.Key
			}
		}
		server := netip.MustParseAddr("10.1.0.12")
		if err := m.kernel.SetStatus(key, ipvs.DestinationStatus{Destination: ipvs.Destination{Addr: server, Forward: ipvs.Direct, Weight: 1}, Active: 3}); err != nil {
			t.Fatal(err)
		}
		look(t, d)
		if n := d.Connections(); n != 0 {
			t.Errorf("%d connections of clients", n)
		}
		conn := &ipvs.Connection{
			Protocol: ipvs.TCP, Client: netip.MustParseAddrPort("10.1.0.1:5000"),
			Virtual: netip.MustParseAddrPort("10.1.0.222:80"), Destination: netip.MustParseAddrPort("10.1.0.12:80"),
		}
		if told, ok := NewTeller(c).Of(conn); ok {
			t.Errorf("the partner is told of %+v", told)
		}

		// A real server that is this router asks itself.
		c = cluster(t, throughText("", throughVirtual("web", "200", "", "11", "12")))
		c.SetLocal([]netip.Addr{server})
		d.Configure(c)
		reconcile(t, d)
		if _, there := throughTable(m)["10.1.0.12"]; there {
			t.Error("there is a service for checks of this router itself")
		}

		// Nannies hear last that a check is no more.
		d.Configure(cluster(t, throughText("", strings.Replace(throughVirtual("web", "200", "", "11", "12"), "check_through_vip = 1", "", 1))))
		reconcile(t, d)
		if len(throughTable(m)) != 1 {
			t.Error("what checks go through is gone before nannies know")
		}
		time.Sleep(throughLinger)
		reconcile(t, d)
		if len(throughTable(m)) != 0 {
			t.Errorf("what no check goes through is left:\n%s", m.table())
		}
		d.Configure(c)
		reconcile(t, d)
		next := m.director()
		next.Configure(cluster(t, throughText("", throughVirtual("web", "200", "", "13"))))
		if err := next.Resume(d.State()); err != nil {
			t.Fatal(err)
		}
		reconcile(t, next) // whose nannies are new too
		if servers := throughTable(m); len(servers) != 1 || !servers["10.1.0.13"] {
			t.Errorf("after a restart checks have %v", servers)
		}
	})
}

// throughTable are the servers that the table has a service of checks for.
func throughTable(m *machine) map[string]bool {
	servers := make(map[string]bool)
	for line := range strings.Lines(m.table()) {
		words := strings.Fields(line)
		if i := slices.Index(words, "-r"); words[1] == "-f" && i > 0 {
			a, _, _ := strings.Cut(words[i+1], ":")
			servers[a] = true
		}
	}
	return servers
}
