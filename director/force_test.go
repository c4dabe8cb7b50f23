package director

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

const forced04 = "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.33:80 -m -w 1\n-a -f 80 -r 10.8.8.34:80 -m -w 5"

// heavy04 is article004 with weight 5 for lvs-04.
func heavy04(t *testing.T) *Cluster {
	c := article004(t)
	c.Services[0].Servers[1].Weight = 5
	return c
}

// An operator's word holds whatever probes, reloads and restarts bring, and
// then the probes' last word counts.
func TestForceUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		d.Configure(heavy04(t))
		d.Judge(lvs04, Verdict{}, false)
		settle(t, d)
		expectTable(t, m, "down", without04)
		f, err := d.Force("lvs-04", true)
		if err != nil || f.String() != "10.8.8.34" || !f.Up {
			t.Fatalf("%v, %v", f, err)
		}
		settle(t, d)
		expectTable(t, m, "forced up", forced04)
		if st := d.Standing(mark80); st.Up != 2 || len(st.Holds) != 1 || st.Holds[0].Addr() != lvs04.Addr {
			t.Errorf("standing %+v", st)
		}
		d.Judge(lvs04, Verdict{Up: true, Weight: 2}, true)
		d.Judge(lvs04, Verdict{}, true)
		d.Configure(heavy04(t))
		settle(t, d)
		expectTable(t, m, "after probes and a reload", forced04)
		text, err := json.Marshal(d.State())
		if err != nil {
			t.Fatal(err)
		}
		var state State
		if err := json.Unmarshal(text, &state); err != nil {
			t.Fatal(err)
		}
		next := m.director()
		next.Configure(heavy04(t))
		if err := next.Resume(state); err != nil {
			t.Fatal(err)
		}
		next.Judge(lvs04, Verdict{}, false)
		settle(t, next)
		expectTable(t, m, "after a restart", forced04)
		if _, err := next.Unforce("lvs-04"); err != nil {
			t.Error(err)
		}
		settle(t, next)
		expectTable(t, m, "as the probes say", without04)
		if len(next.Forces()) != 0 {
			t.Errorf("forces %v", next.Forces())
		}
	})
}

func TestForceDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		if _, err := d.Force("http_server/10.8.8.34:80", false); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		expectTable(t, m, "forced down", without04)
		d.Judge(lvs04, Verdict{Up: true, Weight: 1}, true)
		settle(t, d)
		expectTable(t, m, "after a probe", without04)
		// A drain counts for more, and what is forced up comes back after it.
		if _, err := d.Drain("lvs-04", 0); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Force("http_server/10.8.8.34:80", true); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		expectTable(t, m, "drained", without04)
		if _, err := d.Undrain("lvs-04"); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		expectTable(t, m, "drained no more", both03and04)
	})
}

// Of two words about a server the last one counts, and one for all services
// takes the place of those for one.
func TestForceNames(t *testing.T) {
	type step struct{ name, to, want, err string }
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"twice", []step{{"lvs-04", "up", "10.8.8.34 true", ""}, {"10.8.8.34", "down", "10.8.8.34 false", ""}, {"lvs-04", "auto", "", ""}}},
		{"narrower", []step{
			{"lvs-04", "up", "10.8.8.34 true", ""}, {"http_server/lvs-04", "down", "10.8.8.34 true, http_server/10.8.8.34 false", ""},
			{"http_server/lvs-04", "auto", "10.8.8.34 true", ""}, {"http_server/lvs-04", "auto", "10.8.8.34 true", "is not forced alone: name all that is, 10.8.8.34"},
		}},
		{"wider", []step{{"http_server/lvs-04", "up", "http_server/10.8.8.34 true", ""}, {"lvs-04", "down", "10.8.8.34 false", ""}}},
		{"wider end", []step{{"http_server/lvs-04", "up", "http_server/10.8.8.34 true", ""}, {"lvs-04", "auto", "", ""}}},
		{"none", []step{{"lvs-04", "auto", "", "lvs-04 is not forced: its probes count"}, {"lvs-09", "up", "", "no active real server"}, {"lvs-09", "auto", "", "no active real server"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, d := serving(t)
			for _, s := range tt.steps {
				var err error
				if s.to == "auto" {
					_, err = d.Unforce(s.name)
				} else {
					_, err = d.Force(s.name, s.to == "up")
				}
				if fmt.Sprint(err) != "<nil>" && (s.err == "" || !strings.Contains(err.Error(), s.err)) || err == nil && s.err != "" {
					t.Errorf("%s %s: %v, want %q", s.name, s.to, err, s.err)
				}
				var got []string
				for _, f := range d.Forces() {
					got = append(got, fmt.Sprint(f.Target, " ", f.Up))
				}
				if diff := cmp.Diff(s.want, strings.Join(got, ", ")); diff != "" {
					t.Errorf("%s %s (-want +got):\n%s", s.name, s.to, diff)
				}
			}
		})
	}
}

// A force of a server that lvs.cf has no more can be ended by its own name.
func TestUnforceAfterTheServerLeft(t *testing.T) {
	_, d := serving(t)
	f, err := d.Force("lvs-04", true)
	if err != nil {
		t.Fatal(err)
	}
	c := article004(t)
	c.Services[0].Servers = c.Services[0].Servers[:1]
	d.Configure(c)
	if _, err := d.Unforce(f.String()); err != nil || len(d.Forces()) != 0 {
		t.Errorf("%v, %v", err, d.Forces())
	}
}

// What drains were before there were forces is still read.
func TestDrainOfBefore(t *testing.T) {
	var st State
	if err := json.Unmarshal([]byte(`{"drains":[{"virtual":"web","addr":"10.8.8.34","port":80,"since":"2026-11-21T00:00:00Z"}]}`), &st); err != nil {
		t.Fatal(err)
	}
	want := Target{"web", netip.MustParseAddr("10.8.8.34"), 80}
	if len(st.Drains) != 1 || st.Drains[0].Target != want {
		t.Errorf("%+v", st.Drains)
	}
}
