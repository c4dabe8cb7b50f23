package director

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/ipvs"
)

var (
	webKey = ipvs.Key{Protocol: ipvs.TCP, Addr: netip.MustParseAddr("192.0.2.100"), Port: 80}
	addrA  = netip.MustParseAddrPort("192.0.2.11:80")
	addrB  = netip.MustParseAddrPort("192.0.2.12:80")
	addrC  = netip.MustParseAddrPort("192.0.2.13:80")
	sorryA = netip.MustParseAddrPort("192.0.2.200:80")
)

// web is a service of servers a and b, weights 1 and 2.
func web() *Service {
	return &Service{
		Service: ipvs.Service{Key: webKey, Scheduler: "rr"}.Canonical(), Names: []string{"web"}, Port: 80,
		JudgedBy: webKey, Forward: ipvs.Direct, Keep: true, Quorum: 1,
		Servers: []Server{
			{Name: "a", Addr: addrA.Addr(), Port: 80, ProbePort: 80, Weight: 1, Active: true},
			{Name: "b", Addr: addrB.Addr(), Port: 80, ProbePort: 80, Weight: 2, Active: true},
		},
	}
}

func withSorry(s *Service) { s.Sorry = sorryA.Addr() }

func quiesce(s *Service) {
	for i := range s.Servers {
		s.Servers[i].Quiesce = true
	}
}

// third adds server c to a and b.
func third(s *Service) {
	s.Servers = append(s.Servers, Server{Name: "c", Addr: addrC.Addr(), Port: 80, ProbePort: 80, Weight: 3, Active: true})
}

// A caseOfDesired is one situation, and what it asks for.
type caseOfDesired struct {
	name  string
	alter []func(*Service)
	// a to c are "up", "up5" for a weight, "down", "" for none.
	a, b, c string
	held    map[netip.AddrPort]uint32 // weights in the kernel
	kept    map[netip.AddrPort]uint32
	drained map[netip.AddrPort]bool // value: out
	forced  map[netip.AddrPort]bool // value: up
	sorry   bool                    // served so far
	leaving map[netip.AddrPort]uint64
	want    string // address:port and weight
	up      int
	serves  bool // the sorry server
	holds   string
}

func (tt *caseOfDesired) run(t *testing.T) {
	s := web()
	for _, f := range tt.alter {
		f(s)
	}
	sit := situation{
		verdict: func(k ServerKey) (Verdict, bool) {
			if k.Service != s.JudgedBy {
				t.Fatalf("asked for the verdict of %v", k.Service)
			}
			word := map[netip.Addr]string{addrA.Addr(): tt.a, addrB.Addr(): tt.b, addrC.Addr(): tt.c}[k.Addr]
			switch {
			case word == "up":
				return Verdict{Up: true, Weight: 1}, true
			case strings.HasPrefix(word, "up"):
				return Verdict{Up: true, Weight: uint32(word[2] - '0')}, true
			}
			return Verdict{}, word == "down"
		},
		drained: func(_ *Service, rs *Server) (bool, bool) {
			out, draining := tt.drained[netip.AddrPortFrom(rs.Addr, rs.Port)]
			return draining, out
		},
		forced: func(_ *Service, rs *Server) *Force {
			if up, forced := tt.forced[netip.AddrPortFrom(rs.Addr, rs.Port)]; forced {
				return &Force{Up: up}
			}
			return nil
		},
		kept: tt.kept, sorry: tt.sorry, leaving: tt.leaving,
	}
	if tt.held != nil {
		sit.held = &Entry{Service: s.Service}
		for a, w := range tt.held {
			sit.held.add(ipvs.Destination{Addr: a.Addr(), Port: a.Port(), Weight: w, Forward: s.Forward})
		}
		sortEntry(sit.held)
	}
	o := desired(s, sit)
	if diff := cmp.Diff(tt.want, weights(&o.entry)); diff != "" {
		t.Errorf("destinations (-want +got):\n%s", diff)
	}
	if o.up != tt.up || o.sorry != tt.serves {
		t.Errorf("%d up, sorry %v; want %d, %v", o.up, o.sorry, tt.up, tt.serves)
	}
	if got := strings.Trim(fmt.Sprint(o.holds), "[]"); got != tt.holds {
		t.Errorf("holds %q, want %q", got, tt.holds)
	}
}

