package doctor

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"pacu/doctor/nft"
)

// TestFirewallRules holds what is told of rules that drop.
func TestFirewallRules(t *testing.T) {
	f := healthy(t, healthyText)
	accept80 := nft.Rule{
		{Name: "meta", Key: unix.NFT_META_L4PROTO, To: 1}, {Name: "cmp", From: 1, Op: unix.NFT_CMP_EQ, Value: []byte{unix.IPPROTO_TCP}},
		{Name: "payload", Base: unix.NFT_PAYLOAD_TRANSPORT_HEADER, Offset: 2, Len: 2, To: 1}, {Name: "cmp", From: 1, Op: unix.NFT_CMP_EQ, Value: []byte{0, 80}},
		{Name: "immediate", Verdict: &nft.Verdict{Code: 1}},
	}
	f.Firewall = &nft.Ruleset{Chains: []nft.Chain{
		{Family: unix.NFPROTO_INET, Table: "filter", Name: "input", Base: true, Hook: unix.NF_INET_LOCAL_IN, Drops: true, Rules: []nft.Rule{accept80}},
		{Family: unix.NFPROTO_INET, Table: "filter", Name: "forward", Base: true, Hook: unix.NF_INET_FORWARD, Drops: true},
		{Family: unix.NFPROTO_INET, Table: "filter", Name: "output", Base: true, Hook: unix.NF_INET_LOCAL_OUT},
	}}
	var found Findings
	firewallRules(f, &found)
	var got []string
	for _, one := range found {
		got = append(got, one.String()+" | "+one.Fix)
	}
	const policy = "chain inet filter input, whose policy is drop | nft insert rule inet filter input "
	want := []string{
		"error: heartbeats from 10.77.0.2: udp port 539 is dropped by " + policy + "udp dport 539 accept, and in the system's firewall set-up",
		"error: heartbeats from 10.78.0.2: udp port 539 is dropped by " + policy + "udp dport 539 accept, and in the system's firewall set-up",
		"warning: console: tcp port 3636 is dropped by " + policy + "tcp dport 3636 accept, and in the system's firewall set-up",
		"error: virtual web: answers of real server web-1 are dropped by chain inet filter forward, whose policy is drop | nft insert rule inet filter forward ip saddr 10.78.0.11 accept",
		"error: virtual plain: tcp port 443 is dropped by " + policy + "tcp dport 443 accept, and in the system's firewall set-up",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (- wanted, + got):\n%s", d)
	}
}
