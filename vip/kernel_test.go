package vip

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/google/go-cmp/cmp"
)

func at(prefix, device string) Address {
	iface, label := SplitDevice(device)
	return Address{Prefix: netip.MustParsePrefix(prefix), Interface: iface, Label: label}
}

// A connection of the router's own must not come from an address that may
// leave: of IPv6 addresses the kernel would choose the newest.
func TestKernelOwnConnections(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	n.ip(t, "addr add 2001:db8::1/64 dev eth0 nodad")
	if err := c.Add(at("2001:db8::30/64", "eth0")); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("udp", "[2001:db8::99]:9")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.LocalAddr().(*net.UDPAddr).IP.String(); got != "2001:db8::1" {
		t.Errorf("a connection of the router's own comes from %s", got)
	}
}

func TestKernelAddRemove(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	tests := []struct {
		add  Address
		want string
	}{
		{at("10.10.1.30/32", "eth0:1"), "10.10.1.30/32 scope global eth0:1 proto 80"},
		{at("10.8.8.30/24", "eth1:0"), "10.8.8.30/24 brd 10.8.8.255 scope global eth1:0 proto 80"},
		{at("10.7.0.1/31", "eth1"), "10.7.0.1/31 scope global eth1 proto 80"},
		{at("2001:db8::30/64", "eth0"), "2001:db8::30/64 scope global deprecated proto 80"},
		{at("2001:db8::31/128", "eth0:3"), "2001:db8::31/128 scope global deprecated proto 80"},
	}
	for _, tt := range tests {
		before := n.addresses(t, tt.add.Interface)
		for range 2 {
			if err := c.Add(tt.add); err != nil {
				t.Fatal(err)
			}
		}
		got := normal(n.addresses(t, tt.add.Interface))
		if !slices.Contains(got, tt.want) || len(got) != len(before)+1 {
			t.Errorf("%s after add: %q, want %q among them and one more than before", tt.add, got, tt.want)
		}
		held, err := c.Addresses()
		if err != nil {
			t.Fatal(err)
		}
		want := Held{Address: tt.add, Ours: true}
		if tt.add.Prefix.Addr().Is6() {
			want.Label = ""
		}
		if !slices.Contains(held, want) {
			t.Errorf("Addresses: %v lacks %v", held, want)
		}
		for range 2 {
			if err := c.Remove(tt.add); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(before, n.addresses(t, tt.add.Interface)); diff != "" {
			t.Errorf("%s after remove (-want +got):\n%s", tt.add, diff)
		}
	}
}

// normal leaves out what is not compared: flags of addresses without
// lifetimes, and "nodad".
func normal(lines []string) []string {
	var out []string
	for _, l := range lines {
		f := slices.DeleteFunc(strings.Fields(l), func(w string) bool { return w == "nodad" || w == "secondary" })
		// iproute2 before 6.3 does not know proto.
		if !slices.Contains(f, "proto") {
			f = append(f, "proto", "80")
		}
		// proto stands before the label.
		if i := slices.Index(f, "proto"); i >= 0 && i+2 < len(f) {
			f = append(slices.Concat(f[:i], f[i+2:]), f[i:i+2]...)
		}
		out = append(out, strings.Join(f, " "))
	}
	return out
}

func TestKernelAddRefused(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	n.ip(t, "address add 10.10.1.30/24 dev eth1")
	n.ip(t, "address add 2001:db8::1/64 dev eth0 nodad")
	tests := []struct {
		add  Address
		is   error
		text string
	}{
		{at("10.10.1.30/32", "eth0:1"), ErrElsewhere, "add 10.10.1.30/32 on eth0:1: address is already held: 10.10.1.30/24 on eth1"},
		{at("2001:db8::1/64", "eth1"), ErrElsewhere, "add 2001:db8::1/64 on eth1: address is already held: 2001:db8::1/64 on eth0"},
		{at("2001:db8::1/128", "eth0"), ErrElsewhere, "add 2001:db8::1/128 on eth0: address is already held: 2001:db8::1/64 on eth0"},
		{at("10.10.1.31/32", "eth7:1"), ErrNoInterface, "add 10.10.1.31/32 on eth7:1: no such interface: eth7"},
		{at("10.10.1.31/32", "eth0:label-too-long"), nil, "add 10.10.1.31/32 on eth0:label-too-long: label eth0:label-too-long is longer than 15 characters"},
		{Address{Interface: "eth0"}, nil, "add invalid Prefix on eth0: address is not valid"},
	}
	for _, tt := range tests {
		err := c.Add(tt.add)
		if err == nil || (tt.is != nil && !errors.Is(err, tt.is)) || err.Error() != tt.text {
			t.Errorf("Add(%v): %v, want %s", tt.add, err, tt.text)
		}
	}
	// The same address twice in one call, in two places.
	errs := c.AddAll([]Address{at("10.10.1.40/32", "eth0:1"), at("10.10.1.40/32", "eth1:1"), at("10.10.1.41/32", "eth1")})
	if errs[0] != nil || !errors.Is(errs[1], ErrElsewhere) || errs[2] != nil {
		t.Errorf("AddAll: %v", errs)
	}
	if err := c.Remove(at("10.10.1.31/32", "eth7:1")); err != nil {
		t.Errorf("Remove from a missing interface: %v", err)
	}
}

func TestKernelAddAdopts(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	var host unix.Utsname
	if err := unix.Uname(&host); err != nil {
		t.Fatal(err)
	}
	old := strings.HasPrefix(unix.ByteSliceToString(host.Release[:]), "6.1.")
	for _, a := range []Address{at("10.10.1.30/24", "eth1"), at("2001:db8::30/64", "eth1")} {
		n.ip(t, "address add "+a.Prefix.String()+" dev eth1 valid_lft 100 preferred_lft 100")
		if err := c.Add(a); err != nil {
			t.Fatal(err)
		}
		held, err := c.Addresses()
		if err != nil {
			t.Fatal(err)
		}
		marked := !(old && a.Prefix.Addr().Is4())
		if !slices.ContainsFunc(held, func(h Held) bool { return h.Prefix == a.Prefix && h.Ours == marked }) {
			t.Errorf("%v not adopted: %v", a, held)
		}
		if out := n.ip(t, "address show dev eth1 to "+a.Prefix.Addr().String()); !strings.Contains(out, "valid_lft forever") {
			t.Errorf("%v would still expire:\n%s", a, out)
		}
	}
}

// Removing the first address of a subnet must not take the others with it.
func TestKernelRemoveKeepsNeighbours(t *testing.T) {
	tests := []struct {
		name    string
		promote func(string) (func() error, error)
	}{
		{"promoted", promoteSecondaries},
		{"put back", func(string) (func() error, error) { return nil, errors.New("read-only file system") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := newTestNet(t)
			c := testConn(t)
			c.promote = tt.promote
			ours := []Address{at("10.8.8.30/24", "eth1:1"), at("10.8.8.31/24", "eth1:2"), at("10.8.8.32/24", "eth1:3")}
			for _, err := range c.AddAll(ours) {
				if err != nil {
					t.Fatal(err)
				}
			}
			n.ip(t, "address add 10.8.8.40/24 brd + dev eth1 label eth1:op")
			n.ip(t, "address add 10.8.9.40/24 dev eth1")
			sysctl := promotes(t)

			for i, err := range c.RemoveAll(ours[:2]) {
				if err != nil {
					t.Errorf("%s: %v", ours[i], err)
				}
			}
			var got []string
			for _, l := range normal(n.addresses(t, "eth1")) {
				got = append(got, strings.Fields(l)[0])
			}
			slices.Sort(got)
			if diff := cmp.Diff([]string{"10.8.8.32/24", "10.8.8.40/24", "10.8.9.40/24"}, got); diff != "" {
				t.Errorf("left on eth1 (-want +got):\n%s", diff)
			}
			if out := n.ip(t, "-o address show label eth1:op"); !strings.Contains(out, "10.8.8.40/24 brd 10.8.8.255") {
				t.Errorf("the operator's address changed: %s", out)
			}
			if now := promotes(t); now != sysctl {
				t.Errorf("promote_secondaries was %q, left as %q", sysctl, now)
			}
		})
	}
}

func promotes(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("/proc/sys/net/ipv4/conf/eth1/promote_secondaries")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestKernelLink(t *testing.T) {
	n := newTestNet(t)
	c := testConn(t)
	n.ip(t, "link set eth0 address 02:00:00:00:00:01")
	n.ip(t, "link set eth1 down")
	tests := []struct {
		name string
		want string
	}{
		{"eth0", "up=true carrier=true noarp=false 02:00:00:00:00:01"},
		{"eth1", "up=false carrier=false"},
		{"lo", "up=true carrier=true noarp=true 00:00:00:00:00:00"},
	}
	for _, tt := range tests {
		l, err := c.Link(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("up=%v carrier=%v noarp=%v %v", l.Up, l.Carrier, l.NoARP, l.HardwareAddr)
		if l.Name != tt.name || l.Index == 0 || !strings.HasPrefix(got, tt.want) {
			t.Errorf("Link(%s) = %d %s %s, want %s", tt.name, l.Index, l.Name, got, tt.want)
		}
	}
	if _, err := c.Link("eth9"); !errors.Is(err, ErrNoInterface) || err.Error() != "interface eth9: no such interface" {
		t.Errorf("Link(eth9): %v", err)
	}
	n.inFar(t, func() { n.ip(t, "link set eth0 down") })
	if l, err := c.Link("eth0"); err != nil || !l.Up || l.Carrier {
		t.Errorf("with the other end down: %+v, %v", l, err)
	}
}
