package main

import (
	"log/slog"
	"net/netip"
	"slices"
	"testing"

	"pacu/director"
	"pacu/ipvs"
	"pacu/lvscf"
	"pacu/vip"
)

// fakeAddresses are those of a machine without any of its own.
type fakeAddresses struct{ held []vip.Held }

func (f *fakeAddresses) Addresses() ([]vip.Held, error) { return slices.Clone(f.held), nil }

func (f *fakeAddresses) AddAll(list []vip.Address) []error {
	for _, a := range list {
		f.held = append(f.held, vip.Held{Address: a, Ours: true})
	}
	return make([]error, len(list))
}

func (f *fakeAddresses) RemoveAll(list []vip.Address) []error {
	f.held = slices.DeleteFunc(f.held, func(h vip.Held) bool { return slices.Contains(list, h.Address) })
	return make([]error, len(list))
}

// TestKeeperTellsOfDrift takes an address away: it is put right, and told even
// when a real server fails at that moment, but not where it was asked for.
func TestKeeperTellsOfDrift(t *testing.T) {
	cluster, err := director.NewCluster(t.Context(), &lvscf.Config{Virtuals: []lvscf.Virtual{{
		Name: "web", Active: true, Protocol: "tcp", Port: 80, Forward: lvscf.Direct, Scheduler: "rr",
		VIP: lvscf.Floating{Addr: netip.MustParseAddr("10.0.0.200"), Device: "eth0:1"},
	}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	addresses := &fakeAddresses{}
	d := director.New(ipvs.NewFake(), addresses, noFirewall{}, noSysctls{made: make(map[string]string)})
	d.Configure(cluster)
	raised := 0
	k := &keeper{
		director: d, events: newJournal(slog.New(slog.DiscardHandler)), due: make(chan struct{}, 1), asked: make(map[chan result]bool),
		raised: func() { raised++ }, held: func([]netip.Addr) {}, save: func() {}, sent: func() uint64 { return 0 },
	}
	if err := d.SetActive(true, nil); err != nil {
		t.Fatal(err)
	}
	k.pass()
	for i, tt := range []struct {
		name  string
		calls func()
		told  uint64
	}{
		{"the kernel says that addresses changed", k.look, 1},
		{"and a server fails", func() { k.look(); k.kick() }, 2},
		{"it was refused before", func() { k.expect(); k.kick() }, 2},
	} {
		addresses.held = nil
		d.Stir(false)
		tt.calls()
		k.pass()
		if len(addresses.held) != 1 || raised != i+1 {
			t.Errorf("%s: %d addresses are up, %d times announced", tt.name, len(addresses.held), raised)
		}
		if got := k.drifted().Repairs; got != tt.told {
			t.Errorf("%s: %d repairs are told, want %d", tt.name, got, tt.told)
		}
	}
}
