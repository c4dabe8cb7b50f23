package director

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"testing"

	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

func cluster(t *testing.T, text string) *Cluster {
	t.Helper()
	cfg, problems := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatal(problems.Err())
	}
	c, err := NewCluster(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func article004(t *testing.T) *Cluster {
	t.Helper()
	text, err := os.ReadFile("testdata/article004.cf")
	if err != nil {
		t.Fatal(err)
	}
	return cluster(t, string(text))
}

var (
	mark80 = ipvs.FWMarkKey(80, false)
	lvs03  = ServerKey{mark80, netip.MustParseAddr("10.8.8.33"), 80}
	lvs04  = ServerKey{mark80, netip.MustParseAddr("10.8.8.34"), 80}
)

func TestArticle004(t *testing.T) {
	kernel, addresses := ipvs.NewFake(), &fakeAddresses{}
	d := New(kernel, addresses)
	d.Configure(article004(t))
	reconcile(t, d)
	const service = "-A -f 80 -s wlc -p 30"
	if got := strings.TrimSpace(kernel.String()); got != service {
		t.Errorf("before the first verdict:\n%s\nwant only the service:\n%s", got, service)
	}
	if got := addresses.String(); got != "[]" {
		t.Errorf("standing by, yet holding %s", got)
	}

	d.Judge(lvs03, Verdict{Up: true, Weight: 1})
	d.Judge(lvs04, Verdict{Up: true, Weight: 1})
	reconcile(t, d)
	const full = service + "\n-a -f 80 -r 10.8.8.33:80 -m -w 1\n-a -f 80 -r 10.8.8.34:80 -m -w 1"
	if got := strings.TrimSpace(kernel.String()); got != full {
		t.Errorf("both up:\n%s\nwant:\n%s", got, full)
	}

	up, err := d.SetActive(true)
	if err != nil || len(up) != 2 {
		t.Fatalf("SetActive: %v, %v", up, err)
	}
	const both = "[10.10.1.30/32 on eth0:1 10.8.8.30/24 on eth1:0]"
	if got := addresses.String(); got != both {
		t.Errorf("active with %s, want %s", got, both)
	}

	d.Judge(lvs03, Verdict{Up: false})
	reconcile(t, d)
	if got := kernel.String(); strings.Contains(got, "10.8.8.33") {
		t.Errorf("a dead server is still there:\n%s", got)
	}
	if ch := reconcile(t, d); len(ch.Ops) > 0 {
		t.Errorf("a second pass changed %v", ch.Ops)
	}
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
	if kernel.String() != "" || addresses.String() != "[]" {
		t.Errorf("left behind: %s %s", kernel, addresses)
	}
}

func reconcile(t *testing.T, d *Director) Change {
	t.Helper()
	ch, err := d.Reconcile()
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// A nanny writes its weight before pulse hears of it: the first pass that
// sees it must leave it alone, the second puts it right if no word came.
func TestWeightsGetASecondLook(t *testing.T) {
	kernel := ipvs.NewFake()
	d := New(kernel, &fakeAddresses{})
	d.Configure(article004(t))
	d.Judge(lvs03, Verdict{Up: true, Weight: 1})
	reconcile(t, d)
	fresh := ipvs.SetDestination(mark80, ipvs.Destination{Addr: lvs03.Addr, Port: 80, Weight: 7})
	if err := kernel.Apply([]ipvs.Op{fresh}); err != nil {
		t.Fatal(err)
	}
	if ch := reconcile(t, d); len(ch.Ops) != 0 {
		t.Fatalf("the first pass fought a fresh weight: %v", ch.Ops)
	}
	if ch := reconcile(t, d); len(ch.Ops) != 1 {
		t.Fatalf("the second pass left a strange weight: %v", ch.Ops)
	}
}

func TestAdoptLeavesTheTableAlone(t *testing.T) {
	kernel := ipvs.NewFake()
	before := New(kernel, &fakeAddresses{})
	before.Configure(article004(t))
	before.Judge(lvs03, Verdict{Up: true, Weight: 1})
	reconcile(t, before)
	was := kernel.String()

	after := New(kernel, &fakeAddresses{})
	after.Configure(article004(t))
	if err := after.Adopt(); err != nil {
		t.Fatal(err)
	}
	if ch := reconcile(t, after); len(ch.Ops) != 0 || kernel.String() != was {
		t.Fatalf("a restarted pulse changed %v", ch.Ops)
	}
	if v, ok := after.Verdict(lvs03); !ok || !v.Up || v.Weight != 1 {
		t.Errorf("adopted verdict %v, %v", v, ok)
	}
	if _, ok := after.Verdict(lvs04); ok {
		t.Error("a server that the kernel does not serve was adopted")
	}
}

func TestForeignServicesStay(t *testing.T) {
	kernel := ipvs.NewFake()
	theirs := ipvs.Service{Key: ipvs.Key{Protocol: ipvs.TCP, Addr: netip.MustParseAddr("192.0.2.9"), Port: 25}, Scheduler: "rr", Netmask: 32}
	if err := kernel.Apply([]ipvs.Op{ipvs.AddService(theirs)}); err != nil {
		t.Fatal(err)
	}
	d := New(kernel, &fakeAddresses{})
	d.Configure(article004(t))
	reconcile(t, d)
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(kernel.String()); got != "-A -t 192.0.2.9:25 -s rr" {
		t.Errorf("the table is now %q", got)
	}
}

func TestStrayAddressesGo(t *testing.T) {
	addresses := &fakeAddresses{held: []vip.Held{
		{Address: vip.Address{Prefix: netip.MustParsePrefix("10.10.1.30/32"), Interface: "eth0", Label: "eth0:1"}},             // ours by the file
		{Address: vip.Address{Prefix: netip.MustParsePrefix("10.10.1.99/32"), Interface: "eth0", Label: "eth0:9"}, Ours: true}, // by our mark
		{Address: vip.Address{Prefix: netip.MustParsePrefix("10.10.1.31/24"), Interface: "eth0", Label: "eth0"}},               // the operator's
	}}
	d := New(ipvs.NewFake(), addresses)
	d.Configure(article004(t))
	reconcile(t, d)
	if got := addresses.String(); got != "[10.10.1.31/24 on eth0]" {
		t.Errorf("standing by with %s", got)
	}
}

func TestOneBadAddressDoesNotKeepTheOthers(t *testing.T) {
	addresses := &fakeAddresses{fail: map[string]error{"eth1": os.ErrPermission}}
	d := New(ipvs.NewFake(), addresses)
	d.Configure(article004(t))
	up, err := d.SetActive(true)
	if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "10.8.8.30") {
		t.Errorf("error %v does not name the address", err)
	}
	if len(up) != 1 || up[0].Interface != "eth0" {
		t.Errorf("brought up %v", up)
	}
}

const twoServers = `
primary = 192.0.2.1
network = direct
virtual web {
 active = 1
 address = 192.0.2.100 eth0:1
 port = 80
 scheduler = rr
 quiesce_server = %QUIESCE%
 sorry_server = 192.0.2.200
 server a {
  address = 192.0.2.11
  active = 1
 }
 server b {
  address = 192.0.2.12
  active = %B%
 }
}
`

func TestDesired(t *testing.T) {
	key := ipvs.Key{Protocol: ipvs.TCP, Addr: netip.MustParseAddr("192.0.2.100"), Port: 80}
	a := ServerKey{key, netip.MustParseAddr("192.0.2.11"), 80}
	b := ServerKey{key, netip.MustParseAddr("192.0.2.12"), 80}
	up, down := Verdict{Up: true, Weight: 1}, Verdict{}
	tests := []struct {
		name       string
		quiesce, b string
		verdicts   Verdicts
		want       string
	}{
		{"untried", "0", "1", nil, ""},
		{"one up", "0", "1", Verdicts{a: up}, "192.0.2.11:80 w1"},
		{"one up, one down", "0", "1", Verdicts{a: up, b: down}, "192.0.2.11:80 w1"},
		{"quiesced", "1", "1", Verdicts{a: up, b: down}, "192.0.2.11:80 w1, 192.0.2.12:80 w0"},
		{"inactive in the file", "0", "0", Verdicts{a: up, b: up}, "192.0.2.11:80 w1"},
		{"sorry", "0", "1", Verdicts{a: down, b: down}, "192.0.2.200:80 w1"},
		{"sorry beside quiesced", "1", "1", Verdicts{a: down, b: down}, "192.0.2.11:80 w0, 192.0.2.12:80 w0, 192.0.2.200:80 w1"},
		{"no sorry while one is untried", "0", "1", Verdicts{a: down}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.NewReplacer("%QUIESCE%", tt.quiesce, "%B%", tt.b).Replace(twoServers)
			table := Desired(cluster(t, text), tt.verdicts, nil)
			var got []string
			for _, at := range sortedAddrs(table[key].Destinations) {
				d := table[key].Destinations[at]
				if d.Forward != ipvs.Direct {
					t.Errorf("%s forwards by %v", at, d.Forward)
				}
				got = append(got, at.String()+" w"+string(rune('0'+d.Weight)))
			}
			if g := strings.Join(got, ", "); g != tt.want {
				t.Errorf("got %q, want %q", g, tt.want)
			}
		})
	}
}

