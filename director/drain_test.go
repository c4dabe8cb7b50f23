package director

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
)

// clients gives a real server of article004 so many connections.
func (m *machine) clients(t *testing.T, k ServerKey, n uint32) {
	t.Helper()
	if err := m.kernel.SetStatus(k.Service, ipvs.DestinationStatus{Destination: ipvs.Destination{Addr: k.Addr, Port: k.Port}, Active: n}); err != nil {
		t.Fatal(err)
	}
}

// settle is a few passes of pulse's.
func settle(t *testing.T, d *Director) {
	t.Helper()
	for range 3 {
		reconcile(t, d)
		look(t, d)
		time.Sleep(500 * time.Millisecond)
	}
	reconcile(t, d)
}

const (
	both03and04 = "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.33:80 -m -w 1\n-a -f 80 -r 10.8.8.34:80 -m -w 1"
	drained04   = "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.33:80 -m -w 1\n-a -f 80 -r 10.8.8.34:80 -m -w 0"
	without04   = "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.33:80 -m -w 1"
)

func expectTable(t *testing.T, m *machine, when, want string) {
	t.Helper()
	if diff := cmp.Diff(want, m.table()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

func TestDrainWaitsForConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		m.clients(t, lvs04, 3)
		dr, err := d.Drain("lvs-04", 0)
		if err != nil || dr.String() != "10.8.8.34" {
			t.Fatalf("%v, %v", dr, err)
		}
		settle(t, d)
		expectTable(t, m, "draining", drained04)
		if st := d.Standing(mark80); st.Up != 1 || len(st.Holds) != 1 || st.Holds[0].Addr() != lvs04.Addr {
			t.Errorf("standing %+v", st)
		}
		d.Judge(lvs04, Verdict{Up: true, Weight: 2}, true)
		d.Configure(article004(t))
		settle(t, d)
		expectTable(t, m, "after a probe and a reload", drained04)
		m.clients(t, lvs04, 0)
		settle(t, d)
		expectTable(t, m, "without connections", without04)
		if _, err := d.Undrain("http_server/lvs-04"); err == nil {
			t.Error("a drain of all services was ended in one")
		}
		if _, err := d.Undrain("10.8.8.34:80"); err == nil {
			t.Error("a drain of all ports was ended in one")
		}
		if _, err := d.Undrain("10.8.8.34"); err != nil {
			t.Error(err)
		}
		settle(t, d)
		expectTable(t, m, "given back", strings.Replace(both03and04, "34:80 -m -w 1", "34:80 -m -w 2", 1))
		if len(d.Drains()) != 0 {
			t.Errorf("drains %v", d.Drains())
		}
	})
}

func TestDrainWithATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		m.clients(t, lvs04, 3)
		if _, err := d.Drain("10.8.8.34:80", time.Minute); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		expectTable(t, m, "draining", drained04)
		time.Sleep(time.Minute)
		settle(t, d)
		expectTable(t, m, "when the time is over", without04)
	})
}

// A drain goes on where the pulse before left it.
func TestDrainSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		m.clients(t, lvs04, 3)
		if _, err := d.Drain("http_server/lvs-04", time.Hour); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		text, err := json.Marshal(d.State())
		if err != nil {
			t.Fatal(err)
		}
		var state State
		if err := json.Unmarshal(text, &state); err != nil {
			t.Fatal(err)
		}
		next := m.director()
		next.Configure(article004(t))
		if err := next.Resume(state); err != nil {
			t.Fatal(err)
		}
		settle(t, next)
		expectTable(t, m, "after a restart", drained04)
		if dr := next.Drains(); len(dr) != 1 || dr[0].String() != "http_server/10.8.8.34" || dr[0].Until.IsZero() {
			t.Errorf("drains %v", dr)
		}
		m.clients(t, lvs04, 0)
		settle(t, next)
		expectTable(t, m, "without connections", without04)
	})
}

// With leaving = end nothing is waited for.
func TestDrainWithLeavingEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		c := article004(t)
		c.Services[0].Keep = false
		d.Configure(c)
		reconcile(t, d)
		m.clients(t, lvs04, 3)
		if _, err := d.Drain("lvs-04", 0); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		expectTable(t, m, "drained", without04)
	})
}

func TestDrainNames(t *testing.T) {
	const text = `
primary = 192.0.2.1
virtual one {
 active = 1
 fwmark = 1
 server a {
  address = 192.0.2.11
  active = 1
 }
 server off {
  address = 192.0.2.19
 }
}
virtual two {
 active = 1
 fwmark = 2
 server a {
  address = 192.0.2.12
  active = 1
  port = 8080
 }
 server six {
  address = 192.0.2.13
  active = 1
 }
}
`
	tests := []struct{ name, want, err string }{
		{"six", "192.0.2.13", ""},
		{"192.0.2.12", "192.0.2.12", ""},
		{"192.0.2.12:8080", "192.0.2.12:8080", ""},
		{"two/a", "two/192.0.2.12", ""},
		{"two/192.0.2.12:8080", "two/192.0.2.12:8080", ""},
		{"a", "", "name one by its address"},
		{"off", "", "no active real server"},
		{"192.0.2.12:80", "", "no active real server"},
		{"one/six", "", "no active real server"},
		{"three/a", "", "no active real server"},
		{"", "", "no active real server"},
	}
	for _, tt := range tests {
		d := newMachine().director()
		d.Configure(cluster(t, text))
		dr, err := d.Drain(tt.name, 0)
		switch {
		case tt.err == "" && (err != nil || dr.String() != tt.want):
			t.Errorf("%q: %v, %v, want %s", tt.name, dr, err, tt.want)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%q: error %v, want %q", tt.name, err, tt.err)
		}
		if tt.err == "" {
			if _, err := d.Undrain(tt.name); err != nil || len(d.Drains()) != 0 {
				t.Errorf("undrain %q: %v, %v", tt.name, err, d.Drains())
			}
		}
		if _, err := d.Undrain(tt.name); err == nil {
			t.Errorf("undrained %q twice", tt.name)
		}
	}
}

// A drain of a server that lvs.cf has no more can be ended by its own name.
func TestUndrainAfterTheServerLeft(t *testing.T) {
	_, d := serving(t)
	dr, err := d.Drain("lvs-04", 0)
	if err != nil {
		t.Fatal(err)
	}
	c := article004(t)
	c.Services[0].Servers = c.Services[0].Servers[:1]
	d.Configure(c)
	if _, err := d.Undrain(dr.String()); err != nil || len(d.Drains()) != 0 {
		t.Errorf("%v, %v", err, d.Drains())
	}
}

// Leaving servers serve until the first of those that replace them is up.
func TestReplacingAllServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		m.clients(t, lvs04, 3)
		c := article004(t)
		fresh := ServerKey{mark80, netip.MustParseAddr("10.8.8.35"), 80}
		c.Services[0].Servers = c.Services[0].Servers[:1]
		c.Services[0].Servers[0].Addr = fresh.Addr
		d.Configure(c)
		settle(t, d)
		expectTable(t, m, "before the first probe", both03and04)
		d.Judge(fresh, Verdict{Up: true, Weight: 1}, false)
		settle(t, d)
		expectTable(t, m, "after it", "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.34:80 -m -w 0\n-a -f 80 -r 10.8.8.35:80 -m -w 1")
		m.clients(t, lvs04, 0)
		settle(t, d)
		expectTable(t, m, "at the end", "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.35:80 -m -w 1")
	})
}
