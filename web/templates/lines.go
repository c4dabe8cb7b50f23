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