// TestDiffConverges turns random tables into others: applying the plan must
// always end at what was wanted, and a second plan be empty.
func TestDiffConverges(t *testing.T) {
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		kernel := ipvs.NewFake()
		from, to := randomTable(rnd), randomTable(rnd)
		ours := make(map[ipvs.Key]bool)
		for k := range from {
			ours[k] = true
		}
		for _, step := range []Table{from, to} {
			actual, err := ReadTable(kernel)
			if err != nil {
				t.Fatal(err)
			}
			if err := kernel.Apply(Diff(actual, step, ours)); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		actual, err := ReadTable(kernel)
		if err != nil {
			t.Fatal(err)
		}
		if again := Diff(actual, to, ours); len(again) > 0 {
			t.Fatalf("seed %d: not there yet: %v", seed, again)
		}
		for k := range actual {
			if _, wanted := to[k]; !wanted {
				t.Fatalf("seed %d: %v was left", seed, k)
			}
		}
	}
}

func randomTable(rnd *rand.Rand) Table {
	t := make(Table)
	for i := range 4 {
		if rnd.IntN(2) == 0 {
			continue
		}
		k := ipvs.Key{Protocol: ipvs.TCP, Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Port: 80}
		if i == 3 {
			k = ipvs.FWMarkKey(7, false)
		}
		e := Entry{
			Service:      ipvs.Service{Key: k, Scheduler: []string{"rr", "wlc"}[rnd.IntN(2)], Netmask: 32},
			Destinations: make(map[netip.AddrPort]ipvs.Destination),
		}
		for j := range 4 {
			if rnd.IntN(2) == 0 {
				continue
			}
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(j)})
			e.Destinations[netip.AddrPortFrom(a, 80)] = ipvs.Destination{Addr: a, Port: 80, Weight: rnd.Uint32N(3)}
		}
		t[k] = e
	}
	return t
}

