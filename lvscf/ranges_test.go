package lvscf

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// virtualOf reads the one virtual that lines make, with one server.
func virtualOf(t *testing.T, lines string) *Virtual {
	t.Helper()
	cfg := config(t, "primary = 10.0.0.2\nvirtual v {\naddress = 10.0.0.10 eth0:1\n"+lines+"server s {\naddress = 10.1.0.11\n}\n}\n")
	return &cfg.Virtuals[0]
}

// Ports are sorted and joined, and tell the port to probe if nothing else does.
func TestPorts(t *testing.T) {
	tests := []struct {
		lines string
		want  []PortRange
		text  string
		port  uint16
	}{
		{"ports = 80,443\n", []PortRange{{80, 80}, {443, 443}}, "80,443", 80},
		{"ports = HTTPS,80\n", []PortRange{{80, 80}, {443, 443}}, "80,443", 80},
		{"ports = 8443,443\n", []PortRange{{443, 443}, {8443, 8443}}, "443,8443", 8443},
		{"ports = 8000-8100,8101,7999,8050-8200\n", []PortRange{{7999, 8200}}, "7999-8200", 8000},
		{"ports = ftp-data,ftp\n", []PortRange{{20, 21}}, "20-21", 20},
		{"ports = all\n", []PortRange{{1, 65535}}, "all", 80},
		{"ports = 1-65534,65535\n", []PortRange{{1, 65535}}, "all", 80},
		{"ports = 443\nport = 9000\n", []PortRange{{443, 443}}, "443", 9000},
		{"port = 9000\nports = 443\n", []PortRange{{443, 443}}, "443", 9000},
		{"port = 9000\n", nil, "", 9000},
	}
	for _, tt := range tests {
		v := virtualOf(t, tt.lines)
		if diff := cmp.Diff(tt.want, v.Ports); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.lines, diff)
		}
		if got := v.text("ports"); got != tt.text {
			t.Errorf("%q is written %q, want %q", tt.lines, got, tt.text)
		}
		if v.Port != tt.port || v.Servers[0].Port != tt.port || v.Servers[0].PortGiven {
			t.Errorf("%q: port %d, of its server %d, want %d", tt.lines, v.Port, v.Servers[0].Port, tt.port)
		}
	}
}

func TestAddrRange(t *testing.T) {
	a := netip.MustParseAddr
	r := AddrRange{a("10.0.0.250"), a("10.0.1.5")}
	for addr, want := range map[string]bool{"10.0.0.249": false, "10.0.0.250": true, "10.0.1.0": true, "10.0.1.5": true, "10.0.1.6": false, "::ffff:10.0.1.0": false} {
		if got := r.Contains(a(addr)); got != want {
			t.Errorf("%s in %s: %v", addr, r, got)
		}
	}
	if n := r.size(); n != 12 {
		t.Errorf("%s has %d addresses", r, n)
	}
	if n := (AddrRange{a("::"), a("ffff::")}).size(); n != mostPool+1 {
		t.Errorf("a huge range has %d addresses", n)
	}
	if got := r.String(); got != "10.0.0.250-10.0.1.5" {
		t.Error(got)
	}
}

// What a virtual does not say it has from outside blocks.
func TestInherited(t *testing.T) {
	const pool = "snat_pool = 10.0.9.1,fd00::1 eth1\n"
	const v = "virtual v {\naddress = 10.0.0.10 eth0:1\n"
	tests := []struct {
		text    string
		forward Forward
		pool    string
	}{
		{v + "}\n", NAT, ""},
		{v + "}\nnetwork = direct\n", Direct, ""},
		{v + "forward = nat\n}\nnetwork = direct\n", NAT, ""},
		{v + "}\nnetwork = fullnat\n", FullNAT, ""},
		{v + "}\nnetwork = fullnat\n" + pool, FullNAT, "10.0.9.1,fd00::1 eth1"},
		{v + "snat_pool = 10.0.9.7-10.0.9.9 eth2\n}\nnetwork = fullnat\n" + pool, FullNAT, "10.0.9.7-10.0.9.9 eth2"},
		{v + "forward = direct\n}\nnetwork = fullnat\n" + pool, Direct, ""},
		{v + "}\nnetwork = fullnat\nsnat_pool = fd00::1 eth1\n", FullNAT, ""}, // no IPv4 in it
	}
	for _, tt := range tests {
		cfg := config(t, "primary = 10.0.0.2\n"+tt.text)
		if got := cfg.Virtuals[0]; got.Forward != tt.forward || got.SNATPool.text() != tt.pool {
			t.Errorf("%q: forward %s, pool %q", tt.text, got.Forward, got.SNATPool.text())
		}
	}
}

