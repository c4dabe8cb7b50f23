package templates

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"

	"pacu/lvscf"
	"pacu/web/text"
	"pacu/web/textdiff"
)

// A LinesView is how two texts differ, line by line.
type LinesView struct {
	Hunks             []textdiff.Hunk
	Deleted, Inserted int
	Cut               bool // there is more than the hunks show
}

// Bounds of what a page shows of a difference; what is beyond is counted.
const (
	maxLines   = 600
	maxContext = 3
	maxChanges = 300
)

// CompareLines returns how b differs from a.
func CompareLines(a, b string) LinesView {
	var v LinesView
	v.Hunks, v.Deleted, v.Inserted, v.Cut = textdiff.Unified(textdiff.Lines(a), textdiff.Lines(b), maxContext, maxLines)
	return v
}

// counts says how much differs.
func (v LinesView) counts(t *text.Words) string {
	if v.Deleted+v.Inserted == 0 {
		return t.Review.NoLines
	}
	return fmt.Sprintf(t.Review.LineCounts, v.Inserted, v.Deleted)
}

// hunks are the lines. It is written by hand, as sheet is: a line of a template
// would be a line of the text.
func (v LinesView) hunks(label string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b bytes.Buffer
		fmt.Fprintf(&b, `<div class="diff" role="region" tabindex="0" aria-label="%s">`, html.EscapeString(label))
		for _, h := range v.Hunks {
			b.WriteString(`<pre>`)
			for _, l := range h {
				tag, n := "span", l.B
				switch l.Op {
				case textdiff.Delete:
					tag, n = "del", l.A
				case textdiff.Insert:
					tag = "ins"
				}
				fmt.Fprintf(&b, "<%s><i>%d</i>%c %s\n</%s>", tag, n, l.Op, html.EscapeString(strings.TrimRight(l.Text, "\r\n")), tag)
			}
			b.WriteString(`</pre>`)
		}
		b.WriteString(`</div>`)
		_, err := w.Write(b.Bytes())
		return err
	})
}

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

// CompareMeaning returns how b differs from a; either may be nil.
func CompareMeaning(a, b *lvscf.Config) Meaning {
	if a == nil || b == nil {
		return Meaning{}
	}
	all := lvscf.Diff(a, b)
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
