package templates

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pacu/control"
	"pacu/web/text"
)

// pair is a monitor of two routers, two addresses and two services.
func pair(edit func(m *Monitor)) *Monitor {
	prefix := netip.MustParsePrefix
	m := &Monitor{Known: true, Snapshot: &control.Snapshot{
		Hostname: "lvs-01", Router: control.Router{State: control.Active},
		Partner: &control.Partner{State: control.Standby, Paths: []control.Path{{Name: "public"}, {Name: "private", Silent: true}}},
		Addresses: []control.Address{
			{Prefix: prefix("10.0.0.1/24"), Wanted: true, Held: true},
			{Prefix: prefix("10.8.0.1/24"), For: []string{"nat_router"}, Wanted: true, Held: true},
		},
		Services: []control.Service{
			{Name: "web", Protocol: "tcp", Port: 80, InKernel: true, Servers: []control.Server{{Name: "a", Health: control.Up}, {Name: "b", Health: control.Up}}},
			{Name: "mail", Protocol: "tcp", Port: 25, InKernel: true, Servers: []control.Server{{Name: "c", Health: control.Down}, {Name: "d", Health: control.Up, Drain: &control.Drain{}}}},
		},
	}}
	edit(m)
	return m
}

// The picture says no more than the snapshot knows.
func TestTopologyIsTrue(t *testing.T) {
	en := text.English.Words()
	for _, tt := range []struct {
		name string
		edit func(*Monitor)
		says string
	}{
		{"well", func(*Monitor) {}, "This router: active. Partner: standby. Heartbeats on path public: ok. Heartbeats on path private: silent. This router holds 10.0.0.1, 10.8.0.1 (NAT). mail: 1 of 2 real servers up. web: 2 of 2 real servers up."},
		{"pulse is down", func(m *Monitor) { m.Known = false }, en.Watch.TopologyUnknown},
		{"the partner serves", func(m *Monitor) {
			m.Snapshot.Router.State, m.Snapshot.Partner.State = control.Standby, control.Active
			for i := range m.Snapshot.Addresses {
				m.Snapshot.Addresses[i].Held, m.Snapshot.Addresses[i].Wanted = false, false
			}
		}, "The partner holds 10.0.0.1, 10.8.0.1 (NAT), as far as its heartbeats say that it serves."},
		{"the partner is silent", func(m *Monitor) {
			m.Snapshot.Router.State, m.Snapshot.Partner.State = control.Standby, control.Silent
			m.Snapshot.Addresses[0].Held, m.Snapshot.Addresses[0].Wanted = false, false
		}, "Partner: silent. Heartbeats on path public: ok. Heartbeats on path private: silent. This router holds 10.8.0.1 (NAT). Nobody that is known holds 10.0.0.1."},
		{"an address is missing", func(m *Monitor) { m.Snapshot.Addresses[0].Held = false }, "This router should hold 1 addresses that it does not hold. Nobody that is known holds 10.0.0.1."},
		{"alone", func(m *Monitor) { m.Snapshot.Partner = nil }, "This router: active. There is no backup router in lvs.cf. This router holds"},
	} {
		v := pair(tt.edit).Topology()
		if got := strings.Join(v.sentences(en), " "); !strings.Contains(got, tt.says) {
			t.Errorf("%s: %q lacks %q", tt.name, got, tt.says)
		}
		for _, narrow := range []bool{false, true} {
			d := v.draw(en, narrow)
			flows := slices.ContainsFunc(d.wires, func(w drawnWire) bool { return w.class == "flow" })
			if flows != v.Known {
				t.Errorf("%s: traffic is drawn: %t", tt.name, flows)
			}
			for _, b := range d.boxes {
				if strings.HasPrefix(b.x, "-") || strings.HasPrefix(b.w, "-") {
					t.Errorf("%s: a box is out of the picture: %+v", tt.name, b)
				}
			}
			for _, s := range d.spots {
				if !v.Known && s.mark != MarkUnknown {
					t.Errorf("%s: %s", tt.name, s.title)
				}
			}
		}
	}
}

// Of many services the worst are drawn, and the others counted.
func TestTopologyOfMany(t *testing.T) {
	m := pair(func(m *Monitor) {
		for range 40 {
			m.Snapshot.Services = append(m.Snapshot.Services, m.Snapshot.Services[0])
		}
		one := &m.Snapshot.Services[41]
		one.Name, one.Servers = "worst", slices.Repeat([]control.Server{{Name: "x", Health: control.Down}}, 30)
		for range 300 {
			m.Snapshot.Addresses = append(m.Snapshot.Addresses, m.Snapshot.Addresses[0])
		}
	})
	v := m.Topology()
	if len(v.Groups) != groupsDrawn || v.Groups[0].Name != "worst" || v.Groups[1].Name != "mail" || v.More.Services != 42-groupsDrawn || v.More.Fine != v.More.Services {
		t.Errorf("%d groups, first %s, %s; more %+v", len(v.Groups), v.Groups[0].Name, v.Groups[1].Name, v.More)
	}
	if g := v.Groups[0]; len(g.Servers) != serversDrawn || g.More != 18 || g.Servers[0].Mark != MarkDown {
		t.Errorf("group %+v", g)
	}
	if v.Held.All != 302 || len(v.Held.First) != addressesDrawn {
		t.Errorf("held %+v", v.Held)
	}
}
