package director

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/ipvs"
)

// serving is a director of article004 with both servers up.
func serving(t *testing.T) (*machine, *Director) {
	t.Helper()
	m := newMachine()
	d := m.director()
	d.Configure(article004(t))
	d.Judge(lvs03, Verdict{Up: true, Weight: 1}, false)
	d.Judge(lvs04, Verdict{Up: true, Weight: 1}, false)
	reconcile(t, d)
	return m, d
}

func weight(k ServerKey, w uint32) ipvs.Op {
	return ipvs.SetDestination(k.Service, ipvs.Destination{Addr: k.Addr, Port: k.Port, Weight: w})
}

// A nanny writes its weight before pulse hears of it: the first look that
// sees it must leave it alone, the second puts it right if no word came.
func TestWeightsGetASecondLook(t *testing.T) { synctest.Test(t, weightsGetASecondLook) }

func weightsGetASecondLook(t *testing.T) {
	m, d := serving(t)
	m.apply(t, weight(lvs03, 7))
	if found := look(t, d); len(found) != 0 || !reconcileNothing(t, d) {
		t.Fatalf("the first look fought a fresh weight: %v", found)
	}
	time.Sleep(SecondLook)
	if diff := cmp.Diff([]string{"~ 10.8.8.33:80 in http_server weight 7 (was weight 1)"}, look(t, d)); diff != "" {
		t.Errorf("the second look (-want +got):\n%s", diff)
	}
	if r := reconcile(t, d); len(r.Changes) != 1 {
		t.Fatalf("a strange weight was left: %v", steps(r.Changes))
	}
	m.apply(t, weight(lvs03, 7))
	look(t, d)
	d.Judge(lvs03, Verdict{Up: true, Weight: 7}, true)
	if found := look(t, d); len(found) != 0 || !reconcileNothing(t, d) {
		t.Errorf("a nanny's weight was fought: %v", found)
	}
}

func reconcileNothing(t *testing.T, d *Director) bool {
	t.Helper()
	r := reconcile(t, d)
	return r.Empty()
}

// One Look is one look, for services that it reads at every turn too.
func TestWeightsGetASecondLookWhileDraining(t *testing.T) {
	synctest.Test(t, weightsGetASecondLookWhileDraining)
}

func weightsGetASecondLookWhileDraining(t *testing.T) {
	m, d := serving(t)
	if _, err := d.Drain("lvs-04", 0); err != nil {
		t.Fatal(err)
	}
	reconcile(t, d)
	if err := m.kernel.SetStatus(mark80, ipvs.DestinationStatus{Destination: ipvs.Destination{Addr: lvs04.Addr, Port: 80}, Active: 3}); err != nil {
		t.Fatal(err)
	}
	look(t, d)
	reconcile(t, d)
	m.apply(t, weight(lvs03, 7))
	if found := look(t, d); len(found) != 0 || !reconcileNothing(t, d) {
		t.Fatalf("one look fought a fresh weight: %v", found)
	}
	time.Sleep(SecondLook)
	if found := look(t, d); len(found) != 1 {
		t.Errorf("the second look found %v", found)
	}
}

// Whatever others change is found, said, and put right by the next Reconcile.
func TestDrift(t *testing.T) {
	stranger := ipvs.Destination{Addr: netip.MustParseAddr("10.8.8.99"), Port: 80, Weight: 5}
	other := ipvs.Service{Key: mark80, Scheduler: "rr"}
	tests := []struct {
		name string
		ops  []ipvs.Op
		want []string
	}{
		{"a server gone", []ipvs.Op{ipvs.DeleteDestination(mark80, lvs03.Addr, 80)}, []string{"- 10.8.8.33:80 in http_server"}},
		{"a server more", []ipvs.Op{ipvs.AddDestination(mark80, stranger)}, []string{"+ 10.8.8.99:80 in http_server weight 5"}},
		{
			"another way", []ipvs.Op{ipvs.SetDestination(mark80, ipvs.Destination{Addr: lvs03.Addr, Port: 80, Weight: 1, Forward: ipvs.Direct})},
			[]string{"~ 10.8.8.33:80 in http_server direct (was masquerade)"},
		},
		{"another scheduler", []ipvs.Op{ipvs.SetService(other)}, []string{"~ fwmark 80"}},
		{"the service gone", []ipvs.Op{ipvs.DeleteService(mark80)}, []string{"- fwmark 80"}},
		{
			"another service in its place", []ipvs.Op{ipvs.DeleteService(mark80), ipvs.AddService(other), ipvs.AddDestination(mark80, stranger)},
			[]string{"~ fwmark 80", "+ 10.8.8.99:80 in http_server weight 5", "- 10.8.8.33:80 in http_server", "- 10.8.8.34:80 in http_server"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, d := serving(t)
			was := m.table()
			m.apply(t, tt.ops...)
			if diff := cmp.Diff(tt.want, look(t, d)); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			reconcile(t, d)
			if diff := cmp.Diff(was, m.table()); diff != "" {
				t.Errorf("put right (-want +got):\n%s", diff)
			}
			if found := look(t, d); len(found) > 0 || !reconcileNothing(t, d) {
				t.Errorf("then found %v", found)
			}
		})
	}
}

