package lvscf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The values of Piranha 0.8.6 were found by running it; where it refuses a
// line, ours is what the author must have meant.
func TestSplitQuotes(t *testing.T) {
	tests := []struct {
		value string // after "send = "
		want  []string
		bad   bool // unclosed, or glued
	}{
		{value: `abc`, want: []string{`abc`}},
		{value: `"abc"`, want: []string{`abc`}},
		{value: `"abc" `, want: []string{`abc`}}, // Piranha: quotation mismatch
		{value: `"a b"`, want: []string{`a b`}},
		{value: `"a b"   `, want: []string{`a b`}},
		{value: `"a b"c`, want: []string{`a b`, `c`}, bad: true},
		{value: `"a b" c`, want: []string{`a b`, `c`}},
		{value: `"a"b`, want: []string{`a`, `b`}, bad: true},
		{value: `"a"b"`, want: []string{`a"b`}},
		{value: `"a" b"`, want: []string{`a" b`}},
		{value: `"say "hi" now"`, want: []string{`say "hi`, `now"`}},
		{value: `"a \" b"`, want: []string{`a \" b`}}, // Piranha: unexpected arguments
		{value: `"a\"b"`, want: []string{`a\"b`}},
		{value: `"a\"`, want: []string{`a\`}},
		{value: `"a\\" b`, want: []string{`a\\`, `b`}},
		{value: `"it's a b"`, want: []string{`it's a b`}},
		{value: `""`, want: []string{``}},
		{value: `" "`, want: []string{` `}},
		{value: `" a"`, want: []string{` a`}},
		{value: `"`, want: []string{``}, bad: true},
		{value: `"abc`, want: []string{`abc`}, bad: true},
		{value: `'a b'`, want: []string{`a b`}}, // Piranha keeps the quotes
		{value: `"a # b"`, want: []string{`a # b`}},
		{value: `"a" "b"`, want: []string{`a`, `b`}},
		{value: `10.0.0.1 "eth0:1"`, want: []string{`10.0.0.1`, `eth0:1`}},
		{value: `a#b`, want: []string{`a#b`}},
		{value: `#b`, want: []string{`#b`}},
		{value: `a #b`, want: []string{`a`}},
		{value: `"a" # say "b"`, want: []string{`a`}},
		{value: `"a"# it's`, want: []string{`a`}},
		{value: "a\t b", want: []string{`a`, `b`}},
	}
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			toks, _ := split("send = "+tt.value, nil)
			var got []string
			bad := false
			for _, tok := range toks[2:] {
				got = append(got, tok.text)
				bad = bad || tok.glued || tok.unclosed
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || bad != tt.bad {
				t.Errorf("bad = %v (-want +got):\n%s", bad, diff)
			}
		})
	}
}

func TestSplitComment(t *testing.T) {
	for line, want := range map[string]int{
		`keepalive = 7 # x`:    14,
		`keepalive = 7#x`:      -1,
		`} # x`:                2,
		`virtual v { # x`:      12,
		`virtual v{ # x`:       11,
		`virtual #v {`:         -1,
		`keepalive =7 # x`:     13,
		`keepalive=7 # x`:      12,
		`keepalive # x`:        10,
		`send = # x`:           -1,
		`address = 10.0.0.1 #`: 19,
	} {
		if _, got := split(line, nil); got != want {
			t.Errorf("%s: comment at %d, want %d", line, got, want)
		}
	}
}

// Lines that a careless tokenizer scans again and again.
func TestSplitLinear(t *testing.T) {
	const n = 1 << 20
	for _, line := range []string{
		strings.Repeat(`"`, n) + "x",
		strings.Repeat(`"a "`, n/4),
		strings.Repeat(`"a 'b `, n/6),
		strings.Repeat(`""x`, n/3),
		strings.Repeat(`"\" `, n/4),
		`"a" ` + strings.Repeat(`'b' `, n/4) + `"c`,
		`"a` + strings.Repeat(" ", n) + `"` + strings.Repeat(" ", n) + "x",
	} {
		toks, _ := split(line, nil)
		for _, tok := range toks {
			if tok.start >= tok.end {
				t.Fatalf("%.20q: empty token at %d", line, tok.start)
			}
		}
	}
}
