package director

import (
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
	"pacu/vip"
)

// longLook is enough for any table of these tests.
const longLook = time.Minute

var (
	mark80 = ipvs.FWMarkKey(80, false)
	lvs03  = ServerKey{mark80, netip.MustParseAddr("10.8.8.33"), 80}
	lvs04  = ServerKey{mark80, netip.MustParseAddr("10.8.8.34"), 80}
)

func TestArticle004(t *testing.T) {
	m := newMachine()
	sysctls := m.sysctls.clone()
	d := m.director()
	d.Configure(article004(t))
	reconcile(t, d)
	const service = "-A -f 80 -s wlc -p 30"
	if diff := cmp.Diff(service, m.table()); diff != "" {
		t.Errorf("before the first verdict (-want +got):\n%s", diff)
	}
	if got := m.addresses.String(); got != "[]" {
		t.Errorf("standing by, yet holding %s", got)
	}

	d.Judge(lvs03, Verdict{Up: true, Weight: 1}, false)
	d.Judge(lvs04, Verdict{Up: true, Weight: 1}, false)
	reconcile(t, d)
	const full = service + "\n-a -f 80 -r 10.8.8.33:80 -m -w 1\n-a -f 80 -r 10.8.8.34:80 -m -w 1"
	if diff := cmp.Diff(full, m.table()); diff != "" {
		t.Errorf("both up (-want +got):\n%s", diff)
	}

	var up []vip.Address
	err := d.SetActive(true, func(part []vip.Address) { up = append(up, part...) })
	if err != nil || len(up) != 2 {
		t.Fatalf("SetActive: %v, %v", up, err)
	}
	const both = "[10.10.1.30/32 on eth0:1 10.8.8.30/24 on eth1:0]"
	if got := m.addresses.String(); got != both {
		t.Errorf("active with %s, want %s", got, both)
	}

	d.Judge(lvs03, Verdict{}, false)
	r := reconcile(t, d)
	if diff := cmp.Diff([]string{"- 10.8.8.33:80 in http_server"}, steps(r.Changes)); diff != "" {
		t.Errorf("a server died (-want +got):\n%s", diff)
	}
	sent := m.kernel.Sent()
	if r := reconcile(t, d); !r.Empty() || m.kernel.Sent() != sent {
		t.Errorf("a second pass did %v and sent %d messages", r, m.kernel.Sent()-sent)
	}
	if got := d.Degraded(); len(got) > 0 {
		t.Errorf("degraded: %v", got)
	}
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
	if m.table() != "" || m.addresses.String() != "[]" {
		t.Errorf("left behind: %s %s", m.table(), m.addresses)
	}
	if diff := cmp.Diff(sysctls, m.sysctls); diff != "" {
		t.Errorf("settings left behind (-before +after):\n%s", diff)
	}
}

func TestAdoptLeavesTheTableAlone(t *testing.T) {
	m := newMachine()
	before := m.director()
	before.Configure(article004(t))
	before.Judge(lvs03, Verdict{Up: true, Weight: 1}, false)
	reconcile(t, before)
	was := m.table()

	after := m.director()
	after.Configure(article004(t))
	if err := after.Resume(before.State()); err != nil {
		t.Fatal(err)
	}
	sent := m.kernel.Sent()
	if r := reconcile(t, after); !r.Empty() || m.table() != was || m.kernel.Sent() != sent {
		t.Fatalf("a restarted pulse did %v", r)
	}
	if v, ok := after.Verdict(lvs03); !ok || !v.Up || v.Weight != 1 {
		t.Errorf("adopted verdict %v, %v", v, ok)
	}
	if _, ok := after.Verdict(lvs04); ok {
		t.Error("a server that the kernel does not serve was adopted")
	}
}

// What the pulse before put there goes, where lvs.cf changed while none ran;
// what others put there stays.
func TestResumeRemovesWhatIsOursAlone(t *testing.T) {
	m := newMachine()
	before := m.director()
	before.Configure(article004(t))
	reconcile(t, before)
	m.apply(t, ipvs.AddService(ipvs.Service{Key: ipvs.FWMarkKey(81, false), Scheduler: "rr"}))
	text, err := json.Marshal(before.State())
	if err != nil {
		t.Fatal(err)
	}
	var state State
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	after := m.director()
	after.Configure(cluster(t, "primary = 192.0.2.1\n"))
	if err := after.Resume(state); err != nil {
		t.Fatal(err)
	}
	reconcile(t, after)
	if diff := cmp.Diff("-A -f 81 -s rr", m.table()); diff != "" {
		t.Errorf("the table (-want +got):\n%s", diff)
	}
	if got := m.sysctls["net.ipv4.ip_forward"]; got != "0" {
		t.Errorf("ip_forward is %s: nothing needs it any more", got)
	}
}

