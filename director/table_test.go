package director

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
	"pacu/lvscf"
)

var allPorts = []lvscf.PortRange{{First: 1, Last: 65535}}

func sortEntry(e *Entry) { slices.SortFunc(e.Destinations, compare) }

func entry(scheduler string, ds ...ipvs.Destination) *Entry {
	e := &Entry{Service: ipvs.Service{Key: webKey, Scheduler: scheduler}.Canonical(), Destinations: ds}
	sortEntry(e)
	return e
}

func destination(a netip.AddrPort, weight uint32) ipvs.Destination {
	return ipvs.Destination{Addr: a.Addr(), Port: a.Port(), Weight: weight}
}

func TestBetween(t *testing.T) {
	tunnelled := ipvs.Destination{Addr: addrA.Addr(), Port: 80, Weight: 1, Forward: ipvs.Tunnel, Tunnel: ipvs.Encap{Type: ipvs.GUE, Port: 6080, Flags: ipvs.Checksum}}
	limited := destination(addrB, 1)
	limited.Upper, limited.Lower = 10, 5
	persistent := entry("rr")
	persistent.Service.Flags, persistent.Service.Timeout, persistent.Service.Netmask = ipvs.Persistent|ipvs.OnePacket, 30*time.Second, 24
	idle := entry("rr") // what the kernel keeps of a persistence that was switched off
	idle.Service.Timeout, idle.Service.Netmask = 30*time.Second, 24
	tests := []struct {
		name     string
		is, want *Entry
		steps    []string
	}{
		{"nothing to nothing", nil, nil, nil},
		{"new", nil, entry("rr", destination(addrA, 1), tunnelledTo(addrB)), []string{
			"+ service tcp 192.0.2.100:80 of web rr", "+ 192.0.2.11:80 in web weight 1", "+ 192.0.2.12:80 in web weight 1 tunnel gre csum",
		}},
		{"gone", entry("rr", destination(addrA, 1)), nil, []string{"- service tcp 192.0.2.100:80 of web"}},
		{"the same", entry("rr", destination(addrA, 1)), entry("rr", destination(addrA, 1)), nil},
		{"another scheduler", entry("rr"), entry("wlc"), []string{"~ service tcp 192.0.2.100:80 of web wlc (was rr)"}},
		{"persistent", entry("rr"), persistent, []string{"~ service tcp 192.0.2.100:80 of web rr persistent 30 netmask /24 one_packet (was rr)"}},
		{"not persistent", entry("rr"), idle, nil},
		{"one weight", entry("rr", destination(addrA, 1), destination(addrB, 1)), entry("rr", destination(addrA, 1), destination(addrB, 2)), []string{"~ 192.0.2.12:80 in web weight 2 (was weight 1)"}},
		{"another way", entry("rr", destination(addrA, 1)), entry("rr", tunnelled), []string{"~ 192.0.2.11:80 in web tunnel gue 6080 csum (was masquerade)"}},
		{"limits", entry("rr", destination(addrB, 2)), entry("rr", limited), []string{"~ 192.0.2.12:80 in web weight 1 at most 10 connections, again below 5 (was weight 2 no limit)"}},
		{
			"comes before goes", entry("rr", destination(addrA, 1), destination(addrB, 1)), entry("rr", destination(addrB, 2), destination(addrC, 1)),
			[]string{"+ 192.0.2.13:80 in web weight 1", "~ 192.0.2.12:80 in web weight 2 (was weight 1)", "- 192.0.2.11:80 in web"},
		},
		{
			"the same address, other ports",
			entry("rr", destination(addrA, 1), ipvs.Destination{Addr: addrA.Addr(), Port: 443, Weight: 1}),
			entry("rr", ipvs.Destination{Addr: addrA.Addr(), Weight: 1}, destination(addrA, 1)),
			[]string{"+ 192.0.2.11 in web weight 1", "- 192.0.2.11:443 in web"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l changes
			l.between(web(), tt.is, tt.want)
			if diff := cmp.Diff(tt.steps, steps(l.inOrder())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if l.empty() != (len(tt.steps) == 0) {
				t.Error("empty says otherwise")
			}
		})
	}
}

func tunnelledTo(a netip.AddrPort) ipvs.Destination {
	d := destination(a, 1)
	d.Forward, d.Tunnel = ipvs.Tunnel, ipvs.Encap{Type: ipvs.GRE, Flags: ipvs.Checksum}
	return d
}

// TestBetweenConverges turns random services into others: the changes must
// always end at what was wanted, and then be none.
func TestBetweenConverges(t *testing.T) {
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		kernel := ipvs.NewFake()
		var is *Entry
		for range 3 {
			want := randomEntry(rnd)
			var l changes
			l.between(nil, is, want)
			var ops []ipvs.Op
			for _, c := range l.inOrder() {
				ops = append(ops, c.Op())
			}
			if err := kernel.Apply(ops); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			is = readEntry(t, kernel)
			var again changes
			again.between(nil, is, want)
			if !again.empty() {
				t.Fatalf("seed %d: not there yet: %v", seed, steps(again.inOrder()))
			}
		}
	}
}

func randomEntry(rnd *rand.Rand) *Entry {
	if rnd.IntN(4) == 0 {
		return nil
	}
	e := entry([]string{"rr", "wlc"}[rnd.IntN(2)])
	for j := range 6 {
		if rnd.IntN(2) == 0 {
			continue
		}
		a := netip.AddrFrom4([4]byte{10, 0, 0, byte(j / 2)})
		e.Destinations = append(e.Destinations, ipvs.Destination{Addr: a, Port: uint16(80 + j%2), Weight: rnd.Uint32N(3), Upper: rnd.Uint32N(2)})
	}
	sortEntry(e)
	return e
}

func readEntry(t *testing.T, kernel *ipvs.Fake) *Entry {
	t.Helper()
	d := New(kernel, nil, nil, nil)
	all, err := kernel.Services()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return nil
	}
	e, _, err := d.read(all[0].Service)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestFind(t *testing.T) {
	e := entry("rr", destination(addrB, 2), destination(addrA, 1))
	for a, want := range map[netip.AddrPort]string{addrA: "&1", addrB: "&2", addrC: "none"} {
		got := "none"
		if d := e.find(a); d != nil {
			got = fmt.Sprintf("&%d", d.Weight)
		}
		if got != want {
			t.Errorf("%v: %s, want %s", a, got, want)
		}
	}
	if (*Entry)(nil).find(addrA) != nil {
		t.Error("something in nothing")
	}
}