type namesOnly map[string][]netip.Addr

func (n namesOnly) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if a, ok := n[host]; ok {
		return a, nil
	}
	return nil, errors.New("no such host")
}

func TestNames(t *testing.T) {
	text := strings.Replace(twoServers, "address = 192.0.2.11", "address = web1.example.com", 1)
	text = strings.NewReplacer("%QUIESCE%", "0", "%B%", "1").Replace(text)
	cfg, problems := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatal(problems.Err())
	}
	later, first := netip.MustParseAddr("192.0.2.99"), netip.MustParseAddr("192.0.2.13")
	c, err := NewCluster(t.Context(), cfg, namesOnly{"web1.example.com": {later, first}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Services[0].Servers[0].Addr; got != first {
		t.Errorf("resolved to %v: both routers must choose the smallest, %v", got, first)
	}
	_, err = NewCluster(t.Context(), cfg, namesOnly{})
	if err == nil || !strings.Contains(err.Error(), `virtual web: server a: host name "web1.example.com"`) {
		t.Errorf("error %v does not say where", err)
	}
}

// A virtual that lives by its firewall mark alone needs no address.
func TestMarkWithoutAddress(t *testing.T) {
	text := "primary = 192.0.2.1\nvirtual all {\n active = 1\n fwmark = 5\n server a {\n  address = 192.0.2.11\n  active = 1\n }\n}\n"
	kernel := ipvs.NewFake()
	d := New(kernel, &fakeAddresses{})
	c := cluster(t, text)
	if len(c.Addresses) != 0 {
		t.Errorf("addresses %v", c.Addresses)
	}
	d.Configure(c)
	d.Judge(ServerKey{ipvs.FWMarkKey(5, false), netip.MustParseAddr("192.0.2.11"), 80}, Verdict{Up: true, Weight: 1})
	reconcile(t, d)
	const want = "-A -f 5 -s wlc\n-a -f 5 -r 192.0.2.11:80 -m -w 1"
	if got := strings.TrimSpace(kernel.String()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
