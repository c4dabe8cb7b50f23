package lvscf

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const before = `serial_no = 1
primary = 10.0.0.2
backup = 10.0.0.3
backup_active = 1
nat_router = 10.1.0.1 eth1:1
virtual http {
     active = 1
     address = 10.0.0.10 eth0:1
     send = "GET / HTTP/1.0\r\n\r\n"
     server lvs-03 {
         address = 10.1.0.13
         active = 1
     }
     server lvs-04 {
         address = 10.1.0.14
         active = 1
         weight = 1
     }
}
virtual ftp {
     address = 10.0.0.11 eth0:2
     port = 21
}
`

func TestDiff(t *testing.T) {
	tests := []struct {
		name     string
		old, new string // replaced in before, in turn, with | between several
		want     []string
	}{
		{name: "nothing"},
		{"layout", "     port = 21", "\n\tport    = 0x15 # x", nil},
		{"defaults written out", "serial_no = 1\n", "serial_no = 1\nkeepalive = 2\nhard_shutdown = 1\n", nil},
		{"what does nothing", "serial_no = 1\n", "serial_no = 1\nrsh_command = ssh\nsync = 1\n", nil},
		{"weight", "weight = 1", "weight = 3", []string{"virtual http: server lvs-04 weight 1 -> 3"}},
		{"globals in the table's order", "serial_no = 1|backup_active = 1|nat_router = 10.1.0.1 eth1:1", "nat_nmask = 255.255.255.0|deadtime = 6500ms|serial_no = 2", []string{
			"serial_no 1 -> 2", "backup_active 1 -> 0", "deadtime 5 -> 6.5",
			"nat_router 10.1.0.1 eth1:1 -> none", "nat_nmask 255.255.255.255 -> none",
		}},
		{"texts", `send = "GET / HTTP/1.0\r\n\r\n"`, `expect = ""`, []string{
			`virtual http send "GET / HTTP/1.0\r\n\r\n" -> none`, `virtual http expect none -> ""`,
		}},
		{"server added and removed", "lvs-03|10.1.0.13", `"lvs 05"|10.1.0.15`, []string{
			"virtual http: server lvs-03 removed: 10.1.0.13 port 80, weight 1", `virtual http: server "lvs 05" added: 10.1.0.15 port 80, weight 1`,
		}},
		{"server of another name", "lvs-03", "lvs-3", []string{`virtual http: server lvs-03 name "lvs-03" -> "lvs-3"`}},
		{"virtual of another name", "virtual ftp", "virtual ftpd", []string{`virtual ftp name "ftp" -> "ftpd"`}},
		{"names exchanged", "virtual http|virtual ftp|virtual web", "virtual web|virtual http|virtual ftp", []string{
			"virtual http active 1 -> 0", "virtual http address 10.0.0.10 eth0:1 -> 10.0.0.11 eth0:2", "virtual http port 80 -> 21",
			`virtual http send "GET / HTTP/1.0\r\n\r\n" -> none`,
			"virtual http: server lvs-03 removed: 10.1.0.13 port 80, weight 1", "virtual http: server lvs-04 removed: 10.1.0.14 port 80, weight 1",
			"virtual ftp active 0 -> 1", "virtual ftp address 10.0.0.11 eth0:2 -> 10.0.0.10 eth0:1", "virtual ftp port 21 -> 80",
			`virtual ftp send none -> "GET / HTTP/1.0\r\n\r\n"`,
			"virtual ftp: server lvs-03 added: 10.1.0.13 port 80, weight 1", "virtual ftp: server lvs-04 added: 10.1.0.14 port 80, weight 1",
		}},
		{"another virtual", "virtual ftp|10.0.0.11|port = 21", "virtual dns|10.0.0.12|fwmark = 80", []string{
			"virtual ftp removed: tcp 10.0.0.11:21, 0 servers, not active", "virtual dns added: tcp 10.0.0.12:80, fwmark 80, 0 servers, not active",
		}},
		{"another kind", "virtual ftp", "failover ftp", []string{
			"virtual ftp removed: tcp 10.0.0.11:21, 0 servers, not active", "failover ftp added: tcp 10.0.0.11:21, 0 servers, not active",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after := before
			if tt.old != "" {
				news := strings.Split(tt.new, "|")
				for i, old := range strings.Split(tt.old, "|") {
					if !strings.Contains(after, old) {
						t.Fatalf("no %q to replace", old)
					}
					after = strings.ReplaceAll(after, old, news[i])
				}
			}
			if diff := cmp.Diff(tt.want, changes(t, before, after)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// changes is the difference of two texts.
func changes(t *testing.T, a, b string) []string {
	t.Helper()
	var all []string
	for _, c := range Diff(config(t, a), config(t, b)) {
		all = append(all, c.String())
	}
	return all
}

func config(t *testing.T, text string) *Config {
	t.Helper()
	cfg, ps := Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatal(ps)
	}
	return cfg
}

// The order of blocks makes no difference, and neither do names alike.
func TestDiffOrder(t *testing.T) {
	blocks := []string{
		"virtual a {\naddress = 10.0.0.10 eth0:1\nserver x {\naddress = 10.1.0.11\n}\nserver x {\naddress = 10.1.0.12\n}\n}\n",
		"virtual a {\naddress = 10.0.0.11 eth0:1\n}\n",
		"virtual b {\n}\n",
		"virtual b {\nfwmark = 3\n}\n",
	}
	text := "primary = 10.0.0.2\n" + strings.Join(blocks, "")
	slices.Reverse(blocks)
	blocks[3] = strings.ReplaceAll(blocks[3], "10.1.0.11", "10.1.0.99")
	turned := "primary = 10.0.0.2\n" + strings.Join(blocks, "")
	want := []string{"virtual a: server x address 10.1.0.11 -> 10.1.0.99"}
	if diff := cmp.Diff(want, changes(t, text, turned)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The words of the pair differ by what they mean.
func TestDiffPair(t *testing.T) {
	a := config(t, `primary = 10.0.0.2
backup = 10.0.0.3
backup_active = 1
heartbeat_path = 10.9.9.1 10.9.9.2
track_script disk {
	command = /bin/disk
	fall = 3
}
track_script net {
	command = /bin/net
}
track_script gone {
	command = /bin/gone
	active = 0
}
`)
	b := config(t, `primary = 10.0.0.2
backup = 10.0.0.3
backup_active = 1
announce_refresh = 60s
heartbeat_path = 10.9.9.1 10.9.9.2
heartbeat_path = fd00::1 fd00::2
track_script network {
	command = "/bin/net"
	interval = 2
}
track_script disk {
	command = /bin/disk
	active = 1
}
track_script new {
	command = "/bin/new -x"
	interval = 250ms
}
`)
	want := []Change{
		{"", "heartbeat_path", "10.9.9.1 10.9.9.2", "10.9.9.1 10.9.9.2, fd00::1 fd00::2"},
		{"track_script disk", "fall", "3", "2"},
		{"track_script net", "name", `"net"`, `"network"`},
		{"track_script gone", "removed", `"/bin/gone" every 2, not active`, ""},
		{"track_script new", "added", "", `"/bin/new -x" every 0.25`},
	}
	if diff := cmp.Diff(want, Diff(a, b)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every directive that does something makes a difference: a new row of the
// table needs its case in diff_text.go.
func TestDiffEveryDirective(t *testing.T) {
	values := map[Type]string{Int: "7", Bool: "1", Duration: "77", Port: "77", HostName: "10.9.9.9", IP: "10.9.9.9",
		HostDevice: "10.9.9.9 eth9:9", Mask: "255.255.0.0", Text: "seven", Escaped: "seven", Command: "/bin/seven", Program: "/bin/seven", Device: "eth7",
		Words: "port", PortList: "70-77", AddrsDevice: "10.9.9.9 eth9:9",
		HostPair: "10.9.9.8 10.9.9.9", AddrList: "10.9.9.9,fd00::9", Group: "ff02::81",
		Path: "/seven", Statuses: "207", Digest: strings.Repeat("7f", 32)}
	for _, d := range Directives() {
		if d.Legacy {
			continue
		}
		value := values[d.Type]
		if d.Type == Word || d.Type == Capitals {
			value = d.Values[len(d.Values)-1]
		}
		if value == d.Default {
			value = "0"
		}
		with := "" // what the directive needs beside it
		switch d.Name {
		case "snat_pool":
			with = "forward = fullnat\n"
		case "hysteresis":
			with = "quorum = 9\n"
		case "retry":
			with = "timeout = 78\n"
		case "load_port", "load_path", "load_curve":
			with = "load_monitor = http\n"
		case "check_through_vip":
			with = "forward = direct\n"
		}
		besides, before := "", "" // likewise, for a check; and what it says instead
		if kinds := uses[d.Name]; kinds != nil && !kinds["text"] {
			besides = "check = " + checkKinds[slices.IndexFunc(checkKinds, func(k string) bool { return kinds[k] })] + "\n"
		}
		switch d.Name {
		case "check_connect_timeout":
			besides = "check_timeout = 78\n"
		case "check_secret":
			before = "check_secret = x\n"
		case "check_verify":
			besides += "check_name = a.example\n"
		case "check_user":
			besides += "check_password = x\n"
		case "check_password":
			besides += "check_user = x\n"
		}
		line := d.Name + " = " + value + "\n"
		a, b := "primary = 10.0.0.2\n", ""
		switch d.Where {
		case Global:
			b = a + line
			switch d.Name {
			case "primary":
				a, b = "service = lvs\n", "service = lvs\n"+line
			case "backup_active":
				a, b = a+"backup = 10.0.0.3\n", b+"backup = 10.0.0.3\n"
			case "backup_private":
				a, b = a+"primary_private = 10.0.0.3\n", b+"primary_private = 10.0.0.3\n"
			case "nat_nmask":
				a, b = a+"nat_router = 10.1.0.1 eth1\n", b+"nat_router = 10.1.0.1 eth1\n"
			case "witness_quorum":
				const seven = "witness = 10.0.1.1,10.0.1.2,10.0.1.3,10.0.1.4,10.0.1.5,10.0.1.6,10.0.1.7\n"
				a, b = a+seven, b+seven
			}
		case InProbe:
			continue // active, without which a probe is not in the Config, and check, compared below
		case InTrackScript:
			a += "track_script t {\n"
			a += "command = /bin/true\n"
			b = a + line + "}\n"
			a += "}\n"
		case InServer:
			a += "virtual v {\nserver s {\n"
			if d.Name != "address" {
				a += "address = 10.1.0.11\n"
			}
			if d.Name == "min_connections" {
				a += "max_connections = 9\n"
			}
			b = a + line + "}\n}\n"
			a += "}\n}\n"
		default:
			a += "virtual v {\n"
			if d.Name != "address" {
				a += "address = 10.0.0.10 eth0:1\n"
			}
			a += with
			if d.Where&InProbe != 0 {
				probe := "probe p {\n" + besides
				inProbe := a + probe + line + "}\n}\n"
				if !hasChange(Diff(config(t, a+probe+before+"}\n}\n"), config(t, inProbe)), d.Name) {
					t.Errorf("%s: no difference in a probe of\n%s", d.Name, inProbe)
				}
			}
			a += besides
			b = a + line + "}\n"
			a += before + "}\n"
		}
		if !hasChange(Diff(config(t, a), config(t, b)), d.Name) {
			t.Errorf("%s: no difference between\n%sand\n%s", d.Name, a, b)
		}
	}
}

// hasChange reports whether all has a new value of the directive name.
func hasChange(all []Change, name string) bool {
	return slices.ContainsFunc(all, func(c Change) bool { return c.What == name && c.To != "" })
}

func TestChangeJSON(t *testing.T) {
	got, err := json.Marshal([]Change{{"virtual http: server lvs-04", "weight", "1", "3"}, {"", "nat_router", "", "10.1.0.1 eth1"}})
	want := `[{"object":"virtual http: server lvs-04","what":"weight","from":"1","to":"3"},{"what":"nat_router","to":"10.1.0.1 eth1"}]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}
