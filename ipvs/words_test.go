package ipvs

import (
	"net/netip"
	"os"
	"testing"
	"time"
)

func TestStrings(t *testing.T) {
	mark, web := FWMarkKey(80, false), key(TCP, "10.0.0.1:80")
	sticky := Service{Key: mark, Scheduler: "wlc", Flags: Persistent, Timeout: 30 * time.Second}
	d := dest("10.8.8.33:80", Masquerade, 1)
	for _, tt := range []struct {
		v    interface{ String() string }
		want string
	}{
		{TCP, "tcp"}, {UDP, "udp"}, {SCTP, "sctp"}, {Protocol(47), "47"},
		{Masquerade, "masquerade"}, {Local, "local"}, {Tunnel, "tunnel"}, {Direct, "direct"}, {Bypass, "bypass"}, {Forward(5), "5"},
		{IPIP, "ipip"}, {GUE, "gue"}, {GRE, "gre"}, {EncapType(9), "9"},
		{Master, "master"}, {Backup, "backup"}, {DaemonRole(3), "3"},
		{Version(0x010203), "1.2.3"},
		{web, "tcp 10.0.0.1:80"},
		{key(UDP, "[2001:db8::1]:53"), "udp [2001:db8::1]:53"},
		{mark, "fwmark 80"},
		{FWMarkKey(80, true), "fwmark6 80"},
		{AddService(sticky), "add fwmark 80 wlc persistent 30s"},
		{SetService(Service{Key: web, Scheduler: "rr"}), "set tcp 10.0.0.1:80 rr"},
		{DeleteService(web), "delete tcp 10.0.0.1:80"},
		{AddDestination(mark, d), "add 10.8.8.33:80 to fwmark 80 weight 1"},
		{SetDestination(mark, d), "set 10.8.8.33:80 of fwmark 80 weight 1"},
		{DeleteDestination(mark, netip.MustParseAddr("2001:db8::1"), 80), "delete [2001:db8::1]:80 from fwmark 80"},
		{Op{}, "no change"},
	} {
		if got := tt.v.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestParseProtocol(t *testing.T) {
	for _, p := range []Protocol{TCP, UDP, SCTP} {
		if got, err := ParseProtocol(p.String()); err != nil || got != p {
			t.Errorf("%v: got %v, %v", p, got, err)
		}
	}
	_, err := ParseProtocol("icmp")
	wantError(t, err, os.ErrInvalid, `protocol "icmp": want tcp, udp or sctp`)
}

func TestKeyOrder(t *testing.T) {
	keys := []Key{
		key(TCP, "9.0.0.1:80"), key(UDP, "10.0.0.1:53"), key(TCP, "10.0.0.1:80"), key(UDP, "10.0.0.1:80"),
		key(TCP, "[::1]:80"), FWMarkKey(1, false), FWMarkKey(1, true), FWMarkKey(2, false),
	}
	for i, a := range keys {
		for j, b := range keys {
			if got := a.compare(b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%v to %v: %d", a, b, got)
			}
		}
	}
}
