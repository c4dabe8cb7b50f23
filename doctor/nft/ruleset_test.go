package nft

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestMarks(t *testing.T) {
	set := Expr{Name: "meta", Key: unix.NFT_META_MARK, From: 1}
	of := func(table string, rules ...Rule) *Ruleset {
		return &Ruleset{Chains: []Chain{{Family: unix.NFPROTO_IPV4, Table: table, Name: "c", Rules: rules}}}
	}
	tests := []struct {
		name   string
		r      *Ruleset
		want   []uint32
		unread bool
	}{
		{"none", of("mangle", rule(accept)), nil, false},
		{"nft", of("mangle", rule([]Expr(tcp), Expr{Name: "immediate", To: 1, Value: bits32(80)}, set)), []uint32{80}, false},
		{"iptables", of("mangle", rule([]Expr(tcp), Expr{Name: "target", Target: "MARK", Value: append(bits32(81), bits32(0xffffffff)...)})), []uint32{81}, false},
		{"a map", of("mangle", rule(Expr{Name: "lookup", From: 1, To: 1, Set: "m"}, set)), nil, true},
		{"pulse's own", of("pacu", rule(Expr{Name: "immediate", To: 1, Value: bits32(80)}, set)), nil, false},
	}
	for _, tt := range tests {
		marks, unread := tt.r.Marks()
		if d := cmp.Diff(tt.want, marks); d != "" || unread != tt.unread {
			t.Errorf("%s: unread %t, %s", tt.name, unread, d)
		}
	}
}
