package main

import (
	"errors"
	"net/netip"
	"testing"

	"pacu/director"
	"pacu/vip"
)

func TestWayTo(t *testing.T) {
	addr := netip.MustParseAddr
	own := func(prefix, iface string) vip.Held {
		return vip.Held{Address: vip.Address{Prefix: netip.MustParsePrefix(prefix), Interface: iface}}
	}
	floating := func(prefix, iface string) vip.Held {
		h := own(prefix, iface)
		h.Ours = true
		return h
	}
	held := []vip.Held{
		own("fe80::1/64", "eth0"), floating("10.1.0.200/24", "eth0"), own("10.9.0.1/24", "eth0"), own("10.1.0.1/24", "eth0"),
		own("fd01::1/64", "eth0"), own("10.2.0.1/24", "eth1"), floating("fd02::200/128", "eth1"),
	}
	for _, tt := range []struct {
		name   string
		server string
		six    bool
		from   string // the kernel's choice; empty: no route
		want   director.Way
	}{
		{"the kernel's", "10.2.0.11", false, "10.2.0.1", director.Way{Source: addr("10.2.0.1"), Interface: "eth1"}},
		{"not a floating one", "10.1.0.11", false, "10.1.0.200", director.Way{Source: addr("10.1.0.1"), Interface: "eth0"}},
		{"not a floating one, server far", "10.7.0.11", false, "10.1.0.200", director.Way{Source: addr("10.9.0.1"), Interface: "eth0"}},
		{"ipv6 in ipv4", "10.1.0.11", true, "10.1.0.1", director.Way{Source: addr("fd01::1"), Interface: "eth0"}},
		{"ipv6 in ipv4, and none there", "10.2.0.11", true, "10.2.0.1", director.Way{Interface: "eth1"}},
		{"no route", "10.8.0.11", false, "", director.Way{}},
		{"gone since", "10.8.0.11", false, "10.8.0.1", director.Way{}},
	} {
		from := func(netip.Addr) (netip.Addr, error) {
			if tt.from == "" {
				return netip.Addr{}, errors.New("no route")
			}
			return addr(tt.from), nil
		}
		if got := wayTo(addr(tt.server), tt.six, held, from); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestSourceTo(t *testing.T) {
	if got, err := sourceTo(netip.MustParseAddr("127.0.0.9")); err != nil || !got.IsLoopback() {
		t.Errorf("%v, %v: want a loopback address", got, err)
	}
}

func TestSysctlPath(t *testing.T) {
	for name, want := range map[string]string{
		"net.ipv4.vs.conntrack":                     "/proc/sys/net/ipv4/vs/conntrack",
		"net.ipv4.conf.eth0/100.accept_local":       "/proc/sys/net/ipv4/conf/eth0.100/accept_local",
		"net.ipv4.conf.eth0.accept_local":           "/proc/sys/net/ipv4/conf/eth0/accept_local",
		"net.ipv4.conf.all.arp_ignore":              "/proc/sys/net/ipv4/conf/all/arp_ignore",
		"net.ipv6.conf.all.forwarding":              "/proc/sys/net/ipv6/conf/all/forwarding",
		"net.ipv4.vs.expire_quiescent_template":     "/proc/sys/net/ipv4/vs/expire_quiescent_template",
		"net.ipv4.conf.bond0/7.rp_filter":           "/proc/sys/net/ipv4/conf/bond0.7/rp_filter",
		"net.netfilter.nf_conntrack_tcp_be_liberal": "/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal",
	} {
		if got := sysctlPath(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