// A server that no probe has seen is not served because someone adds it.
func TestDriftDoesNotProbe(t *testing.T) {
	m := newMachine()
	d := m.director()
	d.Configure(article004(t))
	reconcile(t, d)
	m.apply(t, ipvs.AddDestination(mark80, ipvs.Destination{Addr: lvs03.Addr, Port: 80, Weight: 5}))
	look(t, d)
	reconcile(t, d)
	if strings.Contains(m.table(), "10.8.8.33") {
		t.Errorf("served without a probe:\n%s", m.table())
	}
}

// Who takes many servers from one service at once does it once.
func TestManyChangesAreOneRepair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		text.WriteString("primary = 192.0.2.1\nvirtual web {\n active = 1\n fwmark = 80\n check = none\n")
		var ops []ipvs.Op
		for i := range 2 * quarrels {
			a := netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + i)})
			text.WriteString(" server s" + a.String() + " {\n  address = " + a.String() + "\n  active = 1\n }\n")
			ops = append(ops, ipvs.DeleteDestination(mark80, a, 80))
		}
		text.WriteString("}\n")
		m := newMachine()
		d := m.director()
		d.Configure(cluster(t, text.String()))
		reconcile(t, d)
		was := m.table()
		m.apply(t, ops...)
		look(t, d)
		reconcile(t, d)
		if diff := cmp.Diff(was, m.table()); diff != "" || len(d.Degraded()) > 0 {
			t.Errorf("degraded %v (-want +got):\n%s", d.Degraded(), diff)
		}
	})
}