func TestForeignServicesStay(t *testing.T) {
	theirs := ipvs.Service{Key: ipvs.Key{Protocol: ipvs.TCP, Addr: netip.MustParseAddr("192.0.2.9"), Port: 25}, Scheduler: "rr"}
	for _, exclusive := range []bool{false, true} {
		m := newMachine()
		m.apply(t, ipvs.AddService(theirs))
		d := m.director()
		c := article004(t)
		c.Exclusive = exclusive
		d.Configure(c)
		reconcile(t, d)
		want := "-A -t 192.0.2.9:25 -s rr"
		if exclusive {
			want = ""
		}
		if err := d.Release(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, m.table()); diff != "" {
			t.Errorf("exclusive %v (-want +got):\n%s", exclusive, diff)
		}
	}
}

// Switching exclusive on says what goes before it goes, and switching it off
// saves what the kernel would not let go.
func TestExclusiveSwitched(t *testing.T) {
	m := newMachine()
	theirs := ipvs.FWMarkKey(81, false)
	m.apply(t, ipvs.AddService(ipvs.Service{Key: theirs, Scheduler: "rr"}))
	d := m.director()
	d.Configure(article004(t))
	reconcile(t, d)
	alone := article004(t)
	alone.Exclusive = true
	plan, err := d.Plan(alone)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan) != 1 || plan[0].String() != "- service fwmark 81" {
		t.Errorf("plan %v", plan)
	}
	m.kernel.Refuse = func(ipvs.Op) error { return ipvs.ErrBusy }
	d.Configure(alone)
	if _, err := d.Reconcile(); !is(err, ipvs.ErrBusy) {
		t.Errorf("error %v", err)
	}
	m.kernel.Refuse = nil
	d.Configure(article004(t))
	reconcile(t, d)
	if !strings.Contains(m.table(), "-A -f 81") {
		t.Errorf("with exclusive off again:\n%s", m.table())
	}
	d.Configure(alone)
	reconcile(t, d)
	if strings.Contains(m.table(), "-A -f 81") {
		t.Errorf("with exclusive on:\n%s", m.table())
	}
}

func TestStrayAddressesGo(t *testing.T) {
	m := newMachine()
	m.addresses.held = []vip.Held{
		{Address: vip.Address{Prefix: netip.MustParsePrefix("10.10.1.30/32"), Interface: "eth0", Label: "eth0:1"}},             // ours by the file
		{Address: vip.Address{Prefix: netip.MustParsePrefix("10.10.1.99/32"), Interface: "eth0", Label: "eth0:9"}, Ours: true}, // by our mark
		{Address: vip.Address{Prefix: netip.MustParsePrefix("10.10.1.31/24"), Interface: "eth0", Label: "eth0"}},               // the operator's
	}
	d := m.director()
	d.Configure(article004(t))
	reconcile(t, d)
	if got := m.addresses.String(); got != "[10.10.1.31/24 on eth0]" {
		t.Errorf("standing by with %s", got)
	}
}

func TestOneBadAddressDoesNotKeepTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		m.addresses.fail = map[string]error{"eth1": os.ErrPermission}
		d := m.director()
		d.Configure(article004(t))
		var up []vip.Address
		err := d.SetActive(true, func(part []vip.Address) { up = append(up, part...) })
		if !is(err, os.ErrPermission) || !strings.Contains(err.Error(), "10.8.8.30") {
			t.Errorf("error %v does not name the address", err)
		}
		if len(up) != 1 || up[0].Interface != "eth0" {
			t.Errorf("brought up %v", up)
		}
		if got := d.Degraded(); len(got) != 1 || !strings.Contains(got[0], "10.8.8.30") {
			t.Errorf("degraded: %v", got)
		}
		for range 20 {
			time.Sleep(500 * time.Millisecond)
			reconcile(t, d) // says it once
		}
		m.addresses.fail = nil
		time.Sleep(lastRetry)
		if r := reconcile(t, d); len(r.Raised) != 1 || len(d.Degraded()) > 0 {
			t.Errorf("raised %v, degraded %v", r.Raised, d.Degraded())
		}
	})
}

