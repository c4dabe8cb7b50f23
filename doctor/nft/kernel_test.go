package nft

import (
	"context"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"pacu/lab"
)

// usual is a ruleset as people write it.
const usual = `table inet filter {
	set office { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.7 } }
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state vmap { established : accept, related : accept, invalid : drop }
		meta l4proto { icmp, ipv6-icmp } accept
		ip saddr @office tcp dport 3636 accept
		iifname "eth0" tcp dport { 80, 8000-8100 } jump web
		udp dport 539 limit rate over 10/second drop
		udp dport 539 accept
		tcp dport 25 reject with tcp reset
	}
	chain web {
		tcp dport 8099 drop
		accept
	}
}
table ip mangle {
	chain pre {
		type filter hook prerouting priority mangle;
		ip daddr 10.77.0.100 tcp dport { 80, 443 } meta mark set 80
		tcp dport 21 meta mark set mark or 1
	}
}
`

// TestKernelRuleset reads what nft(8) made of a ruleset, and asks it.
func TestKernelRuleset(t *testing.T) {
	checks := []func() error{lab.Check, func() error { _, err := exec.LookPath("nft"); return err }}
	for _, check := range checks {
		if err := check(); err != nil {
			t.Skip(err)
		}
	}
	n := lab.New("rules")
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	h := n.Host("router")
	h.Plug(n.Switch("lan"), "eth0", "10.77.0.1/24")
	if err := n.Err(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := h.Command(ctx, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(usual)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("nft: %v: %s", err, out)
	}
	var r *Ruleset
	err := h.Do(func() (err error) {
		r, err = Read()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	marks, unread := r.Marks()
	if d := cmp.Diff([]uint32{80}, marks); d != "" || !unread {
		t.Errorf("marks: unread %t, %s", unread, d)
	}
	policy := "chain inet filter input, whose policy is drop"
	tests := []struct {
		name  string
		proto uint8
		port  uint16
		in    string
		want  Fate
		where string
	}{
		{"port 80", unix.IPPROTO_TCP, 80, "eth0", Passes, ""},
		{"port 80 of another interface", unix.IPPROTO_TCP, 80, "eth1", Drops, policy},
		{"in the range", unix.IPPROTO_TCP, 8050, "eth0", Passes, ""},
		{"above the range", unix.IPPROTO_TCP, 8101, "eth0", Drops, policy},
		{"dropped by the chain", unix.IPPROTO_TCP, 8099, "eth0", Drops, "rule 1 of chain inet filter web"},
		{"the office alone", unix.IPPROTO_TCP, 3636, "eth0", MayPass, policy},
		{"heartbeats within a limit", unix.IPPROTO_UDP, 539, "eth0", MayDrop, "rule 6 of chain inet filter input"},
		{"rejected", unix.IPPROTO_TCP, 25, "eth0", Drops, "rule 8 of chain inet filter input"},
		{"not mentioned", unix.IPPROTO_TCP, 443, "eth0", Drops, policy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, where := r.Judge(Packet{Hook: unix.NF_INET_LOCAL_IN, Protocol: tt.proto, To: netip.MustParseAddr("10.77.0.100"), Port: tt.port, In: tt.in, InIndex: 99, New: true})
			if got != tt.want || where != tt.where {
				t.Errorf("%v at %q, want %v at %q", got, where, tt.want, tt.where)
			}
		})
	}
}
