package vip

import (
	"net/netip"
	"testing"
)

func TestSplitDevice(t *testing.T) {
	tests := []struct{ device, iface, label string }{
		{"eth0:1", "eth0", "eth0:1"},
		{"eth2", "eth2", "eth2"},
		{"bond0.80:web", "bond0.80", "bond0.80:web"},
		{"eth0:1:2", "eth0", "eth0:1:2"},
		{"", "", ""},
	}
	for _, tt := range tests {
		if iface, label := SplitDevice(tt.device); iface != tt.iface || label != tt.label {
			t.Errorf("SplitDevice(%q) = %q, %q, want %q, %q", tt.device, iface, label, tt.iface, tt.label)
		}
	}
}

func TestAddressString(t *testing.T) {
	tests := []struct {
		a    Address
		want string
	}{
		{at("10.10.1.30/32", "eth0:1"), "10.10.1.30/32 on eth0:1"},
		{at("10.10.1.30/24", "eth0"), "10.10.1.30/24 on eth0"},
		{Address{Prefix: netip.MustParsePrefix("2001:db8::1/64"), Interface: "eth1"}, "2001:db8::1/64 on eth1"},
	}
	for _, tt := range tests {
		if got := tt.a.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestBroadcast(t *testing.T) {
	tests := []struct{ prefix, want string }{
		{"10.10.1.30/32", ""},
		{"10.10.1.30/31", ""},
		{"10.10.1.30/30", "10.10.1.31"},
		{"10.10.1.30/24", "10.10.1.255"},
		{"10.10.1.30/20", "10.10.15.255"},
		{"10.10.1.30/0", "255.255.255.255"},
		{"2001:db8::1/64", ""},
	}
	for _, tt := range tests {
		b, ok := broadcast(netip.MustParsePrefix(tt.prefix))
		if ok != (tt.want != "") || (ok && b.String() != tt.want) {
			t.Errorf("broadcast(%s) = %v, %v, want %q", tt.prefix, b, ok, tt.want)
		}
	}
}
