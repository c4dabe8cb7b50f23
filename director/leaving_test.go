package director

import (
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"

	"pacu/ipvs"
)

const leaving04 = "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.33:80 -g -w 1\n-a -f 80 -r 10.8.8.34:80 -g -w 0"

// local004 is article004's cluster on a router that is its own real server, so
// that a standby has to take the service out.
func local004(t *testing.T, servers int) *Cluster {
	t.Helper()
	c := article004(t)
	c.Services[0].Forward = ipvs.Direct
	c.Services[0].Servers = c.Services[0].Servers[:servers]
	c.SetLocal([]netip.Addr{lvs03.Addr})
	return c
}

// refuseOnce makes the kernel refuse the next removal of what.
func (m *machine) refuseOnce(what string) {
	m.kernel.Refuse = func(o ipvs.Op) error {
		if o.String() != what {
			return nil
		}
		m.kernel.Refuse = nil
		return fmt.Errorf("%w: %w", ipvs.ErrBusy, syscall.EBUSY)
	}
}

// standbyInVain makes d a standby whose kernel does not let the service go, and
// active again.
func standbyInVain(t *testing.T, m *machine, d *Director) {
	t.Helper()
	m.refuseOnce(ipvs.DeleteService(mark80).String())
	if err := d.SetActive(false, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reconcile(); !is(err, ipvs.ErrBusy) {
		t.Fatalf("error %v, want a refusal", err)
	}
	if err := d.SetActive(true, nil); err != nil {
		t.Fatal(err)
	}
}

// Who has clients keeps them where a standby's kernel did not let the service
// go before the router became active again.
func TestLeavingSurvivesARefusedStandby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		d := m.director()
		d.Configure(local004(t, 2))
		d.Judge(lvs03, Verdict{Up: true, Weight: 1}, false)
		d.Judge(lvs04, Verdict{Up: true, Weight: 1}, false)
		if err := d.SetActive(true, nil); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		m.clients(t, lvs04, 3)
		d.Configure(local004(t, 1))
		settle(t, d)
		expectTable(t, m, "left with clients", leaving04)
		standbyInVain(t, m, d)
		settle(t, d)
		expectTable(t, m, "active again", leaving04)
		m.clients(t, lvs04, 0)
		settle(t, d)
		expectTable(t, m, "without clients", "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.33:80 -g -w 1")
	})
}

// So does a sorry server that need not serve any more.
func TestSorryServerSurvivesARefusedStandby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		d := m.director()
		c := local004(t, 1)
		c.Services[0].Sorry = lvs04.Addr
		c.Services[0].Port = lvs04.Port
		d.Configure(c)
		d.Judge(lvs03, Verdict{}, false)
		if err := d.SetActive(true, nil); err != nil {
			t.Fatal(err)
		}
		settle(t, d)
		expectTable(t, m, "sorry", "-A -f 80 -s wlc -p 30\n-a -f 80 -r 10.8.8.34:80 -g -w 1")
		m.clients(t, lvs04, 3)
		standbyInVain(t, m, d)
		d.Judge(lvs03, Verdict{Up: true, Weight: 1}, false)
		settle(t, d)
		expectTable(t, m, "active again", leaving04)
	})
}

// A server whose removal is refused, and that a client comes back to meanwhile
// by persistence, stays until that one is gone too.
func TestLeavingIsCountedAgainAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, d := serving(t)
		m.clients(t, lvs04, 3)
		c := article004(t)
		c.Services[0].Servers = c.Services[0].Servers[:1]
		d.Configure(c)
		settle(t, d)
		expectTable(t, m, "left with clients", drained04)
		m.clients(t, lvs04, 0)
		look(t, d)
		m.refuseOnce(ipvs.DeleteDestination(mark80, lvs04.Addr, lvs04.Port).String())
		if _, err := d.Reconcile(); !is(err, ipvs.ErrBusy) {
			t.Fatalf("error %v, want a refusal", err)
		}
		m.clients(t, lvs04, 1)
		look(t, d)
		settle(t, d)
		expectTable(t, m, "with a client again", drained04)
		m.clients(t, lvs04, 0)
		settle(t, d)
		expectTable(t, m, "without", without04)
	})
}