// weights is "192.0.2.11:80 w1, ...".
func weights(e *Entry) string {
	var words []string
	for _, d := range e.Destinations {
		words = append(words, fmt.Sprintf("%s w%d", at(d), d.Weight))
	}
	return strings.Join(words, ", ")
}

type weightsOf = map[netip.AddrPort]uint32

func TestDesired(t *testing.T) {
	tests := []caseOfDesired{
		{name: "untried"},
		{name: "untried and held by others", held: weightsOf{addrA: 3}},
		{name: "untried and kept", kept: weightsOf{addrA: 3, addrB: 0}, held: weightsOf{addrA: 3, addrB: 0}, want: "192.0.2.11:80 w3, 192.0.2.12:80 w0", up: 1},
		{name: "kept, and taken out by others", kept: weightsOf{addrA: 3}, want: "192.0.2.11:80 w3", up: 1},
		{name: "kept, then judged", a: "down", b: "up7", kept: weightsOf{addrA: 3, addrB: 3}, want: "192.0.2.12:80 w7", up: 1},
		{name: "one up", a: "up", want: "192.0.2.11:80 w1", up: 1},
		{name: "slow start", a: "up", b: "up1", want: "192.0.2.11:80 w1, 192.0.2.12:80 w1", up: 2},
		{name: "weight 0 is up", a: "up0", want: "192.0.2.11:80 w0", up: 1},
		{name: "one up, one down", a: "up", b: "down", want: "192.0.2.11:80 w1", up: 1},
		{name: "quiesced", alter: []func(*Service){quiesce}, a: "up", b: "down", want: "192.0.2.11:80 w1, 192.0.2.12:80 w0", up: 1},
		{name: "quiesced at once", alter: []func(*Service){quiesce}, a: "down", want: "192.0.2.11:80 w0"},
		{
			name: "inactive in the file", alter: []func(*Service){func(s *Service) { s.Servers[1].Active = false }},
			a: "up", b: "up", want: "192.0.2.11:80 w1", up: 1,
		},
		{
			name: "unchecked", alter: []func(*Service){func(s *Service) { s.Servers[1].Unchecked = true }},
			b: "down", want: "192.0.2.12:80 w2", up: 1,
		},
		{
			name: "judged by the twin", alter: []func(*Service){func(s *Service) { s.JudgedBy = mark80 }},
			a: "up", want: "192.0.2.11:80 w1", up: 1,
		},

		{name: "drained", a: "up", b: "up", drained: map[netip.AddrPort]bool{addrB: false}, held: weightsOf{addrA: 1, addrB: 1}, want: "192.0.2.11:80 w1, 192.0.2.12:80 w0", up: 1, holds: "192.0.2.12:80"},
		{name: "drained and out", a: "up", b: "up", drained: map[netip.AddrPort]bool{addrB: true}, held: weightsOf{addrA: 1, addrB: 0}, want: "192.0.2.11:80 w1", up: 1, holds: "192.0.2.12:80"},
		{name: "drained before it was in", a: "up", b: "up", drained: map[netip.AddrPort]bool{addrB: false}, held: weightsOf{addrA: 1}, want: "192.0.2.11:80 w1", up: 1, holds: "192.0.2.12:80"},
		{
			name: "drained though unchecked", alter: []func(*Service){func(s *Service) { s.Servers[0].Unchecked = true }},
			drained: map[netip.AddrPort]bool{addrA: false}, held: weightsOf{addrA: 1}, want: "192.0.2.11:80 w0", holds: "192.0.2.11:80",
		},
		{
			name: "the last one drained", alter: []func(*Service){withSorry}, a: "up", b: "down",
			drained: map[netip.AddrPort]bool{addrA: false}, held: weightsOf{addrA: 1}, want: "192.0.2.11:80 w0, 192.0.2.200:80 w1", serves: true, holds: "192.0.2.11:80",
		},

		{name: "forced up though down", a: "up", b: "down", forced: map[netip.AddrPort]bool{addrB: true}, want: "192.0.2.11:80 w1, 192.0.2.12:80 w2", up: 2, holds: "192.0.2.12:80"},
		{name: "forced up in its slow start", b: "up1", forced: map[netip.AddrPort]bool{addrB: true}, want: "192.0.2.12:80 w2", up: 1, holds: "192.0.2.12:80"},
		{name: "forced up before any probe", forced: map[netip.AddrPort]bool{addrB: true}, want: "192.0.2.12:80 w2", up: 1, holds: "192.0.2.12:80"},
		{name: "forced down though up", a: "up", b: "up", forced: map[netip.AddrPort]bool{addrB: false}, held: weightsOf{addrA: 1, addrB: 2}, want: "192.0.2.11:80 w1", up: 1, holds: "192.0.2.12:80"},
		{name: "forced down and quiesced", alter: []func(*Service){quiesce}, a: "up", b: "up", forced: map[netip.AddrPort]bool{addrB: false}, want: "192.0.2.11:80 w1, 192.0.2.12:80 w0", up: 1, holds: "192.0.2.12:80"},
		{name: "forced down though kept", kept: weightsOf{addrA: 3}, held: weightsOf{addrA: 3}, forced: map[netip.AddrPort]bool{addrA: false}, holds: "192.0.2.11:80"},
		{
			name: "forced down though unchecked", alter: []func(*Service){func(s *Service) { s.Servers[0].Unchecked = true }},
			forced: map[netip.AddrPort]bool{addrA: false}, held: weightsOf{addrA: 1}, holds: "192.0.2.11:80",
		},
		{
			name: "forced up and drained", a: "down", forced: map[netip.AddrPort]bool{addrA: true}, drained: map[netip.AddrPort]bool{addrA: false},
			held: weightsOf{addrA: 1}, want: "192.0.2.11:80 w0", holds: "192.0.2.11:80",
		},
		{name: "all forced down, sorry", alter: []func(*Service){withSorry}, a: "up", b: "up", forced: map[netip.AddrPort]bool{addrA: false, addrB: false}, want: "192.0.2.200:80 w1", serves: true, holds: "192.0.2.11:80 192.0.2.12:80"},
		{name: "forced up, below quorum", alter: []func(*Service){withSorry, quorumOf(2, 0)}, a: "down", b: "down", forced: map[netip.AddrPort]bool{addrA: true}, want: "192.0.2.11:80 w0, 192.0.2.200:80 w1", up: 1, serves: true, holds: "192.0.2.11:80"},

		{name: "sorry", alter: []func(*Service){withSorry}, a: "down", b: "down", want: "192.0.2.200:80 w1", serves: true},
		{name: "no sorry server to be had", a: "down", b: "down", sorry: true},
		{name: "sorry beside quiesced", alter: []func(*Service){withSorry, quiesce}, a: "down", b: "down", want: "192.0.2.11:80 w0, 192.0.2.12:80 w0, 192.0.2.200:80 w1", serves: true},
		{name: "no sorry while one is untried", alter: []func(*Service){withSorry}, a: "down"},
		{name: "sorry goes on while one is untried", alter: []func(*Service){withSorry}, a: "down", sorry: true, want: "192.0.2.200:80 w1", serves: true},
		{name: "sorry no more", alter: []func(*Service){withSorry}, a: "down", b: "up", sorry: true, want: "192.0.2.12:80 w1", up: 1},
		{name: "sorry, all inactive", alter: []func(*Service){withSorry, func(s *Service) { s.Servers = nil }}, want: "192.0.2.200:80 w1", serves: true},
		{
			name: "sorry is a real server too", alter: []func(*Service){func(s *Service) { s.Sorry, s.Quorum = addrA.Addr(), 2 }},
			a: "up", b: "down", want: "192.0.2.11:80 w1", up: 1, serves: true, holds: "192.0.2.11:80",
		},

		{name: "quorum", alter: []func(*Service){withSorry, third, quorumOf(2, 0)}, a: "up", b: "up", c: "down", want: "192.0.2.11:80 w1, 192.0.2.12:80 w1", up: 2},
		{name: "below quorum", alter: []func(*Service){withSorry, third, quorumOf(2, 0)}, a: "up", b: "down", c: "down", want: "192.0.2.11:80 w0, 192.0.2.200:80 w1", up: 1, serves: true, holds: "192.0.2.11:80"},
		{name: "maybe below quorum", alter: []func(*Service){withSorry, third, quorumOf(2, 0)}, a: "up", b: "down", want: "192.0.2.11:80 w1", up: 1},
		{name: "quorum again, no hysteresis", alter: []func(*Service){withSorry, third, quorumOf(2, 0)}, a: "up", b: "up", c: "down", sorry: true, want: "192.0.2.11:80 w1, 192.0.2.12:80 w1", up: 2},
		{name: "quorum again, hysteresis", alter: []func(*Service){withSorry, third, quorumOf(2, 1)}, a: "up", b: "up", c: "down", sorry: true, want: "192.0.2.11:80 w0, 192.0.2.12:80 w0, 192.0.2.200:80 w1", up: 2, serves: true, holds: "192.0.2.11:80 192.0.2.12:80"},
		{name: "quorum and hysteresis", alter: []func(*Service){withSorry, third, quorumOf(2, 1)}, a: "up", b: "up", c: "up", sorry: true, want: "192.0.2.11:80 w1, 192.0.2.12:80 w1, 192.0.2.13:80 w1", up: 3},
		{name: "hysteresis needs no more than there are", alter: []func(*Service){withSorry, quorumOf(1, 9)}, a: "up", b: "up", sorry: true, want: "192.0.2.11:80 w1, 192.0.2.12:80 w1", up: 2},
		{name: "a quorum that never is", alter: []func(*Service){withSorry, quorumOf(3, 0)}, a: "up", b: "up", want: "192.0.2.11:80 w0, 192.0.2.12:80 w0, 192.0.2.200:80 w1", up: 2, serves: true, holds: "192.0.2.11:80 192.0.2.12:80"},

		{name: "leaving", a: "up", held: weightsOf{addrA: 1, addrC: 4}, leaving: map[netip.AddrPort]uint64{addrC: 2}, want: "192.0.2.11:80 w1, 192.0.2.13:80 w0", up: 1},
		{name: "leaving, not counted yet", a: "up", held: weightsOf{addrA: 1, addrC: 4}, leaving: map[netip.AddrPort]uint64{addrC: unknown}, want: "192.0.2.11:80 w1, 192.0.2.13:80 w0", up: 1},
		{name: "has left", a: "up", held: weightsOf{addrA: 1, addrC: 0}, leaving: map[netip.AddrPort]uint64{addrC: 0}, want: "192.0.2.11:80 w1", up: 1},
		{name: "leaving, and taken out by others", a: "up", held: weightsOf{addrA: 1}, leaving: map[netip.AddrPort]uint64{addrC: 2}, want: "192.0.2.11:80 w1", up: 1},
		{name: "leaving until the new are probed", held: weightsOf{addrC: 4}, leaving: map[netip.AddrPort]uint64{addrC: unknown}, want: "192.0.2.13:80 w4"},
		{name: "leaving with the new all down", a: "down", b: "down", held: weightsOf{addrC: 4}, leaving: map[netip.AddrPort]uint64{addrC: unknown}, want: "192.0.2.13:80 w0"},
		{name: "sorry, leaving", alter: []func(*Service){withSorry}, a: "up", held: weightsOf{addrA: 1, sorryA: 1}, leaving: map[netip.AddrPort]uint64{sorryA: 1}, want: "192.0.2.11:80 w1, 192.0.2.200:80 w0", up: 1},
		{name: "sorry again while leaving", alter: []func(*Service){withSorry}, a: "down", b: "down", held: weightsOf{sorryA: 0}, leaving: map[netip.AddrPort]uint64{sorryA: 1}, want: "192.0.2.200:80 w1", serves: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}

func quorumOf(n, hysteresis int) func(*Service) {
	return func(s *Service) { s.Quorum, s.Hysteresis = n, hysteresis }
}

// What a destination is besides its weight comes from the service.
func TestDesiredDestination(t *testing.T) {
	s := web()
	s.Forward, s.Encap = ipvs.Tunnel, ipvs.Encap{Type: ipvs.GUE, Port: 6080, Flags: ipvs.RemoteChecksum}
	s.Sorry, s.Ports, s.Quorum = sorryA.Addr(), allPorts, 2
	s.Servers[0].Port, s.Servers[0].Upper, s.Servers[0].Lower = 0, 100, 75
	o := desired(s, situation{
		verdict: func(k ServerKey) (Verdict, bool) { return Verdict{Up: true, Weight: 3}, k.Port == 0 },
		drained: func(*Service, *Server) (bool, bool) { return false, false },
		forced:  func(*Service, *Server) *Force { return nil },
		sorry:   true,
	})
	want := []ipvs.Destination{
		{Addr: addrA.Addr(), Forward: ipvs.Tunnel, Tunnel: s.Encap, Upper: 100, Lower: 75},
		{Addr: sorryA.Addr(), Forward: ipvs.Tunnel, Tunnel: s.Encap, Weight: 1},
	}
	if diff := cmp.Diff(want, o.entry.Destinations, cmpopts.EquateComparable(ipvs.Destination{})); diff != "" {
		t.Errorf("destinations (-want +got):\n%s", diff)
	}
}

// The sorry server's clients are served to the end, where others are too.
func TestSorryServerLeaves(t *testing.T) {
	for _, tt := range []struct{ leaving, want string }{
		{"keep", "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -m -w 1\n-a -t 192.0.2.100:80 -r 192.0.2.200:80 -m -w 0"},
		{"end", "-a -t 192.0.2.100:80 -r 192.0.2.11:80 -m -w 1"},
	} {
		m := newMachine()
		d := m.director()
		d.Configure(cluster(t, strings.Replace(sorryServer, "LEAVING", tt.leaving, 1)))
		k := ServerKey{webKey, addrA.Addr(), 80}
		d.Judge(k, Verdict{}, false)
		reconcile(t, d)
		if st := d.Standing(webKey); !st.Sorry || st.Up != 0 {
			t.Fatalf("standing %+v:\n%s", st, m.table())
		}
		if err := m.kernel.SetStatus(webKey, ipvs.DestinationStatus{Destination: ipvs.Destination{Addr: sorryA.Addr(), Port: 80}, Active: 1}); err != nil {
			t.Fatal(err)
		}
		d.Judge(k, Verdict{Up: true, Weight: 1}, false)
		for range 3 {
			reconcile(t, d)
			look(t, d)
		}
		const service = "-A -t 192.0.2.100:80 -s wlc\n"
		if diff := cmp.Diff(service+tt.want, m.table()); diff != "" {
			t.Errorf("leaving = %s (-want +got):\n%s", tt.leaving, diff)
		}
		if err := m.kernel.SetStatus(webKey, ipvs.DestinationStatus{Destination: ipvs.Destination{Addr: sorryA.Addr(), Port: 80}}); tt.leaving == "keep" && err != nil {
			t.Fatal(err)
		}
		look(t, d)
		reconcile(t, d)
		if diff := cmp.Diff(service+"-a -t 192.0.2.100:80 -r 192.0.2.11:80 -m -w 1", m.table()); diff != "" {
			t.Errorf("leaving = %s, at the end (-want +got):\n%s", tt.leaving, diff)
		}
	}
}

const sorryServer = `
primary = 192.0.2.1
virtual web {
 active = 1
 address = 192.0.2.100 eth0:1
 sorry_server = 192.0.2.200
 leaving = LEAVING
 server a {
  address = 192.0.2.11
  active = 1
 }
}
`
