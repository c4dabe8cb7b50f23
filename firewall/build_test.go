package firewall

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBuildOrder has the same messages for the same ruleset in another order.
func TestBuildOrder(t *testing.T) {
	r := sample()
	want, err := build(r, tableName)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(r.Marks)
	slices.Reverse(r.SourceNATs)
	for _, m := range r.Marks {
		slices.Reverse(m.Ports)
		slices.Reverse(m.Protocols)
	}
	got, err := build(r, tableName)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(message{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBuildParts makes no more of the table than the ruleset needs.
func TestBuildParts(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Ruleset
		want string
	}{
		{"one port", Ruleset{Marks: sample().Marks[3:4:4]},
			"table pacu, chain marks, chain prerouting, chain output, map ranges6, elements of map ranges6, " +
				"map ports6, elements of map ports6, rule of prerouting, rule of output, rule of marks, rule of marks"},
		{"masquerade", Ruleset{SourceNATs: sample().SourceNATs[2:3:3]},
			"table pacu, chain postrouting, chain own_address, map vips4, elements of map vips4, map nat_ports4, " +
				"elements of map nat_ports4, rule of own_address, rule of postrouting, rule of postrouting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			msgs, err := build(tt.r, tableName)
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, m := range msgs {
				words = append(words, m.what)
			}
			if diff := cmp.Diff(tt.want, strings.Join(words, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestBuildLongest has the longest elements there are in messages that fit.
func TestBuildLongest(t *testing.T) {
	var r Ruleset
	for i := range 1000 {
		r.Marks = append(r.Marks, Mark{Name: strings.Repeat("x", 300), Addr: addr("2001:db8::1"), Protocols: []uint8{tcp},
			Ports: []PortRange{{uint16(4*i + 1), uint16(4*i + 2)}}, Mark: 1})
	}
	if _, err := build(r, tableName); err != nil {
		t.Fatal(err)
	}
}
