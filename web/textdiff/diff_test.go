package textdiff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":            {},
		"a":           {"a"},
		"a\nb":        {"a\n", "b"},
		"a\r\n\r\nb":  {"a\r\n", "\r\n", "b"},
		"a\rb\r":      {"a\r", "b\r"},
		"a\n\r\nb\n":  {"a\n", "\r\n", "b\n"},
		"中文\n# x\r\n": {"中文\n", "# x\r\n"},
	} {
		if diff := cmp.Diff(want, Lines(text)); diff != "" {
			t.Errorf("Lines(%q): %s", text, diff)
		}
	}
}

// letters are lines of one letter.
func letters(s string) []string { return strings.Split(s, "")[:len(s)] }

func TestDiff(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want []Span
	}{
		{"", "", nil},
		{"abc", "abc", nil},
		{"", "ab", []Span{{0, 0, 0, 2}}},
		{"ab", "", []Span{{0, 2, 0, 0}}},
		{"abc", "axc", []Span{{1, 2, 1, 2}}},
		{"abc", "abxc", []Span{{2, 2, 2, 3}}},
		{"abcabba", "cbabac", nil},
	} {
		got := Diff(letters(tt.a), letters(tt.b))
		if tt.a == "abcabba" { // several are the shortest
			if n := edits(got); n != 5 {
				t.Errorf("Diff(%s, %s) = %v: %d edits", tt.a, tt.b, got, n)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Diff(%s, %s): %s", tt.a, tt.b, diff)
		}
	}
}

func edits(spans []Span) int {
	n := 0
	for _, s := range spans {
		n += s.A1 - s.A0 + s.B1 - s.B0
	}
	return n
}

// TestDiffOfMuch compares texts that differ more than a search looks for.
func TestDiffOfMuch(t *testing.T) {
	var a, b []string
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		line := fmt.Sprintf("server s%d\n", i)
		a = append(a, line, "weight = 1\n")
		if r.IntN(5) > 0 {
			b = append(b, line)
		}
		b = append(b, fmt.Sprintf("weight = %d\n", r.IntN(2)))
	}
	got := Diff(a, b)
	sound(t, a, b, got)
	if n := edits(got); n > 30_000 {
		t.Errorf("%d edits where some 24,000 would do", n)
	}
	var other []string
	for i := range 30_000 {
		other = append(other, fmt.Sprintf("other %d\n", i))
	}
	sound(t, a, other, Diff(a, other))
}

// sound holds that spans make b of a.
func sound(t *testing.T, a, b []string, spans []Span) {
	t.Helper()
	x, y := 0, 0
	for i, s := range append(spans, Span{len(a), len(a), len(b), len(b)}) {
		if s.A0-x != s.B0-y || s.A0 < x || i > 0 && i < len(spans) && s.A0 == x {
			t.Fatalf("span %d of %v begins at no common line", i, s)
		}
		for ; x < s.A0; x, y = x+1, y+1 {
			if a[x] != b[y] {
				t.Fatalf("line %d and %d are not alike: %q, %q", x, y, a[x], b[y])
			}
		}
		x, y = s.A1, s.B1
	}
	if x != len(a) || y != len(b) {
		t.Fatalf("the spans end at %d of %d, %d of %d", x, len(a), y, len(b))
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nx\nc\n")
	f.Add("1\n1\n2\n1\n", "1\n2\n1\n1")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := Lines(x), Lines(y)
		if strings.Join(a, "") != x {
			t.Fatalf("%q became %q", x, a)
		}
		spans := Diff(a, b)
		sound(t, a, b, spans)
		// Cut at anchors instead of searched, it is right too.
		numbers := map[string]int32{}
		c := comparer{a: number(numbers, a), b: number(numbers, b)}
		last := [2]int{-1, -1}
		for _, at := range c.anchors(0, len(a), 0, len(b)) {
			if a[at[0]] != b[at[1]] || at[0] <= last[0] || at[1] <= last[1] {
				t.Fatalf("anchor %v after %v of %q, %q", at, last, a, b)
			}
			last = at
		}
		hunks, deleted, inserted, _ := Unified(a, b, 2, 0)
		if deleted+inserted != edits(spans) {
			t.Fatalf("%d deleted, %d inserted of %v", deleted, inserted, spans)
		}
		for _, h := range hunks {
			for _, l := range h {
				if l.Op != Insert && a[l.A-1] != l.Text || l.Op != Delete && b[l.B-1] != l.Text {
					t.Fatalf("line %+v of %q, %q", l, a, b)
				}
			}
		}
	})
}

func BenchmarkDiff(b *testing.B) {
	var x []string
	for i := range 250_000 {
		x = append(x, fmt.Sprintf("line %d\n", i%5000))
	}
	y := append([]string{"new\n"}, x...)
	y[100_000], y[200_000] = "other\n", "another\n"
	for b.Loop() {
		Diff(x, y)
	}
}
