package director

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pacu/firewall"
	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// A machine is one router's kernel, in memory.
type machine struct {
	kernel    *ipvs.Fake
	addresses *fakeAddresses
	firewall  *fakeFirewall
	sysctls   fakeSysctls
}

func newMachine() *machine {
	return &machine{ipvs.NewFake(), &fakeAddresses{}, &fakeFirewall{}, newSysctls()}
}

func (m *machine) director() *Director { return New(m.kernel, m.addresses, m.firewall, m.sysctls) }

// table is the IPVS table as ipvsadm -Sn has it.
func (m *machine) table() string { return strings.TrimSpace(m.kernel.String()) }

func (m *machine) apply(t testing.TB, ops ...ipvs.Op) {
	t.Helper()
	if err := m.kernel.Apply(ops); err != nil {
		t.Fatal(err)
	}
}

// fakeAddresses are one machine's addresses, in memory.
type fakeAddresses struct {
	held  []vip.Held
	fail  map[string]error // by interface
	blind error            // of reading
	reads int
}

func (f *fakeAddresses) Addresses() ([]vip.Held, error) {
	f.reads++
	return slices.Clone(f.held), f.blind
}

func (f *fakeAddresses) AddAll(addrs []vip.Address) []error {
	errs := make([]error, len(addrs))
	for i, a := range addrs {
		if err := f.fail[a.Interface]; err != nil {
			errs[i] = fmt.Errorf("add %s: %w", a, err)
			continue
		}
		if !slices.ContainsFunc(f.held, func(h vip.Held) bool { return h.Address == a }) {
			f.held = append(f.held, vip.Held{Address: a, Ours: true})
		}
	}
	return errs
}

func (f *fakeAddresses) RemoveAll(addrs []vip.Address) []error {
	errs := make([]error, len(addrs))
	for i, a := range addrs {
		if err := f.fail[a.Interface]; err != nil {
			errs[i] = fmt.Errorf("remove %s: %w", a, err)
			continue
		}
		f.held = slices.DeleteFunc(f.held, func(h vip.Held) bool { return h.Address == a })
	}
	return errs
}

func (f *fakeAddresses) String() string {
	var list []string
	for _, h := range f.held {
		list = append(list, h.String())
	}
	slices.Sort(list)
	return fmt.Sprint(list)
}

// fakeFirewall holds the last ruleset it was given.
type fakeFirewall struct {
	rules   firewall.Ruleset
	altered bool  // others changed it
	fail    error // of Replace
	puts    int
}

func (f *fakeFirewall) Replace(r firewall.Ruleset) error {
	if f.fail != nil {
		return f.fail
	}
	f.rules, f.altered = r, false
	f.puts++
	return nil
}

func (f *fakeFirewall) Intact() (bool, error) { return !f.altered, nil }

func (f *fakeFirewall) Remove() error {
	f.rules, f.altered = firewall.Ruleset{}, false
	return nil
}

func (f *fakeFirewall) Hold([]firewall.Hold) error { return nil }
func (f *fakeFirewall) Release() error             { return nil }

// fakeSysctls are settings by name; one that is not there is not the kernel's.
type fakeSysctls map[string]string

func newSysctls() fakeSysctls {
	return fakeSysctls{
		"net.ipv4.ip_forward": "0", "net.ipv6.conf.all.forwarding": "0",
		"net.ipv4.conf.all.arp_ignore": "0", "net.ipv4.conf.all.arp_announce": "0",
		"net.ipv4.vs.expire_nodest_conn": "0", "net.ipv4.vs.conntrack": "0",
		"net.ipv4.vs.expire_quiescent_template": "0", "net.ipv4.vs.sloppy_tcp": "0",
		"net.ipv4.vs.backup_only": "0", "net.ipv4.vs.run_estimation": "1",
		"net.ipv4.vs.sync_threshold": "3\t50", "net.ipv4.vs.sync_refresh_period": "0",
	}
}

func (f fakeSysctls) Read(name string) (string, error) {
	v, ok := f[name]
	if !ok {
		return "", fmt.Errorf("sysctl %s: %w", name, os.ErrNotExist)
	}
	return v, nil
}

func (f fakeSysctls) Write(name, value string) error {
	if _, err := f.Read(name); err != nil {
		return err
	}
	f[name] = strings.ReplaceAll(value, " ", "\t")
	return nil
}

func (f fakeSysctls) clone() fakeSysctls { return maps.Clone(f) }

var errPermission = fmt.Errorf("the test says no: %w", os.ErrPermission)

// cluster reads an lvs.cf.
func cluster(t testing.TB, text string) *Cluster {
	t.Helper()
	cfg, problems := lvscf.Read("lvs.cf", []byte(text))
	if cfg == nil {
		t.Fatalf("%v\n%s", problems.Err(), text)
	}
	c, err := NewCluster(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func article004(t testing.TB) *Cluster {
	t.Helper()
	text, err := os.ReadFile("testdata/article004.cf")
	if err != nil {
		t.Fatal(err)
	}
	return cluster(t, string(text))
}

func reconcile(t testing.TB, d *Director) Result {
	t.Helper()
	r, err := d.Reconcile()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func look(t testing.TB, d *Director) []string {
	t.Helper()
	found, err := d.Look(longLook)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// steps are the changes in words.
func steps(changes []Change) []string {
	var words []string
	for _, c := range changes {
		words = append(words, c.Step().String())
	}
	return words
}

func is(err, target error) bool { return errors.Is(err, target) }
