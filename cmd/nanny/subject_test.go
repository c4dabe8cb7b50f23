package main

import (
	"testing"

	"pacu/control"
	"pacu/ipvs"
)

func TestSubject(t *testing.T) {
	w := watchWWW(5)
	w.FWMark, w.Forward, w.RealPort = 80, "tunnel", 0
	s, err := newSubject(server, w)
	if err != nil {
		t.Fatal(err)
	}
	if s.key != ipvs.FWMarkKey(80, false) || s.real() != "10.8.8.33:0" {
		t.Errorf("subject %+v", s)
	}
	if got, want := s.destination(-1), (ipvs.Destination{Addr: server, Forward: ipvs.Tunnel}); got != want {
		t.Errorf("destination %+v, want %+v", got, want)
	}
	if got := target(server, w); got.String() != "10.8.8.33:80" || got.VIP != w.Address {
		t.Errorf("target %+v", got)
	}
	w.Interval = 0
	if got := settings(w).Interval; got != defaultInterval {
		t.Errorf("interval %v", got)
	}
	if w.Interval = 1; settings(w).Interval != minInterval {
		t.Errorf("interval %v", settings(w).Interval)
	}
}

// TestDestination: all that pulse put into the kernel, but for the weight, is
// in each of nanny's changes.
func TestDestination(t *testing.T) {
	port := func(p uint16) *uint16 { return &p }
	for _, tt := range []struct {
		name   string
		change func(*control.Watch)
		want   ipvs.Destination
	}{
		{"nat", func(*control.Watch) {}, ipvs.Destination{Port: 8080}},
		{"fullnat", func(w *control.Watch) { w.Forward = "fullnat" }, ipvs.Destination{Port: 8080}},
		{"direct", func(w *control.Watch) { w.Forward = "direct" }, ipvs.Destination{Port: 8080, Forward: ipvs.Direct}},
		{"gue", func(w *control.Watch) { w.Forward, w.Encap = "tunnel", "gue 6080 remcsum" },
			ipvs.Destination{Port: 8080, Forward: ipvs.Tunnel, Tunnel: ipvs.Encap{Type: ipvs.GUE, Port: 6080, Flags: ipvs.RemoteChecksum}}},
		{"the client's port", func(w *control.Watch) { w.KernelPort = port(0) }, ipvs.Destination{}},
		{"another port", func(w *control.Watch) { w.KernelPort = port(81) }, ipvs.Destination{Port: 81}},
		{"thresholds", func(w *control.Watch) { w.MaxConnections, w.MinConnections = 100, 50 }, ipvs.Destination{Port: 8080, Upper: 100, Lower: 50}},
	} {
		w := watchWWW(5)
		tt.change(&w)
		tt.want.Addr, tt.want.Weight = server, 3
		s, err := newSubject(server, w)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := s.destination(3); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
		if s.real() != "10.8.8.33:8080" || target(server, w).Port != 8080 {
			t.Errorf("%s: probed as %s, %s", tt.name, s.real(), target(server, w))
		}
	}
}

func TestBadDestination(t *testing.T) {
	for want, change := range map[string]func(*control.Watch){
		`watch of tcp 10.10.1.30:80: encapsulation "gre" without a tunnel`:        func(w *control.Watch) { w.Encap = "gre" },
		`watch of tcp 10.10.1.30:80: unknown encapsulation "vxlan"`:               func(w *control.Watch) { w.Forward, w.Encap = "tunnel", "vxlan" },
		"watch of tcp 10.10.1.30:80: min_connections 1 is over max_connections 0": func(w *control.Watch) { w.MinConnections = 1 },
	} {
		w := watchWWW(1)
		change(&w)
		if _, err := newSubject(server, w); err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
