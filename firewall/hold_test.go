package firewall

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func TestHoldSenseless(t *testing.T) {
	for name, h := range map[string]Hold{
		"no address":  {Protocol: tcp, Port: 80},
		"mapped":      {Addr: addr("::ffff:10.0.0.1"), Protocol: tcp, Port: 80},
		"udp":         {Addr: addr("10.0.0.1"), Protocol: udp, Port: 53},
		"no protocol": {Addr: addr("10.0.0.1"), Port: 80},
	} {
		if err := (&Conn{}).Hold([]Hold{h}); !errors.Is(err, os.ErrInvalid) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestHoldWithoutNFTables has a kernel that knows nothing of nftables.
func TestHoldWithoutNFTables(t *testing.T) {
	none := func() (socket, error) {
		return &fakeSocket{answer: func(uint16, []netlink.Message) ([]netlink.Message, error) { return nil, refuse(0, unix.EINVAL) }}, nil
	}
	c := &Conn{dial: none}
	if err := c.Hold([]Hold{{Addr: addr("10.0.0.1"), Protocol: tcp}}); !errors.Is(err, ErrNoNFTables) {
		t.Errorf("Hold: error %v", err)
	}
	if err := c.Release(); err != nil {
		t.Errorf("Release: error %v", err)
	}
}

// TestKernelHold opens connections to services some of which are held, of
// this machine's own and from another.
func TestKernelHold(t *testing.T) {
	ns := namespaces(t, 2)
	cable(t, ns[0], "lan", []string{"10.0.0.1/24", "10.0.0.2/24", "fd00::1/64"}, ns[1], "eth0", []string{"10.0.0.9/24", "fd00::9/64"})
	ns[0].enter(t)
	at := []string{"10.0.0.1:80", "10.0.0.1:81", "10.0.0.2:80", "[fd00::1]:80", "[fd00::1]:81"}
	for _, a := range at {
		serve(t, netip.MustParseAddrPort(a), func(netip.AddrPort) string { return "well" })
	}
	c := testConn(t)
	replace(t, c, Ruleset{Marks: []Mark{
		{Name: "web", Addr: addr("10.0.0.1"), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{80, 80}}, Mark: 7},
		{Name: "web6", Addr: addr("fd00::1"), Protocols: []uint8{tcp, udp}, Ports: []PortRange{{81, 81}}, Mark: 7},
	}})
	for _, tt := range []struct {
		name string
		h    Hold
		held string // which of at
	}{
		{"a port", Hold{Addr: addr("10.0.0.1"), Protocol: tcp, Port: 80}, "-...."},
		{"a port of IPv6", Hold{Addr: addr("fd00::1"), Protocol: tcp, Port: 80}, "...-."},
		{"every port", Hold{Addr: addr("10.0.0.1"), Protocol: tcp}, "--..."},
		{"every port of IPv6", Hold{Addr: addr("fd00::1"), Protocol: tcp}, "...--"},
		{"a mark", Hold{Addr: addr("0.0.0.0"), FWMark: 7}, "-...."},
		{"a mark of IPv6", Hold{Addr: addr("::"), FWMark: 7}, "....-"},
		{"another protocol", Hold{Addr: addr("10.0.0.1"), Protocol: sctp, Port: 80}, "....."},
	} {
		for from, n := range map[string]namespace{"here": ns[0], "elsewhere": ns[1]} {
			n.enter(t)
			before := dial(t, "tcp", "10.0.0.1:80")
			for {
				began := time.Now()
				ns[0].enter(t)
				if err := c.Hold([]Hold{tt.h}); err != nil {
					t.Fatal(err)
				}
				n.enter(t)
				got := opens(t, at, tt.held)
				if got == tt.held {
					break
				}
				if took := time.Since(began); took < holdsFor { // else it may have ended
					t.Errorf("%s, from %s: opened %s after %v, want %s", tt.name, from, got, took, tt.held)
					break
				}
			}
			ask(t, before) // what was open goes on
			ask(t, dial(t, "udp", "10.0.0.1:80"))
			ns[0].enter(t)
			if err := c.Release(); err != nil {
				t.Fatal(err)
			}
			n.enter(t)
			if got := opens(t, at, "....."); got != "....." {
				t.Errorf("%s, from %s: opened %s after the release", tt.name, from, got)
			}
		}
	}
	intact(t, c, true)
}

// opens tries to connect to each, and has a - for each in vain, longer for
// those that should.
func opens(t *testing.T, at []string, want string) string {
	t.Helper()
	got := ""
	for i, a := range at {
		limit := patience
		if want[i] == '-' {
			limit = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", a)
		cancel()
		if err == nil {
			_ = conn.Close()
			got += "."
			continue
		}
		if !errors.Is(err, context.DeadlineExceeded) && !os.IsTimeout(err) {
			t.Errorf("%s: %v", a, err)
		}
		got += "-"
	}
	return got
}

// TestKernelHoldListing has nft list what is held.
func TestKernelHoldListing(t *testing.T) {
	namespaces(t, 1)
	c := testConn(t)
	if v := nft(t, "--version"); !strings.Contains(v, "v1.0.6") {
		t.Skipf("the words are of nft 1.0.6, this is %s", v)
	}
	want := []string{
		`elements = { 10.0.0.2 . sctp comment "sticky" }`,
		`elements = { 10.0.0.1 . tcp . 80 comment "web" }`,
		`elements = { 0x00000005 comment "shop" }`,
		`type filter hook input priority 97; policy accept;`,
		`type filter hook output priority -99; policy accept;`,
		`tcp flags syn / syn,ack goto held`,
		`meta l4proto sctp @th,96,8 0x1 goto held`,
		`ip daddr . meta l4proto @all4 drop`,
		`ip daddr . meta l4proto . th dport @ports4 drop`,
		`meta nfproto ipv4 meta mark @marks4 drop`,
	}
	listed(t, holdTable, holdsFor, want, []string{"hook", "goto", "drop", "elements"}, func() error {
		return c.Hold([]Hold{
			{Name: "web", Addr: addr("10.0.0.1"), Protocol: tcp, Port: 80},
			{Name: "web", Addr: addr("10.0.0.1"), Protocol: tcp, Port: 80},
			{Name: "sticky", Addr: addr("10.0.0.2"), Protocol: sctp},
			{Name: "shop", Addr: addr("0.0.0.0"), FWMark: 5},
		})
	})
}

// listed makes a table that empties itself after so long, a second time in
// place of the first, and compares the lines that nft lists with one of the
// words in them.
func listed(t *testing.T, table string, lasts time.Duration, want, words []string, make func() error) {
	t.Helper()
	for {
		began := time.Now()
		for range 2 {
			if err := make(); err != nil {
				t.Fatal(err)
			}
		}
		listing := nft(t, "-s", "list", "table", "inet", table)
		took := time.Since(began)
		var got []string
		for line := range strings.Lines(listing) {
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) }) {
				got = append(got, strings.TrimSpace(line))
			}
		}
		diff := cmp.Diff(want, got)
		if diff == "" {
			return
		}
		if took < lasts { // else it may be empty
			t.Errorf("(-want +got):\n%s\n%s", diff, listing)
			return
		}
	}
}

// TestKernelHoldLeft finds what a crash left.
func TestKernelHoldLeft(t *testing.T) {
	namespaces(t, 1)
	c := testConn(t)
	if err := c.Release(); err != nil {
		t.Error(err)
	}
	for name, end := range map[string]func() error{
		"release":     c.Release,
		"remove":      c.Remove,
		"replace":     func() error { return c.Replace(sample()) },
		"replacement": func() error { return c.Replace(sample()) },
	} {
		if err := c.Hold([]Hold{{Addr: addr("10.0.0.1"), Protocol: tcp}}); err != nil {
			t.Fatal(err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if exec.Command("nft", "list", "table", "inet", "pacu_hold").Run() == nil {
			t.Errorf("%s left it", name)
		}
		intact(t, c, true)
	}
}
