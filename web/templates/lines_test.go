package templates

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pacu/web/textdiff"
)

// wholeLines is CompareLines without its short cut.
func wholeLines(a, b string) (v LinesView) {
	v.Hunks, v.Deleted, v.Inserted, v.Cut = textdiff.Unified(textdiff.Lines(a), textdiff.Lines(b), maxContext, maxLines)
	return v
}

func TestCompareLinesOfALargeText(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	for _, change := range [][2]string{
		{"line 0\n", ""}, {"line 4999\n", "last"}, {"line 2500\n", "new\nline 2500\n"}, {"line 2500\nline 2501\n", ""},
		{"line 7\n", "line 7\nline 7\n"}, {"line 2500\n", "line 2500\r\n"}, {"line 3\n", "line 3\n\r\r\n"}, {"", ""},
	} {
		a := text.String()
		b := strings.Replace(a, change[0], change[1], 1)
		for _, both := range [][2]string{{a, b}, {b, a}} {
			if diff := cmp.Diff(wholeLines(both[0], both[1]), CompareLines(both[0], both[1])); diff != "" {
				t.Errorf("%q (-whole +without its ends):\n%s", change, diff)
			}
		}
	}
}

// FuzzCompareLines holds that what is left out of the search changes nothing.
func FuzzCompareLines(f *testing.F) {
	f.Add("a\nb\nc\nd\ne\nf\n", "x\n", "x\ny\n", "g\nh\ni\nj\nk\nl")
	f.Add("a\r\rb\r\n\r", "\n", "\r\n", "\rc\n\n\n\n\n\n\n")
	f.Fuzz(func(t *testing.T, top, x, y, end string) {
		a, b := top+x+end, top+y+end
		if diff := cmp.Diff(wholeLines(a, b), CompareLines(a, b)); diff != "" {
			t.Fatalf("%q, %q (-whole +without its ends):\n%s", a, b, diff)
		}
	})
}
