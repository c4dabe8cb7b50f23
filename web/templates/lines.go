package templates

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

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
	// Most of a large file is the same, and need not be cut into lines.
	a, b, above := withoutEnds(a, b)
	var v LinesView
	v.Hunks, v.Deleted, v.Inserted, v.Cut = textdiff.Unified(textdiff.Lines(a), textdiff.Lines(b), maxContext, maxLines)
	for _, h := range v.Hunks {
		for i := range h {
			l := &h[i]
			if l.A > 0 {
				l.A += above
			}
			if l.B > 0 {
				l.B += above
			}
			l.Text = strings.Clone(l.Text) // or it would keep all of its text
		}
	}
	return v
}

// withoutEnds returns a and b without the lines that both begin and end with,
// but for those that are shown around a difference, and how many are gone
// above. Where lines end with a carriage return alone, less may be left out.
func withoutEnds(a, b string) (restA, restB string, above int) {
	n := common(len(a), len(b), func(i, j int) bool { return a[i:j] == b[i:j] })
	top := backLines(a[:n], maxContext+1)
	above = textLines(a[:top])
	a, b = a[top:], b[top:]
	n -= top
	// What is alike at the top is not counted at the end once more.
	restOfA, restOfB := a[n:], b[n:]
	m := common(len(restOfA), len(restOfB), func(i, j int) bool {
		return restOfA[len(restOfA)-j:len(restOfA)-i] == restOfB[len(restOfB)-j:len(restOfB)-i]
	})
	end := onwardLines(a[len(a)-m:], maxContext+1)
	return a[:len(a)-m+end], b[:len(b)-m+end], above
}

// common is how far two texts of n and m bytes are alike, where same compares
// a part of both.
func common(n, m int, same func(from, to int) bool) int {
	at, most := 0, min(n, m)
	for step := 1 << 16; step > 0; step >>= 4 {
		for at+step <= most && same(at, at+step) {
			at += step
		}
	}
	return at
}

// backLines is where the last n whole lines of text begin.
func backLines(text string, n int) int {
	at := strings.LastIndexByte(text, '\n')
	for ; n > 0 && at >= 0; n-- {
		at = strings.LastIndexByte(text[:at], '\n')
	}
	return at + 1
}

// onwardLines is where the first n lines of text end, of which the first may
// be the rest of one.
func onwardLines(text string, n int) int {
	at := 0
	for ; n > 0; n-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	return at
}

// textLines is how many lines text has, as textdiff.Lines counts them.
func textLines(text string) int {
	if strings.IndexByte(text, '\r') < 0 {
		return strings.Count(text, "\n")
	}
	return len(textdiff.Lines(text))
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
				tag := "span"
				switch l.Op {
				case textdiff.Delete:
					tag = "del"
				case textdiff.Insert:
					tag = "ins"
				}
				fmt.Fprintf(&b, "<%s><i>%s</i><i>%s</i>%c %s\n</%s>", tag, lineNumber(l.A), lineNumber(l.B), l.Op, html.EscapeString(strings.TrimRight(l.Text, "\r\n")), tag)
			}
			b.WriteString(`</pre>`)
		}
		b.WriteString(`</div>`)
		_, err := w.Write(b.Bytes())
		return err
	})
}

// lineNumber is n, nothing for a line that is not there.
func lineNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
