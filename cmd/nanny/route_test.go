package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func TestRouteQuestion(t *testing.T) {
	v4, v6 := netip.MustParseAddr("10.2.0.11"), netip.MustParseAddr("2001:db8::11")
	for _, tt := range []struct {
		name string
		path path
		want string // family, lengths of addresses; attributes
	}{
		{"plain", path{to: v4}, "2 32 0 [1:4]"},
		{"mapped", path{to: netip.AddrFrom16(v4.As16())}, "2 32 0 [1:4]"},
		{"IPv6", path{to: v6}, "10 128 0 [1:16]"},
		{"from, marked", path{to: v4, from: v4.Next(), mark: 7}, "2 32 32 [1:4 2:4 16:4]"},
		{"from another family", path{to: v4, from: v6}, "2 32 0 [1:4]"},
	} {
		m, err := routeQuestion(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := question(t, m); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// question writes a question down.
func question(t *testing.T, m netlink.Message) string {
	t.Helper()
	if m.Header.Type != unix.RTM_GETROUTE || m.Header.Flags != netlink.Request {
		t.Errorf("header %+v", m.Header)
	}
	attributes, err := netlink.UnmarshalAttributes(m.Data[sizeofRtMsg:])
	if err != nil {
		t.Fatal(err)
	}
	var lengths []string
	for _, a := range attributes {
		lengths = append(lengths, fmt.Sprintf("%d:%d", a.Type, len(a.Data)))
	}
	return fmt.Sprint(m.Data[0], m.Data[1], m.Data[2], " ", lengths)
}

func TestRouteAnswer(t *testing.T) {
	encode := func(f func(*netlink.AttributeEncoder)) []byte {
		ae := netlink.NewAttributeEncoder()
		f(ae)
		b, err := ae.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return append(make([]byte, sizeofRtMsg), b...)
	}
	good := encode(func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.RTA_TABLE, 254)
		ae.Uint32(unix.RTA_OIF, 3)
	})
	if got, err := routeAnswer(good); got != 3 || err != nil {
		t.Errorf("interface %d, %v", got, err)
	}
	nowhere := encode(func(ae *netlink.AttributeEncoder) { ae.Uint32(unix.RTA_TABLE, 254) })
	if _, err := routeAnswer(nowhere); !errors.Is(err, errNoInterface) {
		t.Errorf("no interface: %v", err)
	}
	for _, bad := range [][]byte{nil, good[:sizeofRtMsg-1], good[:len(good)-2], encode(func(ae *netlink.AttributeEncoder) { ae.Uint8(unix.RTA_OIF, 3) })} {
		if got, err := routeAnswer(bad); err == nil {
			t.Errorf("%x: interface %d", bad, got)
		}
	}
}

func FuzzRouteAnswer(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(make([]byte, sizeofRtMsg))
	f.Add(append(make([]byte, sizeofRtMsg), 8, 0, 4, 0, 3, 0, 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if index, err := routeAnswer(b); err == nil && index == 0 {
			t.Error("no interface, and no error")
		}
	})
}

// ip runs iproute2's ip in the test's network, or skips the test.
func ip(t *testing.T, words string) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2's ip to lay cables")
	}
	cmd := exec.Command("ip", strings.Fields(words)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(words, "type veth") {
			t.Skipf("needs a kernel with veth: %v: %s", err, out)
		}
		t.Fatalf("ip %s: %v: %s", words, err, out)
	}
}

// TestKernelRouter asks a kernel for the ways of packets and the faults of
// interfaces.
func TestKernelRouter(t *testing.T) {
	ownNetwork(t)
	ip(t, "link add eth1 type veth peer name far1")
	ip(t, "link add eth2 type veth peer name far2")
	for _, words := range []string{
		"address add 10.2.0.1/24 dev eth1", "address add 10.3.0.1/24 dev eth2",
		"address add 2001:db8::1/64 dev eth2 nodad",
		"link set eth1 up", "link set eth2 up", "link set far1 up", "link set far2 up",
		"route add default via 10.3.0.254",
		"rule add fwmark 7 lookup 77", "route add 10.2.0.0/24 dev eth2 table 77",
	} {
		ip(t, words)
	}
	k := &kernelRouter{}
	at := netip.MustParseAddr
	look := func() map[string]string {
		found := map[string]string{}
		for name, p := range map[string]path{
			"near": {to: at("10.2.0.11")}, "far": {to: at("192.0.2.1")}, "self": {to: at("10.2.0.1")},
			"marked": {to: at("10.2.0.11"), mark: 7}, "from": {to: at("10.2.0.11"), from: at("10.3.0.1")},
			"IPv6": {to: at("2001:db8::11")}, "no IPv6": {to: at("2001:db9::11")}, "zone": {to: at("fe80::1%eth2")},
		} {
			iface, err := k.toward(p)
			if err != nil {
				iface = err.Error()
			}
			found[name] = iface
		}
		for _, iface := range []string{"eth1", "eth2", "lo", "eth9"} {
			fault, err := k.fault(iface)
			if err != nil {
				t.Errorf("%s: %v", iface, err)
			}
			found[iface] = fault
		}
		return found
	}
	want := map[string]string{
		"near": "eth1", "far": "eth2", "self": "lo", "marked": "eth2", "from": "eth1",
		"IPv6": "eth2", "no IPv6": "route to 2001:db9::11: netlink receive: network is unreachable", "zone": "eth2",
		"eth1": "", "eth2": "", "lo": "", "eth9": "",
	}
	// The kernel tells of a carrier a moment later.
	sees := func(what string) {
		t.Helper()
		again, late := time.NewTicker(5*time.Millisecond), time.After(enough)
		defer again.Stop()
		for {
			diff := cmp.Diff(want, look())
			if diff == "" {
				return
			}
			select {
			case <-again.C:
			case <-late:
				t.Fatalf("%s (-want +got):\n%s", what, diff)
			}
		}
	}
	sees("all well")
	ip(t, "link set far1 down") // the route stays
	want["eth1"] = "has no carrier"
	sees("eth1 without carrier")
	ip(t, "link set eth1 down") // and now it goes
	want["eth1"], want["near"], want["from"] = "is down", "eth2", "eth2"
	sees("eth1 down")
	ip(t, "link del eth1")
	want["eth1"], want["self"] = "", "eth2"
	sees("eth1 gone")
	if _, err := k.fault(strings.Repeat("x", 99)); !errors.Is(err, unix.EINVAL) {
		t.Errorf("an impossible name: %v", err)
	}
	if err := k.conn.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := k.toward(path{to: at("192.0.2.1")}); err == nil {
		t.Errorf("a closed socket: %v", err)
	}
	if got, err := k.toward(path{to: at("192.0.2.1")}); got != "eth2" {
		t.Errorf("a new socket: %q, %v", got, err)
	}
}
