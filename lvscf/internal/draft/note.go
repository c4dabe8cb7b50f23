package draft

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Note is something of the source that could not be carried over, or not as
// it was meant.
type Note struct {
	Line int    `json:"line"` // of the source, from 1; 0 when it is about the whole of it
	Text string `json:"text"` // the words of the source, cut where they are long
	Why  string `json:"why"`  // why they were not carried, and what to do
}

// String is the note after its line: 12: nopreempt: lvs.cf has no word for it.
func (n Note) String() string {
	switch {
	case n.Line == 0:
		return n.Why
	case n.Text == "":
		return fmt.Sprintf("%d: %s", n.Line, n.Why)
	}
	return fmt.Sprintf("%d: %s: %s", n.Line, n.Text, n.Why)
}

// longest is how many bytes of the source a Note repeats.
const longest = 120

// short is s in one line of text, cut where it is long.
func short(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return utf8.RuneError
		}
		return r
	}, s)
	if len(s) <= longest {
		return s
	}
	i := longest
	for !utf8.RuneStart(s[i]) {
		i--
	}
	return s[:i] + "..."
}

// sorted returns notes in the order of their lines, each once.
func sorted(notes []Note) []Note {
	slices.SortStableFunc(notes, func(a, b Note) int { return cmp.Compare(a.Line, b.Line) })
	seen := make(map[Note]bool, len(notes))
	return slices.DeleteFunc(notes, func(n Note) bool {
		was := seen[n]
		seen[n] = true
		return was
	})
}
