package vip

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"

	"pacu/lab"
)

func TestProbe(t *testing.T) {
	got := arpPacket(arpRequest, net.HardwareAddr{2, 0, 0, 0, 0, 1}, netip.Addr{}, nil, ip("10.0.0.9"))
	want := []byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 9}
	if !slices.Equal(got, want) {
		t.Errorf("% x\nwant % x", got, want)
	}
	if _, ok := ownerIn(got); ok {
		t.Error("a probe is taken for an answer")
	}
}

// FuzzOwnerIn reads whatever neighbours send; what answers passes the filter.
func FuzzOwnerIn(f *testing.F) {
	answer := arpPacket(arpReply, net.HardwareAddr{2, 0, 0, 0, 0, 1}, ip("10.0.0.9"), nil, ip("0.0.0.0"))
	if o, ok := ownerIn(answer); !ok || o.Address != ip("10.0.0.9") || o.HardwareAddr.String() != "02:00:00:00:00:01" {
		f.Errorf("an answer is none: %v, %t", o, ok)
	}
	f.Add(answer)
	f.Add([]byte{0, 1})
	filter := ownersFilter()
	f.Fuzz(func(t *testing.T, b []byte) {
		o, ok := ownerIn(b)
		if ok != o.Address.IsValid() || ok && (len(o.HardwareAddr) != 6 || !o.Address.Is4()) {
			t.Errorf("%x: %v, %t", b, o, ok)
		}
		if ok && !filtered(t, filter, b) {
			t.Errorf("%x: an answer that the filter refuses", b)
		}
	})
}

// TestKernelWhoHas asks two neighbours, of whom one keeps silent.
func TestKernelWhoHas(t *testing.T) {
	if err := lab.Check(); err != nil {
		t.Skip(err)
	}
	n := lab.New("who")
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	lan := n.Switch("lan")
	one, two, three := n.Host("one"), n.Host("two"), n.Host("three")
	one.Plug(lan, "eth0", "10.77.0.1/24")
	two.Plug(lan, "eth0", "10.77.0.2/24")
	three.Plug(lan, "eth0", "10.77.0.3/24")
	for _, h := range []*lab.Host{two, three} {
		h.Address("lo", "10.77.0.100/32")
	}
	three.Sysctl("net.ipv4.conf.all.arp_ignore", "1")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	asks := func(ctx context.Context, iface string, addrs ...netip.Addr) (owners []Owner, err error) {
		err = one.Do(func() (err error) {
			owners, err = WhoHas(ctx, iface, addrs)
			return err
		})
		return owners, err
	}
	ready, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	for _, a := range []netip.Addr{ip("10.77.0.2"), ip("10.77.0.3")} {
		if err := one.Do(func() error { return Ask(ready, "eth0", ip("10.77.0.1"), a) }); err != nil {
			t.Fatal(err)
		}
	}
	found, err := asks(t.Context(), "eth0", ip("10.77.0.100"), ip("10.77.0.2"), ip("10.77.0.3"), ip("10.77.0.9"), ip("10.77.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	macs := map[string]string{}
	for _, o := range found {
		if macs[o.Address.String()] != "" {
			t.Errorf("%v answered twice", o)
		}
		macs[o.Address.String()] = o.HardwareAddr.String()
	}
	if len(macs) != 3 || macs["10.77.0.100"] != macs["10.77.0.2"] || macs["10.77.0.3"] == "" {
		t.Errorf("answers: %v", found)
	}
	for iface, want := range map[string]error{"lo": ErrNoNeighbours, "eth9": ErrNoInterface} {
		if _, err := asks(t.Context(), iface, ip("10.77.0.2")); !errors.Is(err, want) {
			t.Errorf("on %s: %v, want %v", iface, err, want)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := asks(ended, "eth0", ip("10.77.0.2")); !errors.Is(err, context.Canceled) {
		t.Errorf("no time to ask: %v", err)
	}
}
