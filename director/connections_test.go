package director

import (
	"testing"

	"pacu/ipvs"
)

// Connections come from what Look reads anyway: no message is sent for them.
func TestConnections(t *testing.T) {
	m, d := serving(t)
	set := func(k ServerKey, active, inactive uint32) {
		t.Helper()
		if err := m.kernel.SetStatus(k.Service, ipvs.DestinationStatus{
			Destination: ipvs.Destination{Addr: k.Addr, Port: k.Port, Weight: 1}, Active: active, Inactive: inactive,
		}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want uint64) {
		t.Helper()
		look(t, d)
		reconcile(t, d)
		sent := m.kernel.Sent()
		if got := d.Connections(); got != want || m.kernel.Sent() != sent {
			t.Errorf("%d connections, want %d; %d messages", got, want, m.kernel.Sent()-sent)
		}
	}
	expect(0)
	set(lvs03, 7, 100)
	set(lvs04, 5, 1)
	expect(12)
	set(lvs03, 1, 0)
	expect(6)
	next := m.director()
	next.Configure(article004(t))
	if err := next.Resume(d.State()); err != nil {
		t.Fatal(err)
	}
	look(t, next)
	if got := next.Connections(); got != 6 {
		t.Errorf("%d connections after a restart", got)
	}
	d.Configure(&Cluster{}) // all go
	reconcile(t, d)
	expect(0)
}
