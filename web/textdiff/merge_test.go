package textdiff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tell is pieces in a few words: the sides' letters and what they hold.
func tell(pieces []Piece) string {
	var parts []string
	for _, p := range pieces {
		base, mine, theirs := strings.Join(p.Base, ""), strings.Join(p.Mine, ""), strings.Join(p.Theirs, "")
		switch p.Side {
		case Unchanged:
			parts = append(parts, base)
		case Mine:
			parts = append(parts, "m("+base+">"+mine+")")
		case Theirs:
			parts = append(parts, "t("+base+">"+theirs+")")
		case Both:
			parts = append(parts, "b("+base+">"+mine+")")
		case Conflict:
			parts = append(parts, "c("+base+">"+mine+"|"+theirs+")")
		}
	}
	return strings.Join(parts, " ")
}

func TestMerge(t *testing.T) {
	for _, tt := range []struct{ base, mine, theirs, want string }{
		{"", "", "", ""},
		{"abc", "abc", "abc", "abc"},
		{"abc", "axc", "abc", "a m(b>x) c"},
		{"abc", "abc", "abxc", "ab t(>x) c"},
		{"abc", "axc", "axc", "a b(b>x) c"},
		{"abc", "axc", "ayc", "a c(b>x|y) c"},
		{"abcd", "axcd", "abyd", "a m(b>x) t(c>y) d"},          // neighbours
		{"abc", "abxc", "abyc", "ab c(>x|y) c"},                // put in at the same place
		{"abc", "abxc", "ayc", "a t(b>y) m(>x) c"},             // behind what they changed
		{"abc", "axbc", "ayc", "a m(>x) t(b>y) c"},             // before it
		{"abcde", "axyze", "abqde", "a c(bcd>xyz|bqd) e"},      // theirs is within mine
		{"abcde", "ae", "abcqde", "a c(bcd>|bcqd) e"},          // put into what is gone
		{"", "x", "y", "c(>x|y)"},                              //
		{"abcdef", "aXcdef", "abcdYf", "a m(b>X) cd t(e>Y) f"}, //
	} {
		got := tell(Merge(letters(tt.base), letters(tt.mine), letters(tt.theirs)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Merge(%s, %s, %s): %s", tt.base, tt.mine, tt.theirs, diff)
		}
	}
}

// TestMergeMatters merges what people do to lvs.cf.
func TestMergeMatters(t *testing.T) {
	base := "serial_no = 3\nprimary = 10.0.0.1\nvirtual a {\n  port = 80\n}\n"
	mine := strings.Replace(base, "10.0.0.1", "10.0.0.2", 1) + "virtual b {\n  port = 81\n}\n"
	theirs := strings.Replace(base, "serial_no = 3", "serial_no = 4", 1)
	var got strings.Builder
	for _, p := range Merge(Lines(base), Lines(mine), Lines(theirs)) {
		lines, ok := p.Merged()
		if !ok {
			t.Fatalf("a conflict: %+v", p)
		}
		got.WriteString(strings.Join(lines, ""))
	}
	if diff := cmp.Diff(strings.Replace(mine, "serial_no = 3", "serial_no = 4", 1), got.String()); diff != "" {
		t.Error(diff)
	}
}

// FuzzMerge holds that no line of the three is lost, and that what nobody else
// touched comes out as it went in.
func FuzzMerge(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nx\nc\n", "a\nb\ny\nc\n")
	f.Add("a\nb\nc\n", "c\n", "a\nb\nc\nd")
	f.Add("1\n1\n1\n", "1\n1\n", "1\n2\n1\n1\n")
	f.Fuzz(func(t *testing.T, base, mine, theirs string) {
		var b, m, th strings.Builder
		for _, p := range Merge(Lines(base), Lines(mine), Lines(theirs)) {
			one, two, three := strings.Join(p.Base, ""), strings.Join(p.Mine, ""), strings.Join(p.Theirs, "")
			b.WriteString(one)
			m.WriteString(two)
			th.WriteString(three)
			var fits bool
			switch p.Side {
			case Unchanged:
				fits = one == two && one == three
			case Mine:
				fits = one == three
			case Theirs:
				fits = one == two
			case Both:
				fits = two == three
			case Conflict:
				fits = two != three
			}
			if !fits {
				t.Fatalf("piece %+v is not what it says", p)
			}
		}
		if b.String() != base || m.String() != mine || th.String() != theirs {
			t.Fatalf("lost: %q is %q, %q is %q, %q is %q", base, &b, mine, &m, theirs, &th)
		}
		for _, p := range Merge(Lines(base), Lines(mine), Lines(base)) {
			if p.Side != Unchanged && p.Side != Mine {
				t.Fatalf("piece %+v, and theirs is the base", p)
			}
		}
	})
}
