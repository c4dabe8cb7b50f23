package firewall

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	want := []string{
		`ip daddr 10.0.0.1 meta l4proto tcp th dport { 80, 443, 8000-8100 } meta mark set 80 comment "web"`,
		`ip daddr 10.0.0.1 meta l4proto { tcp, udp } meta mark set 7 comment "every 'thing'"`,
		`ip daddr 10.0.0.2 meta l4proto { tcp, udp, sctp } th dport 5060-5061 meta mark set 506 comment "voice"`,
		`ip6 daddr 2001:db8::1 meta l4proto tcp th dport { 80, 1000-1999 } meta mark set 86 comment "web6"`,
		`ip6 daddr 2001:db8::2 meta l4proto { tcp, udp } meta mark set 87 comment "all6"`,
		`ct original ip daddr 10.0.0.3 meta l4proto tcp ct original proto-dst 80 snat ip to 10.1.0.1-10.1.0.4 comment "shop"`,
		`ct original ip daddr 10.0.0.3 meta l4proto tcp ct original proto-dst 443 snat ip to 10.1.0.1-10.1.0.4 comment "shop-tls"`,
		`ct original ip daddr 10.0.0.3 meta l4proto udp ct original proto-dst 53 masquerade comment "dns"`,
		`ct original ip daddr 10.0.0.4 meta l4proto tcp meta random < 1073741824 snat ip to 10.1.0.9 comment "sticky"`,
		`ct original ip daddr 10.0.0.4 meta l4proto tcp snat ip to 10.2.0.1-10.2.0.3 comment "sticky"`,
		`ct original ip6 daddr 2001:db8::3 meta l4proto tcp ct original proto-dst 80 snat ip6 to 2001:db8:1::1-2001:db8:1::ff comment "shop6"`,
		`meta nfproto ipv4 meta mark 80 snat ip to 10.1.0.9 comment "web"`,
		`meta nfproto ipv6 meta mark 86 masquerade comment "web6"`,
	}
	r := sample()
	if diff := cmp.Diff(want, r.Words()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	slices.Reverse(r.Marks)
	slices.Reverse(r.SourceNATs)
	if diff := cmp.Diff(want, r.Words()); diff != "" {
		t.Errorf("of the reverse (-want +got):\n%s", diff)
	}
	if words := (Ruleset{}).Words(); words != nil {
		t.Errorf("nothing reads %q", words)
	}
}

func TestCommentText(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"web", "web"},
		{"a \"b\"\n\tc", "a 'b'  c"},
		{"caf\xe9", "caf?"},
		{strings.Repeat("x", 200), strings.Repeat("x", 127)},
		{strings.Repeat("\u00e9", 100), strings.Repeat("\u00e9", 63)},
	} {
		if got := commentText(tt.name); got != tt.want || !utf8.ValidString(got) {
			t.Errorf("%q: %q, want %q", tt.name, got, tt.want)
		}
	}
}