// What the kernel refuses does not keep the rest from being done, is said
// once, and tried again.
func TestRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		d := m.director()
		d.Configure(cluster(t, twoMarks))
		lacks := true
		m.kernel.Refuse = func(o ipvs.Op) error {
			if lacks && o.Key().FWMark == 2 {
				return ipvs.ErrNoScheduler
			}
			return nil
		}
		a := netip.MustParseAddr("192.0.2.11")
		d.Judge(ServerKey{ipvs.FWMarkKey(1, false), a, 80}, Verdict{Up: true, Weight: 1}, false)
		d.Judge(ServerKey{ipvs.FWMarkKey(2, false), a, 80}, Verdict{Up: true, Weight: 1}, false)
		_, err := d.Reconcile()
		if !is(err, ipvs.ErrNoScheduler) || strings.Count(err.Error(), "\n") != 0 {
			t.Errorf("error %v, want one line", err)
		}
		if diff := cmp.Diff("-A -f 1 -s rr\n-a -f 1 -r 192.0.2.11:80 -m -w 1", m.table()); diff != "" {
			t.Errorf("the other service (-want +got):\n%s", diff)
		}
		if got := d.Degraded(); len(got) != 1 || !strings.Contains(got[0], "fwmark 2") {
			t.Errorf("degraded: %v", got)
		}
		sent := m.kernel.Sent()
		reconcile(t, d)
		if n := m.kernel.Sent() - sent; n != 0 {
			t.Errorf("%d messages before the time for the next try", n)
		}
		time.Sleep(firstRetry)
		reconcile(t, d) // refused again, which was said
		lacks = false
		time.Sleep(lastRetry)
		if r := reconcile(t, d); len(r.Changes) != 2 || len(d.Degraded()) != 0 {
			t.Errorf("%v, degraded %v", steps(r.Changes), d.Degraded())
		}
	})
}

const twoMarks = `
primary = 192.0.2.1
virtual one {
 active = 1
 fwmark = 1
 scheduler = rr
 server a {
  address = 192.0.2.11
  active = 1
 }
}
virtual two {
 active = 1
 fwmark = 2
 scheduler = mh
 server a {
  address = 192.0.2.11
  active = 1
 }
}
`

// blindKernel cannot be read.
type blindKernel struct {
	*ipvs.Fake
	err error
}

func (b *blindKernel) Services() ([]ipvs.ServiceStatus, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.Fake.Services()
}

// A table that cannot be read is nothing to change, said once, and tried again.
func TestBlindAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		k := &blindKernel{m.kernel, errPermission}
		d := New(k, m.addresses, m.firewall, m.sysctls)
		d.Configure(article004(t))
		if _, err := d.Reconcile(); !is(err, os.ErrPermission) {
			t.Errorf("error %v", err)
		}
		if got := d.Degraded(); len(got) != 1 || !strings.Contains(got[0], "read the IPVS table") {
			t.Errorf("degraded: %v", got)
		}
		for range 10 {
			time.Sleep(500 * time.Millisecond)
			if _, err := d.Reconcile(); err != nil {
				t.Errorf("said again: %v", err)
			}
		}
		k.err = nil
		time.Sleep(lastRetry)
		reconcile(t, d)
		if m.table() == "" || len(d.Degraded()) > 0 {
			t.Errorf("table %q, degraded %v", m.table(), d.Degraded())
		}
	})
}

// A word on a server that lvs.cf does not have must not serve it later, when
// lvs.cf does.
func TestWordsOnStrangers(t *testing.T) {
	m := newMachine()
	d := m.director()
	c := article004(t)
	c.Services[0].Servers = c.Services[0].Servers[:1]
	d.Configure(c)
	d.Judge(lvs04, Verdict{Up: true, Weight: 1}, false)
	d.Configure(article004(t))
	reconcile(t, d)
	if strings.Contains(m.table(), "10.8.8.34") {
		t.Errorf("served without a probe:\n%s", m.table())
	}
}

// A router that is a real server of its own keeps that service out of its
// table while it stands by.
func TestLocalServiceFollowsTheRole(t *testing.T) {
	m := newMachine()
	d := m.director()
	c := article004(t)
	c.Services[0].Forward = ipvs.Direct
	c.SetLocal([]netip.Addr{lvs03.Addr})
	d.Configure(c)
	d.Judge(lvs03, Verdict{Up: true, Weight: 1}, false)
	reconcile(t, d)
	if m.table() != "" {
		t.Errorf("standing by:\n%s", m.table())
	}
	if err := d.SetActive(true, nil); err != nil {
		t.Fatal(err)
	}
	reconcile(t, d)
	if !strings.Contains(m.table(), "10.8.8.33:80 -g") {
		t.Errorf("active:\n%s", m.table())
	}
	if err := d.SetActive(false, nil); err != nil {
		t.Fatal(err)
	}
	reconcile(t, d)
	if m.table() != "" {
		t.Errorf("standing by again:\n%s", m.table())
	}
}
