package form

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

// file is a file with all that a form must not disturb.
const file = `# the pair of rack 4
primary   = 10.10.1.31
service = lvs
backup_active = 1
backup = 10.10.1.32
heartbeat_path = 10.9.0.1 10.9.0.2  # the cable
heartbeat_path = 10.9.1.1 10.9.1.2
keepalive = 250ms   # quick
deadtime = 1s
network = nat
nat_router = 10.8.8.30 eth1:0
active_cmd = ""
virtual web {
     active = 1
     address = 10.10.1.30 eth0:1
     port = http
     send = "GET / HTTP/1.0\r\n\r\n"   # as Piranha
     expect = "HTTP"
     check = auto
     server a {
         address = 10.8.8.33
         active = 1
     }
     server b {
         address = 10.8.8.34
         active = 1
         port = 0x50
     }
     probe login {
         check = radius
         check_user = "probe"
         check_secret = "hush"
         send = "x"
     }
}
virtual mail {
     active = 1
     address = 10.10.1.40 eth0:2
     port = 25
}
failover db {
     address = 10.10.1.50 eth0:3
}
track_script uplink {
     command = "/usr/local/bin/uplink --fast"
}
`

// target is a block of file by a path such as "virtual web/server a".
func target(t testing.TB, f *lvscf.File, path string) (in, b *lvscf.Block) {
	t.Helper()
	b = f.Global()
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			break
		}
		kind, name, _ := strings.Cut(part, " ")
		in, b = b, b.Block(kind, name)
		if b == nil {
			t.Fatalf("there is no %s", path)
		}
	}
	if !strings.Contains(path, "/") {
		in = nil
	}
	return in, b
}

func TestApply(t *testing.T) {
	for _, test := range []struct {
		name string
		page Page
		path string
		sent url.Values
		want []string // lines taken out and put in
		said []string // fields with problems
	}{
		{"nothing sent", Global, "", url.Values{}, nil, nil},
		{"nothing new", Global, "", url.Values{"primary": {" 10.10.1.31 "}, "nat_router": {"10.8.8.30"}, "nat_router.device": {"eth1:0"}, "network": {"nat"}, "active_cmd": {`""`}, "notify": {""}}, nil, []string{"active_cmd warning no-effect"}},
		{"one value", Redundancy, "", url.Values{"keepalive": {"200ms"}}, []string{"-keepalive = 250ms   # quick", "+keepalive = 200ms   # quick"}, nil},
		{"emptied", Redundancy, "", url.Values{"keepalive": {""}, "deadtime": {"7"}}, []string{"-keepalive = 250ms   # quick", "-deadtime = 1s", "+deadtime = 7"}, nil},
		{"out of range", Redundancy, "", url.Values{"heartbeat_port": {"70000"}}, nil, []string{"heartbeat_port error range"}},
		{"two that quarrel", Redundancy, "", url.Values{"deadtime": {"200ms"}, "keepalive": {"250ms"}}, nil, []string{"deadtime error deadtime"}},
		{"only a warning", Redundancy, "", url.Values{"deadtime": {"500ms"}}, []string{"-deadtime = 1s", "+deadtime = 500ms"}, []string{"deadtime warning deadtime"}},
		{"lines", Redundancy, "", url.Values{"heartbeat_path": {"10.9.0.1  10.9.0.2\r\n\r\n10.9.2.1 10.9.2.2\r\n"}},
			[]string{"-heartbeat_path = 10.9.1.1 10.9.1.2", "+heartbeat_path = 10.9.2.1 10.9.2.2"}, nil},
		{"half a line", Redundancy, "", url.Values{"heartbeat_path": {"10.9.0.1"}}, nil, []string{"heartbeat_path error form-half"}},
		{"no device", Global, "", url.Values{"nat_router": {"10.8.8.31"}, "nat_router.device": {""}}, nil, []string{"nat_router error form-half"}},
		{"a list with blanks", Redundancy, "", url.Values{"witness": {"10.10.1.1, 10.10.1.2"}}, []string{"+witness = 10.10.1.1,10.10.1.2"}, nil},
		{"line ends", Global, "", url.Values{"notify": {"/bin/a\nvirtual x {"}}, nil, []string{"notify error form-unwritable"}},
		{"quotes of both kinds", Global, "", url.Values{"notify": {`/bin/a "it's"`}}, []string{`+notify = "/bin/a "it's""`}, nil},
		{"too long", Global, "", url.Values{"notify": {strings.Repeat("x", maxValue+1)}}, nil, []string{"notify error form-too-long"}},
		{"a service name and escapes", Monitoring, "virtual web", url.Values{"send": {`GET /up HTTP/1.0\r\n\r\n`}, "check": {""}},
			[]string{`-     send = "GET / HTTP/1.0\r\n\r\n"   # as Piranha`, `+     send = "GET /up HTTP/1.0\r\n\r\n"   # as Piranha`, "-     check = auto"}, nil},
		{"another's service", Virtual, "virtual mail", url.Values{"address": {"10.10.1.30"}, "address.device": {"eth0:1"}, "port": {"80"}}, nil, []string{"address error same-service"}},
		{"a word that is none", Virtual, "virtual web", url.Values{"scheduler": {"wlcc"}}, nil, []string{"scheduler error value"}},
		{"ticks", Virtual, "virtual web", url.Values{"scheduler": {"mh"}, "scheduler_flags": {"", "port", "fallback"}}, []string{"+     scheduler = mh", "+     scheduler_flags = port fallback"}, nil},
		{"a router's address", Virtual, "virtual web", url.Values{"address": {"10.10.1.31"}, "address.device": {"eth0:1"}}, nil, []string{"address error router-address"}},
		{"no address", Virtual, "virtual web", url.Values{"address": {""}, "address.device": {""}}, nil, []string{"address error no-address missing"}},
		{"a server", Server, "virtual web/server b", url.Values{"weight": {"4"}, "port": {"0x50"}}, []string{"+         weight = 4"}, nil},
		{"its fellow's address", Server, "virtual web/server b", url.Values{"address": {"10.8.8.33"}}, nil, []string{"address error same-server"}},
		{"a secret kept", Probe, "virtual web/probe login", url.Values{"check_secret": {""}, "check_password": {""}}, nil, nil},
		{"a secret changed", Probe, "virtual web/probe login", url.Values{"check_secret": {"hash"}}, []string{`-         check_secret = "hush"`, `+         check_secret = "hash"`}, nil},
		{"a failover", Failover, "failover db", url.Values{"start_cmd": {"/bin/start db"}, "port": {"5432"}}, []string{"+     port = 5432", `+     start_cmd = "/bin/start db"`}, nil},
		{"a script", TrackScript, "track_script uplink", url.Values{"command": {"/bin/true"}, "fall": {"0"}}, nil, []string{"fall error range"}},
		{"other names", Global, "", url.Values{"keepalive": {"9"}, "x": {"y"}, "primary.device": {"eth0"}}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := lvscf.Parse("lvs.cf", []byte(file))
			in, b := target(t, f, test.path)
			problems, err := Apply(f, in, b, test.sent, Groups(test.page)...)
			if refused := errors.Is(err, ErrRefused); refused != Refused(problems) || err != nil && !refused {
				t.Errorf("Apply = %v with %v", err, problems)
			}
			var said []string
			for _, p := range problems {
				s := fmt.Sprint(p.Field, " ", p.Severity, " ", p.Code)
				if p.Missing {
					s += " missing"
				}
				said = append(said, s)
			}
			if d := cmp.Diff(test.said, said); d != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", d, problems)
			}
			if d := cmp.Diff(test.want, changes(file, string(f.Bytes()))); d != "" {
				t.Errorf("changes (-want +got):\n%s", d)
			}
		})
	}
}

