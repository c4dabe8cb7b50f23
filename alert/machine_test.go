package alert

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// well is a pair with two services and nothing to tell.
func well(now time.Time) *control.Snapshot {
	server := func(n int) control.Server {
		return control.Server{Name: fmt.Sprintf("s%d", n), Address: netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), Port: 80, Health: control.Up, Why: "200"}
	}
	return &control.Snapshot{
		Taken: now, Started: noon.Add(-time.Hour), Router: control.Router{State: control.Active},
		Config:  control.Config{Path: "/etc/sysconfig/ha/lvs.cf", SerialNo: 3},
		Partner: &control.Partner{Address: netip.MustParseAddr("10.10.1.32"), State: control.Standby},
		Services: []control.Service{
			{Name: "web", Up: 2, Servers: []control.Server{server(1), server(2)}},
			{Name: "mail, submission", Up: 1, Servers: []control.Server{server(3)}},
		},
		Nannies: []control.Nanny{{Server: netip.MustParseAddr("10.0.0.1"), Pid: 7}},
	}
}

// down has servers of a service fail.
func down(s *control.Snapshot, service int, servers ...int) {
	for _, i := range servers {
		rs := &s.Services[service].Servers[i]
		rs.Health, rs.Why = control.Down, "refused"
		s.Services[service].Up--
	}
}

// A look changes the snapshot of a second of a story.
type look struct {
	after time.Duration // the beginning
	turn  func(*control.Snapshot)
}

