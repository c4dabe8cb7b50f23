package vip

import (
	"errors"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestOnLink(t *testing.T) {
	has := func(prefix, iface string) entry { return entry{Held: Held{Address: at(prefix, iface)}} }
	ours := has("10.10.1.30/28", "eth0")
	ours.Ours = true
	tentative := has("2001:db8::5/112", "eth1")
	tentative.message.Flags = unix.IFA_F_TENTATIVE
	table := []entry{
		has("127.0.0.1/8", "lo"), has("10.10.1.2/24", "eth0"), has("10.10.1.3/24", "eth0"), ours, has("10.10.1.31/28", "eth0"),
		has("10.10.0.2/16", "eth1"), has("10.30.0.1/32", "eth1"),
		has("2001:db8::2/64", "eth1"), tentative, has("fe80::2/64", "eth0"), has("fe80::2/64", "eth1"),
	}
	tests := []struct {
		to, iface, from string
	}{
		{"10.10.1.1", "eth0", "10.10.1.2"},
		{"10.10.1.17", "eth0", "10.10.1.2"}, // those that float are nearer
		{"10.10.9.1", "eth1", "10.10.0.2"},
		{"10.30.0.2", "", ""},
		{"192.0.2.1", "", ""},
		{"2001:db8::1", "eth1", "2001:db8::2"},
		{"fe80::1%eth1", "eth1", "fe80::2"},
		{"fe80::1%eth2", "", ""},
	}
	for _, tt := range tests {
		e, ok, err := onLink(table, ip(tt.to), []netip.Addr{ip("10.10.1.31")})
		from := ""
		if ok {
			from = e.Prefix.Addr().String()
		}
		if err != nil || e.Interface != tt.iface || from != tt.from {
			t.Errorf("%s: %s on %q, %v; want %s on %q", tt.to, from, e.Interface, err, tt.from, tt.iface)
		}
	}
	if _, _, err := onLink(table, ip("10.10.1.30"), nil); !errors.Is(err, ErrOwn) {
		t.Errorf("this router's own: %v", err)
	}
	if _, _, err := onLink(table, ip("fe80::1"), nil); err == nil {
		t.Error("a link-local address on any link")
	}
}

func TestCheckWords(t *testing.T) {
	for _, want := range []Check{CheckAuto, CheckARP, CheckPing} {
		if got, err := ParseCheck(want.String()); got != want || err != nil {
			t.Errorf("%s: %v, %v", want, got, err)
		}
	}
	if _, err := ParseCheck("icmp"); words(err) != `"icmp" is neither auto, arp nor ping` {
		t.Errorf("icmp: %v", err)
	}
}