// changes are the lines that differ; their order in each text is the same.
func changes(a, b string) []string {
	old, now := strings.Split(a, "\n"), strings.Split(b, "\n")
	var all []string
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(old) > 0 && len(now) > 0 && old[0] == now[0]:
			old, now = old[1:], now[1:]
		case len(old) > 0 && !contains(now, old[0]):
			all, old = append(all, "-"+old[0]), old[1:]
		default:
			all, now = append(all, "+"+now[0]), now[1:]
		}
	}
	return all
}

func contains(all []string, line string) bool {
	for _, l := range all {
		if l == line {
			return true
		}
	}
	return false
}

func TestCheckOfWhatIsYetToBeMade(t *testing.T) {
	f := lvscf.Parse("lvs.cf", []byte(file))
	_, web := target(t, f, "virtual web")
	for _, test := range []struct {
		page Page
		in   *lvscf.Block
		sent url.Values
		want string
	}{
		{Server, web, url.Values{"address": {"10.8.8.33"}, "active": {"1"}}, "address same-server"},
		{Server, web, url.Values{"address": {"10.8.8.35"}, "active": {"1"}}, ""},
		{Server, web, url.Values{"address": {"fe80::1"}, "active": {"1"}}, "address family"},
		{Virtual, nil, url.Values{"address": {"10.10.1.30"}, "address.device": {"eth0:1"}, "active": {"1"}, "port": {"80"}}, "address same-service"},
		{TrackScript, nil, url.Values{"command": {""}}, "command no-command"},
		{Failover, nil, url.Values{"address": {"10.10.1.51"}, "address.device": {"eth0 1"}}, "address device"},
	} {
		var got []string
		for _, p := range Check(f, test.in, nil, test.sent, Groups(test.page)...) {
			got = append(got, p.Field+" "+p.Code)
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s %v: %q, want %q", test.page, test.sent, got, test.want)
		}
	}
	for _, p := range Check(f, web, nil, url.Values{"address": {"10.8.8.33"}, "active": {"1"}}, Groups(Server)...) {
		if strings.Contains(p.Message, "line") {
			t.Errorf("%q names a line of no file", p.Message)
		}
	}
	if string(f.Bytes()) != file {
		t.Error("Check changed the file")
	}
}

func TestLook(t *testing.T) {
	f := lvscf.Parse("lvs.cf", []byte(strings.Replace(file, "deadtime = 1s", "deadtime = 100ms", 1)))
	for _, test := range []struct {
		page       Page
		path, want string
	}{
		{Redundancy, "", "deadtime deadtime"},
		{Global, "", "active_cmd no-effect"},
		{Probe, "virtual web/probe login", "check_user no-effect, send no-effect"},
		{Server, "virtual web/server a", ""},
		{Failover, "failover db", ""},
	} {
		in, b := target(t, f, test.path)
		var got []string
		for _, p := range Look(f, in, b, Groups(test.page)...) {
			got = append(got, p.Field+" "+p.Code)
		}
		slices.Sort(got)
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %q, want %q", test.page, got, test.want)
		}
	}
}