// TestTakeoverClock: a change of role is told though the clock was set back
// before it, once.
func TestTakeoverClock(t *testing.T) {
	m := NewMachine("lvs-01", Memory{Seed: "x"}, Rules{})
	roles := []control.Takeover{{Began: noon, To: control.Active, Why: "partner dead"}}
	look := func(now time.Time) {
		s := well(now)
		s.Takeovers = roles
		m.Look(now, s)
	}
	look(noon)
	m.Due(noon)
	back := noon.Add(-time.Hour)
	roles = append([]control.Takeover{{Began: back, To: control.Standby, Why: "asked to"}}, roles...)
	var got []string
	for i := range 3 {
		now := back.Add(time.Duration(i) * time.Second)
		look(now)
		for _, a := range m.Due(now) {
			got = append(got, a.Title)
		}
	}
	if diff := cmp.Diff([]string{"this router is standby now"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestMachine plays short stories: what is told, and when.
func TestMachine(t *testing.T) {
	sec := time.Second
	for name, c := range map[string]struct {
		rules Rules
		looks []look // each stays until the next
		until time.Duration
		want  []string // seconds, severity, title
	}{
		"all is well": {until: time.Hour},
		"two servers of one service": {
			looks: []look{
				{3 * sec, func(s *control.Snapshot) { down(s, 0, 0) }},
				{5 * sec, func(s *control.Snapshot) { down(s, 0, 0, 1) }},
				{40 * sec, func(*control.Snapshot) {}},
			}, until: time.Minute,
			want: []string{"8 warning 2 real servers down in web", "10 critical no real server is left in web", "45 info web has real servers again", "45 info 2 real servers up in web"},
		},
		"one is down for a moment": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { down(s, 0, 1) }}, {5 * sec, func(*control.Snapshot) {}}},
			until: time.Minute, want: []string{"8 info s2 (10.0.0.2) of web is up"},
		},
		"of several names the first": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { down(s, 1, 0); s.Services[1].Up = 1 }}},
			until: time.Minute, want: []string{"8 warning s3 (10.0.0.3) of mail is down"},
		},
		"a standby router tells of no servers, and of all when it serves": {
			looks: []look{
				{0, func(s *control.Snapshot) { s.Router.State = control.Standby }},
				{3 * sec, func(s *control.Snapshot) { s.Router.State = control.Standby; down(s, 0, 0) }},
				{30 * sec, func(s *control.Snapshot) {
					down(s, 0, 0)
					s.Takeovers = []control.Takeover{{Began: noon.Add(29 * sec), To: control.Active, Why: "partner dead"}}
				}},
			}, until: time.Minute,
			want: []string{"30 warning this router is active now", "35 warning s1 (10.0.0.1) of web is down"},
		},
		"it gave way": {
			looks: []look{{3 * sec, func(s *control.Snapshot) {
				s.Router.State = control.Standby
				s.Takeovers = []control.Takeover{{Began: noon.Add(2 * sec), To: control.Standby, Why: "partner active: deactivating LVS"}}
			}}}, until: time.Minute,
			want: []string{"3 critical both routers were active: this router gave way", "3 warning this router is standby now"},
		},
		"both are active, and then not": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.State = control.Active }}, {10 * sec, func(*control.Snapshot) {}}},
			until: time.Minute, want: []string{"6 critical both routers are active", "10 info only one router is active again"},
		},
		"a handover is no split brain": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.State = control.Active }}, {5 * sec, func(*control.Snapshot) {}}},
			until: time.Minute,
		},
		"the partner": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.State = control.Silent }}, {9 * sec, func(*control.Snapshot) {}}},
			until: time.Minute, want: []string{"3 warning partner 10.10.1.32 is silent", "9 info partner 10.10.1.32 is heard again"},
		},
		"lvs.cf differs while it is copied": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.ConfigDiffers = true }}, {20 * sec, func(*control.Snapshot) {}}},
			until: time.Minute,
		},
		"lvs.cf differs, and is refused": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.ConfigDiffers = true; s.Config.Refused = "line 3" }}},
			until: time.Minute, want: []string{"33 warning lvs.cf is in doubt for 2 reasons"},
		},
		"drift": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Drift = control.Drift{Repairs: 4, What: "changed the IPVS table"} }}},
			until: time.Minute, want: []string{"8 warning someone changed the kernel's table; put right"},
		},
		"a nanny": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Nannies[0].Error = "it died" }}, {20 * sec, func(*control.Snapshot) {}}},
			until: time.Minute, want: []string{"8 warning nanny for 10.0.0.1 is in trouble", "25 info nanny for 10.0.0.1 is well again"},
		},
		"not fit": {
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Router.Faults = []string{"link eth0"} }}},
			until: time.Minute, want: []string{"3 warning this router is not fit to serve"},
		},
		"a certificate of a real server": {
			looks: []look{{3 * sec, func(s *control.Snapshot) {
				s.Services[0].Servers[0].Why = "200; the certificate of x expires in 3 days"
			}}, {9 * sec, func(*control.Snapshot) {}}},
			until: time.Minute, want: []string{"3 warning certificate of s1 (10.0.0.1) is about to expire", "9 info certificate of s1 (10.0.0.1) is renewed"},
		},
		"a switch": {
			rules: Rules{Off: map[Kind]bool{Partner: true}},
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.State = control.Silent; s.Router.Faults = []string{"x"} }}},
			until: time.Minute, want: []string{"3 warning this router is not fit to serve"},
		},
		"quiet hours": {
			rules: Rules{Quiet: Quiet{"12:00", "12:10"}, Through: true},
			looks: []look{
				{3 * sec, func(s *control.Snapshot) { s.Partner.State = control.Silent; down(s, 0, 0, 1) }},
				{time.Minute, func(s *control.Snapshot) { down(s, 0, 0) }},
			},
			until: 15 * time.Minute,
			want:  []string{"8 critical no real server is left in web", "65 info web has real servers again", "600 warning summary of what was held back: 3 objects"},
		},
		"quiet hours for all": {
			rules: Rules{Quiet: Quiet{"12:00", "12:10"}},
			looks: []look{{3 * sec, func(s *control.Snapshot) { s.Partner.State = control.Active }}},
			until: 15 * time.Minute, want: []string{"600 critical both routers are active"},
		},
		"a storm": {
			rules: Rules{PerMinute: 1},
			looks: []look{{3 * sec, func(s *control.Snapshot) {
				s.Partner.State = control.Silent
				s.Router.Faults = []string{"x"}
				s.Nannies[0].Error = "y"
			}}},
			until: 3 * time.Minute, want: []string{"3 warning partner 10.10.1.32 is silent", "63 warning summary of what was held back: 2 objects"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := NewMachine("lvs-01", Memory{Seed: "x"}, c.rules)
			m.Look(noon, well(noon))
			var got []string
			for d := time.Duration(0); d < c.until; d += sec {
				now := noon.Add(d)
				s := well(now)
				for _, l := range c.looks {
					if l.after <= d {
						s = well(now)
						l.turn(s)
					}
				}
				m.Look(now, s)
				for _, a := range m.Due(now) {
					got = append(got, fmt.Sprintf("%d %s %s", d/sec, a.Severity, a.Title))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPulseGone: a restart is no news, and facts are told as pulse's words are.
func TestPulseGone(t *testing.T) {
	m := NewMachine("lvs-01", Memory{Seed: "x"}, Rules{})
	m.Look(noon, well(noon))
	var got []string
	for d := range 60 {
		now := noon.Add(time.Duration(d) * time.Second)
		switch {
		case d == 5, d >= 20 && d < 40:
			m.Down(now, "pulse is not running")
		default:
			m.Look(now, well(now))
		}
		if d == 50 {
			m.Fact(now, Disk, "/var/lib/pacu", "3 MiB are free")
			m.Fact(now, Certificate, "the console", "")
		}
		for _, a := range m.Due(now) {
			got = append(got, fmt.Sprintf("%d %s %s", d, a.Severity, a.Title))
		}
	}
	want := []string{"30 critical pulse is not running", "40 info pulse is running again", "50 critical /var/lib/pacu is nearly full"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// TestEvents: what was over before anybody looked is told from events; what
// they cannot mean is let be.
func TestEvents(t *testing.T) {
	m := NewMachine("lvs-01", Memory{Seed: "x"}, Rules{})
	m.Look(noon, well(noon))
	who := "s1 (10.0.0.1:80) of web"
	for i, e := range []control.Event{
		{Kind: "server", Object: who, Message: who + " is down: refused"},
		{Kind: "server", Object: who, Message: who + " is up: 200"},
		{Kind: "nanny", Object: "10.0.0.1", Message: "nanny for 10.0.0.1: it died"},
		{Kind: "nanny", Object: who, Message: "nanny for " + who + ": the kernel refuses its weight"},
		{Kind: "server", Object: "x", Message: "x is down: y"},
		{Kind: "server", Object: "x (y) of z", Message: "x (y) of z is down: y"},
		{Kind: "server", Object: who, Message: who + " is sideways"},
	} {
		e.Seq, e.Time = uint64(i+1), noon.Add(time.Second)
		m.Heed(noon, e)
		m.Heed(noon, e) // again, as after a broken connection
	}
	now := noon.Add(10 * time.Second)
	m.Look(now, well(now))
	var got []string
	for _, a := range m.Due(now) {
		for _, ch := range a.Changes {
			got = append(got, fmt.Sprintf("%s: %s %s %d", a.Title, ch.Object, ch.State, ch.Count))
		}
	}
	want := []string{
		"s1 (10.0.0.1) of web is up: s1 (10.0.0.1) resolved 2",
		"nanny for 10.0.0.1 is well again; nanny for s1 (10.0.0.1:80) of web had trouble: 10.0.0.1 resolved 2",
		"nanny for 10.0.0.1 is well again; nanny for s1 (10.0.0.1:80) of web had trouble: s1 (10.0.0.1:80) of web note 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// TestClockSetBack: an hour less is no reason to miss what happens in it.
func TestClockSetBack(t *testing.T) {
	m := NewMachine("lvs-01", Memory{Seed: "x"}, Rules{})
	m.Look(noon, well(noon))
	s := well(noon)
	down(s, 0, 0)
	m.Look(noon, s)
	m.Due(noon)
	before := noon.Add(-time.Hour)
	m.Look(before, well(before))
	got := m.Due(before)
	got = append(got, m.Due(before.Add(6*time.Second))...)
	if len(got) != 1 || got[0].Changes[0].State != Resolved || got[0].Changes[0].Count != 2 {
		t.Errorf("told %+v", got)
	}
}