// A change outside blocks is one change, not one of every virtual.
func TestDiffInherited(t *testing.T) {
	const before = "primary = 10.0.0.2\nnetwork = nat\nvirtual a {\naddress = 10.0.0.10 eth0:1\n}\nvirtual b {\naddress = 10.0.0.11 eth0:1\nforward = direct\n}\n"
	tests := []struct {
		name, after string
		want        []string
	}{
		{"network", "primary = 10.0.0.2\nnetwork = direct\nvirtual a {\naddress = 10.0.0.10 eth0:1\n}\nvirtual b {\naddress = 10.0.0.11 eth0:1\nforward = direct\n}\n",
			[]string{"network nat -> direct"}},
		{"written out", "primary = 10.0.0.2\nnetwork = nat\nvirtual a {\naddress = 10.0.0.10 eth0:1\nforward = nat\n}\nvirtual b {\naddress = 10.0.0.11 eth0:1\nforward = direct\n}\n", nil},
		{"pool", "primary = 10.0.0.2\nnetwork = fullnat\nsnat_pool = 10.0.9.1 eth1\nvirtual a {\naddress = 10.0.0.10 eth0:1\n}\nvirtual b {\naddress = 10.0.0.11 eth0:1\nforward = nat\n}\n",
			[]string{"network nat -> fullnat", "snat_pool none -> 10.0.9.1 eth1", "virtual b forward direct -> nat"}},
		{"port of a server", "primary = 10.0.0.2\nnetwork = nat\nvirtual a {\naddress = 10.0.0.10 eth0:1\n}\nvirtual b {\naddress = 10.0.0.11 eth0:1\nforward = direct\nports = 80,443\n}\n",
			[]string{"virtual b ports none -> 80,443"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, changes(t, before, tt.after)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	a := "primary = 10.0.0.2\nvirtual v {\naddress = 10.0.0.10 eth0:1\nports = 80,443\nserver s {\naddress = 10.1.0.11\n}\n}\n"
	b := "primary = 10.0.0.2\nvirtual v {\naddress = 10.0.0.10 eth0:1\nports = 80,443\nserver s {\naddress = 10.1.0.11\nport = 80\n}\n}\n"
	if diff := cmp.Diff([]string{"virtual v: server s port none -> 80"}, changes(t, a, b)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What Set writes of the types that take several values is read back.
func TestSetLists(t *testing.T) {
	f := Parse("lvs.cf", []byte("primary = 10.0.0.2\nvirtual v {\n}\n"))
	v := f.Global().Block("virtual", "v")
	for _, err := range []error{
		f.SetGlobal("snat_pool", "10.0.9.1-10.0.9.4 eth1"),
		v.Set("scheduler", "sh"), v.Set("scheduler_flags", "port", "fallback"), v.Set("ports", "80,443"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := v.Set("scheduler_flags"); err == nil {
		t.Error("a word without a value was set")
	}
	want := "primary = 10.0.0.2\nsnat_pool = 10.0.9.1-10.0.9.4 eth1\nvirtual v {\n     ports = 80,443\n     scheduler = sh\n     scheduler_flags = port fallback\n}\n"
	if diff := cmp.Diff(want, string(f.Bytes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzLists reads lists of ports and of addresses, and what is written of them.
func FuzzLists(f *testing.F) {
	for _, s := range []string{"80,443", "all", "8000-8100,http", "1-65535", "443-80", "0", ",", "10.0.0.1-10.0.0.9,fd00::1", "::-ffff::", "10.0.0.1-", "ftp-data"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		read := func(s string, w Where, name string) *value {
			d := lookup(w, name)
			c := checker{reporter: reporter{line: s}}
			if !c.decode(d, []token{{text: name}, {text: "="}, {text: s, end: len(s)}, {text: "eth1"}}) {
				if len(c.found) != 1 {
					t.Fatalf("%s = %q: refused with %v", name, s, c.found)
				}
				return nil
			}
			return &c.v
		}
		if v := read(s, InVirtual, "ports"); v != nil {
			for i, r := range v.ports {
				if r.First == 0 || r.Last < r.First || i > 0 && int(r.First) <= int(v.ports[i-1].Last)+1 {
					t.Fatalf("%q has %v", s, v.ports)
				}
			}
			again := read(PortsText(v.ports), InVirtual, "ports")
			if again == nil || cmp.Diff(v.ports, again.ports) != "" {
				t.Fatalf("%q is %v, and written %q", s, v.ports, PortsText(v.ports))
			}
		}
		if v := read(s, Global, "snat_pool"); v != nil {
			p := Pool{v.ranges, v.dev}
			text, _, _ := strings.Cut(p.text(), " ")
			again := read(text, Global, "snat_pool")
			if again == nil || len(again.ranges) != len(v.ranges) || again.ranges[0] != v.ranges[0] {
				t.Fatalf("%q is written %q", s, p.text())
			}
		}
	})
}
