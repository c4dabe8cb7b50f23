package director

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/vip"
)

// manyAddresses is a cluster of n floating addresses, and no more.
func manyAddresses(n int) *Cluster {
	c := &Cluster{}
	for i := range n {
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 20, byte(i >> 8), byte(i)}), 32)
		c.Addresses = append(c.Addresses, Floating{vip.Address{Prefix: prefix, Interface: "eth0", Label: "eth0:0"}, []string{"web"}})
	}
	return c
}

// The first addresses of many are there, and told, before the others; those
// that were there already come first of all. The list is read once.
func TestAddressesComeInParts(t *testing.T) {
	m := newMachine()
	d := m.director()
	c := manyAddresses(1000)
	d.Configure(c)
	m.addresses.held = []vip.Held{{Address: c.Addresses[7].Address, Ours: true}}
	c.Addresses[500].Interface = "eth1"
	m.addresses.fail = map[string]error{"eth1": errPermission}
	var parts []int
	there := make(map[vip.Address]bool)
	err := d.SetActive(true, func(part []vip.Address) {
		parts = append(parts, len(part))
		for _, a := range part {
			there[a] = true
		}
		if len(m.addresses.held) != len(there) {
			t.Errorf("%d addresses are up, %d were told", len(m.addresses.held), len(there))
		}
	})
	if !is(err, errPermission) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]int{1, 16, 64, 256, 511, 151}, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if m.addresses.reads != 1 {
		t.Errorf("the list was read %d times", m.addresses.reads)
	}
	if err := d.SetActive(false, nil); err != nil || len(m.addresses.held) > 0 || m.addresses.reads != 2 {
		t.Errorf("%v, %d addresses left, %d reads", err, len(m.addresses.held), m.addresses.reads)
	}
}

// A role is taken and given up though the list cannot be read.
func TestRoleWithoutTheList(t *testing.T) {
	m := newMachine()
	d := m.director()
	d.Configure(manyAddresses(20))
	m.addresses.blind = errors.New("list addresses: dump was interrupted")
	told := 0
	for range 2 {
		err := d.SetActive(true, func(part []vip.Address) { told += len(part) })
		if err == nil || len(m.addresses.held) != 20 {
			t.Fatalf("%v, %d addresses", err, len(m.addresses.held))
		}
	}
	if told != 40 {
		t.Errorf("told of %d", told)
	}
	if err := d.SetActive(false, nil); err == nil || len(m.addresses.held) > 0 {
		t.Fatalf("%v, %d addresses", err, len(m.addresses.held))
	}
	m.addresses.blind = nil
	if r := reconcile(t, d); len(r.Raised) > 0 || len(d.Degraded()) > 0 {
		t.Errorf("raised %v, degraded %v", r.Raised, d.Degraded())
	}
}

// A takeover does not wait for a table that is being written.
func TestRoleDoesNotWaitForTheTable(t *testing.T) {
	m := newMachine()
	d := m.director()
	d.Configure(manyAddresses(3))
	d.mu.Lock() // as a long Reconcile has it
	defer d.mu.Unlock()
	if err := d.SetActive(true, nil); err != nil || len(m.addresses.held) != 3 {
		t.Errorf("%v, %v", err, m.addresses)
	}
}

// BenchmarkSetActive is the director's own part of a takeover and its end.
func BenchmarkSetActive(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := New(nil, noAddresses{}, nil, nil)
			d.Configure(manyAddresses(n))
			for b.Loop() {
				if err := d.SetActive(true, func([]vip.Address) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// noAddresses take no time.
type noAddresses struct{}

func (noAddresses) Addresses() ([]vip.Held, error)       { return nil, nil }
func (noAddresses) AddAll(list []vip.Address) []error    { return make([]error, len(list)) }
func (noAddresses) RemoveAll(list []vip.Address) []error { return make([]error, len(list)) }
