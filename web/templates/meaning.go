package templates

import (
	"strings"

	"pacu/lvscf"
	"pacu/web/text"
)

// A Meaning is how two files differ by what they say.
type Meaning struct {
	Known   bool // false: one of them has errors
	Objects []ObjectChanges
	Total   int // changes; more than Objects have where there are many
}

// ObjectChanges are the changes of one object.
type ObjectChanges struct {
	Object  string // as lvscf.Change has it
	Changes []lvscf.Change
}

// CompareMeaning returns how the lvs.cf b differs from a by what they say.
func CompareMeaning(a, b string) Meaning {
	a, b = withoutCommon(a, b)
	from, problems := lvscf.Read("lvs.cf", []byte(a))
	if problems.Err() != nil {
		return Meaning{}
	}
	to, problems := lvscf.Read("lvs.cf", []byte(b))
	if problems.Err() != nil {
		return Meaning{}
	}
	all := lvscf.Diff(from, to)
	m := Meaning{Known: true, Total: len(all)}
	for _, c := range all[:min(len(all), maxChanges)] {
		if n := len(m.Objects); n == 0 || m.Objects[n-1].Object != c.Object {
			m.Objects = append(m.Objects, ObjectChanges{Object: c.Object})
		}
		last := &m.Objects[len(m.Objects)-1]
		last.Changes = append(last.Changes, c)
	}
	return m
}

// shown is how many changes the Objects have.
func (m Meaning) shown() int {
	n := 0
	for _, o := range m.Objects {
		n += len(o.Changes)
	}
	return n
}

// objectName is what changed, for people.
func objectName(t *text.Words, object string) string {
	if object == "" {
		return t.Review.WholeFile
	}
	return object
}

// wholeBlock reports whether a block was added or removed, and the words for that.
func wholeBlock(t *text.Words, c lvscf.Change) (word, what, tone string, ok bool) {
	switch c.What {
	case "added":
		return t.Review.Added, c.To, "ok", true
	case "removed":
		return t.Review.Removed, c.From, "bad", true
	}
	return "", "", "", false
}

// withoutCommon returns both texts without the virtuals that are alike, byte for
// byte, and in both just once: what is left differs as the whole does, and is
// read in a moment where there are thousands.
func withoutCommon(a, b string) (string, string) {
	inA, okA := virtualTexts(a)
	inB, okB := virtualTexts(b)
	if !okA || !okB {
		return a, b
	}
	count := map[string][2]int{} // of each virtual's text, in a and in b
	for _, at := range inA {
		n := count[a[at[0]:at[1]]]
		n[0]++
		count[a[at[0]:at[1]]] = n
	}
	for _, at := range inB {
		n := count[b[at[0]:at[1]]]
		n[1]++
		count[b[at[0]:at[1]]] = n
	}
	return cutCommon(a, inA, count), cutCommon(b, inB, count)
}

// cutCommon is text without those of its virtuals that count once in both.
func cutCommon(text string, virtuals [][2]int, count map[string][2]int) string {
	var b strings.Builder
	from := 0
	for _, at := range virtuals {
		if count[text[at[0]:at[1]]] == [2]int{1, 1} {
			b.WriteString(text[from:at[0]])
			from = at[1]
		}
	}
	b.WriteString(text[from:])
	return b.String()
}

// virtualTexts is where the virtuals of a plain lvs.cf begin and end; false for
// one whose blocks are not written as all programs write them.
func virtualTexts(text string) (all [][2]int, ok bool) {
	at, start, depth := 0, 0, 0
	for line := range strings.Lines(text) {
		words := strings.TrimSpace(line)
		switch {
		case words == "" || words[0] == '#':
		case strings.HasSuffix(words, "{"):
			if depth == 0 {
				start = at
			}
			depth++
		case words == "}":
			if depth--; depth < 0 {
				return nil, false
			}
			if depth == 0 && strings.HasPrefix(strings.TrimLeft(text[start:], " \t"), "virtual") {
				all = append(all, [2]int{start, at + len(line)})
			}
		case strings.ContainsAny(words, "{}"):
			return nil, false
		}
		at += len(line)
	}
	return all, depth == 0
}