// Two programs that want different things do not fill the log for ever, not
// even where one wants something new each time.
func TestQuarrel(t *testing.T) {
	for name, rival := range map[string]func(i int) ipvs.Op{
		"gone": func(int) ipvs.Op { return ipvs.DeleteDestination(mark80, lvs03.Addr, 80) },
		"another weight each time": func(i int) ipvs.Op {
			return ipvs.SetDestination(mark80, ipvs.Destination{Addr: lvs03.Addr, Port: 80, Weight: uint32(1000 + i/4)}) // which stays for SecondLook
		},
		"another scheduler each time": func(i int) ipvs.Op {
			return ipvs.SetService(ipvs.Service{Key: mark80, Scheduler: []string{"sed", "nq", "lc"}[i%3]}.Canonical())
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, d := serving(t)
				was := m.table()
				repairs := 0
				for i := range 120 { // a minute
					m.kernel.Apply([]ipvs.Op{rival(i)})
					look(t, d)
					r := reconcile(t, d)
					repairs += len(r.Changes)
					time.Sleep(500 * time.Millisecond)
				}
				if repairs < quarrels-1 || repairs > 20 {
					t.Errorf("%d repairs in a minute", repairs)
				}
				time.Sleep(lastRetry)
				for range 2 { // weights are looked at twice
					look(t, d)
					reconcile(t, d)
					time.Sleep(SecondLook)
				}
				if diff := cmp.Diff(was, m.table()); diff != "" {
					t.Errorf("the quarrel is over, and it is not put right (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A slowKernel takes a while to be read.
type slowKernel struct {
	*ipvs.Fake
	read []ipvs.Key
}

func (s *slowKernel) Destinations(k ipvs.Key) ([]ipvs.DestinationStatus, error) {
	time.Sleep(time.Millisecond)
	s.read = append(s.read, k)
	return s.Fake.Destinations(k)
}

// A large table is read in pieces, all of it in turn.
func TestLookInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		k := &slowKernel{Fake: m.kernel}
		d := New(k, m.addresses, m.firewall, m.sysctls)
		c := &Cluster{}
		for i := range 100 {
			key := ipvs.FWMarkKey(uint32(i+1), false)
			c.Services = append(c.Services, &Service{Service: ipvs.Service{Key: key, Scheduler: "rr"}.Canonical(), JudgedBy: key})
		}
		d.Configure(c)
		reconcile(t, d)
		k.read = nil
		for range 10 {
			before := len(k.read)
			if _, err := d.Look(10 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if n := len(k.read) - before; n > 12 {
				t.Fatalf("one look read %d services", n)
			}
		}
		slices.SortFunc(k.read, compareKeys)
		if n := len(slices.Compact(k.read)); n != 100 {
			t.Errorf("a round read %d services of 100", n)
		}
		m.apply(t, ipvs.AddDestination(ipvs.FWMarkKey(55, false), ipvs.Destination{Addr: lvs03.Addr, Port: 80, Weight: 1}))
		for range 11 {
			found, err := d.Look(10 * time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) > 0 {
				return
			}
		}
		t.Error("a round found nothing")
	})
}

// However little time there is, each Look gets on.
func TestLookWithoutTime(t *testing.T) {
	m, d := serving(t)
	m.apply(t, ipvs.DeleteDestination(mark80, lvs03.Addr, 80))
	for range 5 {
		found, err := d.Look(0)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			return
		}
	}
	t.Error("nothing found")
}

// What of the rest others change is put right too.
func TestDriftOfTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		d := m.director()
		d.Configure(cluster(t, everything))
		reconcile(t, d)
		time.Sleep(slowly)
		if found := look(t, d); len(found) > 0 {
			t.Fatalf("found %v", found)
		}
		rules := m.firewall.rules
		m.firewall.rules.Marks, m.firewall.altered = nil, true
		if err := m.kernel.SetTimeouts(ipvs.Timeouts{TCP: 77 * time.Second}); err != nil {
			t.Fatal(err)
		}
		m.sysctls["net.ipv4.vs.conntrack"] = "0"
		if err := m.kernel.StopDaemon(ipvs.Backup); err != nil {
			t.Fatal(err)
		}
		time.Sleep(slowly)
		want := []string{
			"our nftables table is not as it was", "timeouts are tcp 77 tcpfin 5 udp 60",
			"the sync daemons are not as they were", "sysctl net.ipv4.vs.conntrack was set to 0",
		}
		if diff := cmp.Diff(want, look(t, d)); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		reconcile(t, d)
		if diff := cmp.Diff(rules, m.firewall.rules, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("rules (-want +got):\n%s", diff)
		}
		if times, err := m.kernel.Timeouts(); err != nil || times.TCP != 30*time.Second {
			t.Errorf("timeouts %v, %v", times, err)
		}
		if daemons, err := m.kernel.Daemons(); err != nil || len(daemons) != 1 || daemons[0].Role != ipvs.Backup {
			t.Errorf("daemons %v, %v", daemons, err)
		}
		if got := m.sysctls["net.ipv4.vs.conntrack"]; got != "1" {
			t.Errorf("conntrack is %s", got)
		}
	})
}

const everything = `
primary = 192.0.2.1
syncdaemon = 1
syncd_iface = eth1
syncd_id = 7
tcp_timeout = 30
tcpfin_timeout = 5
udp_timeout = 60
virtual web {
 active = 1
 address = 192.0.2.100 eth0:1
 ports = 80,443
 forward = fullnat
 snat_pool = 10.0.0.10-10.0.0.11 eth1:1
 check = none
 server a {
  address = 192.0.2.11
  active = 1
 }
}
`

// A nanny whose word comes so late that its weight was put right before is
// obeyed all the same: the kernel gets what it said.
func TestWordAfterARepair(t *testing.T) { synctest.Test(t, wordAfterARepair) }

func wordAfterARepair(t *testing.T) {
	m, d := serving(t)
	m.apply(t, weight(lvs03, 0))
	look(t, d)
	time.Sleep(SecondLook)
	look(t, d)
	reconcile(t, d)
	d.Judge(lvs03, Verdict{Up: true, Weight: 0}, true)
	for range 5 {
		reconcile(t, d)
		time.Sleep(SecondLook)
		look(t, d)
	}
	reconcile(t, d)
	held, err := m.kernel.Destinations(mark80)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range held {
		if h.Addr == lvs03.Addr && h.Weight != 0 {
			t.Errorf("the kernel has weight %d", h.Weight)
		}
	}
}

// Many servers that are put right one after another are no quarrel about one:
// the service is not left alone for that.
func TestManyRepairsAreNoQuarrel(t *testing.T) {
	var r refusal
	now := time.Now()
	for i := range 4 * quarrels {
		r.repair(now.Add(time.Duration(i)*time.Millisecond), string(rune('a'+i)), "gone")
		if !r.due(now) {
			t.Fatalf("left alone after %d servers", i+1)
		}
	}
	for i := range quarrels {
		r.repair(now, "one", fmt.Sprint("weight ", i))
	}
	if r.due(now) {
		t.Error("one server is put right again and again")
	}
}
