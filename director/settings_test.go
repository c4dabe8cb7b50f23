package director

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// webWith is an lvs.cf with lines outside and inside its one virtual.
func webWith(global, inside string) string {
	return "primary = 192.0.2.1\n" + global + "virtual web {\n active = 1\n" + inside + " server a {\n  address = SERVER\n  active = 1\n }\n}\n"
}

func TestSettings(t *testing.T) {
	const address, address6 = " address = 192.0.2.100 eth0:1\n", " address = 2001:db8::100 eth0:1\n"
	v4 := func(global, inside string) string {
		return strings.Replace(webWith(global, address+inside), "SERVER", "192.0.2.11", 1)
	}
	v6 := func(global, inside string) string {
		return strings.Replace(webWith(global, address6+inside), "SERVER", "2001:db8::11", 1)
	}
	tests := []struct {
		name, text string
		local      bool
		want       string // besides expire_nodest_conn, as name=value
	}{
		{"nat", v4("network = nat\n", ""), false, "net.ipv4.ip_forward=1"},
		{"nat, IPv6", v6("network = nat\n", ""), false, "net.ipv6.conf.all.forwarding=1"},
		{"direct", v4("network = direct\n", ""), false, ""},
		{"tunnel", v4("network = tunnel\n", ""), false, ""},
		{"nat for one", v4("network = direct\n", " forward = nat\n"), false, "net.ipv4.ip_forward=1"},
		{"fullnat", v4("network = fullnat\n", ""), false, "net.ipv4.ip_forward=1 net.ipv4.vs.conntrack=1"},
		{"fullnat, IPv6", v6("network = fullnat\n", ""), false, "net.ipv6.conf.all.forwarding=1 net.ipv4.vs.conntrack=1"},
		{"persistent", v4("network = direct\n", " persistent = 30\n"), false, "net.ipv4.vs.expire_quiescent_template=1"},
		{"mh", v4("network = direct\n", " scheduler = mh\n"), false, "net.ipv4.vs.sloppy_tcp=1"},
		{"a router that is a real server", v4("network = direct\n", ""), true, "net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"},
		{
			"connections are told", v4("network = direct\nsyncdaemon = 1\nbackup_active = 1\nbackup = 192.0.2.2\n", ""), false,
			"net.ipv4.vs.sync_threshold=3_0 net.ipv4.vs.sync_refresh_period=5",
		},
		{"ping", v4("network = direct\n", " check = ping\n"), false, "net.ipv4.ping_group_range=0_2147483647"},
		{"one ping of several", v4("network = direct\n", " probe p {\n  check = ping\n }\n"), false, "net.ipv4.ping_group_range=0_2147483647"},
		{"ping of a mark's second virtual", "primary = 192.0.2.1\nnetwork = direct\n" +
			"virtual web {\n active = 1\n fwmark = 80\n address = 192.0.2.100 eth0:1\n server a {\n  address = 192.0.2.11\n  active = 1\n }\n}\n" +
			"virtual mail {\n active = 1\n fwmark = 80\n address = 192.0.2.101 eth0:2\n check = ping\n server b {\n  address = 192.0.2.12\n  active = 1\n }\n}\n",
			false, "net.ipv4.ping_group_range=0_2147483647"},
		{"ping of a server that is not active", strings.Replace(v4("network = direct\n", " check = ping\n"), "  active = 1\n", "  active = 0\n", 1), false, ""},
		{"sh", v4("network = direct\n", " scheduler = sh\n"), false, "net.ipv4.vs.sloppy_tcp=1"},
		{
			"that learns connections", v4("network = direct\nsyncdaemon = 1\nbackup_active = 1\nbackup = 192.0.2.2\n", ""), true,
			"net.ipv4.vs.sync_threshold=3_0 net.ipv4.vs.sync_refresh_period=5 net.ipv4.vs.backup_only=1 net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
		},
		{"a router that is a real server of nat", v4("network = nat\n", ""), true, "net.ipv4.ip_forward=1"},
		{"thousands", string(largeText(2000, 19000)), false, "net.ipv4.vs.run_estimation=0"},
		{"not yet thousands", string(largeText(2000, 18000)), false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cluster(t, tt.text)
			if tt.local {
				rs := c.Services[0].Servers[0]
				c.SetLocal([]netip.Addr{rs.Addr})
			}
			var got []string
			for _, s := range c.Settings() {
				if s.Why == "" {
					t.Errorf("%s has no reason", s.Name)
				}
				got = append(got, s.Name+"="+strings.ReplaceAll(s.Value, " ", "_"))
			}
			want := append([]string{"net.ipv4.vs.expire_nodest_conn=1"}, strings.Fields(tt.want)...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A setting is made and said once, put back when nothing needs it, and not
// where someone else has changed it since.
func TestSettingsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		m.sysctls["net.ipv4.vs.expire_nodest_conn"] = "1"
		d := m.director()
		d.Configure(cluster(t, everything))
		r := reconcile(t, d)
		said := func(r Result, what string) bool {
			return slices.ContainsFunc(r.Others, func(s string) bool { return strings.HasPrefix(s, what) })
		}
		if !said(r, "sysctl net.ipv4.vs.conntrack = 1 (was 0): fullnat") || said(r, "sysctl net.ipv4.vs.expire_nodest_conn") {
			t.Errorf("said %q", r.Others)
		}
		if got := d.Settings(); len(got) != 4 {
			t.Errorf("changed %+v", got)
		}
		d.Configure(article004(t))
		r = reconcile(t, d)
		if !said(r, "sysctl net.ipv4.vs.conntrack = 0, as before") || m.sysctls["net.ipv4.vs.conntrack"] != "0" {
			t.Errorf("said %q", r.Others)
		}
		m.sysctls["net.ipv4.ip_forward"] = "2"
		if err := d.Release(); err != nil {
			t.Fatal(err)
		}
		if got := m.sysctls["net.ipv4.ip_forward"]; got != "2" {
			t.Errorf("ip_forward was someone's, and is %s", got)
		}
	})
}

// A kernel without a setting is degraded, and all else is done.
func TestSettingsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		delete(m.sysctls, "net.ipv4.vs.conntrack")
		d := m.director()
		d.Configure(cluster(t, everything))
		if _, err := d.Reconcile(); err == nil || !strings.Contains(err.Error(), "net.ipv4.vs.conntrack") {
			t.Errorf("error %v", err)
		}
		if m.table() == "" || m.sysctls["net.ipv4.ip_forward"] != "1" {
			t.Errorf("not done:\n%s%v", m.table(), m.sysctls)
		}
		if got := d.Degraded(); len(got) != 1 || !strings.Contains(got[0], "conntrack") {
			t.Errorf("degraded %v", got)
		}
		m.sysctls["net.ipv4.vs.conntrack"] = "0"
		time.Sleep(lastRetry)
		reconcile(t, d)
		if got := d.Degraded(); len(got) != 0 || m.sysctls["net.ipv4.vs.conntrack"] != "1" {
			t.Errorf("degraded %v", got)
		}
	})
}
