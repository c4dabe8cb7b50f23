package templates

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// sheet is the editor: line numbers, the text, and beside it what is wrong
// with each line. It is written by hand because every byte between these tags
// counts: the indentation of a template would be lines of the file. Browsers
// drop a line end right after <pre> and <textarea> (HTML, 13.1.2.5), so one
// is given.
func sheet(e Editor) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b bytes.Buffer
		runs := e.runs()
		b.WriteString(`<div class="sheet"><pre class="gutter" aria-hidden="true">` + "\n")
		for _, r := range runs {
			if r.Line == 0 {
				b.WriteString(r.Numbers)
				continue
			}
			fmt.Fprintf(&b, `<b id="line-%d" class="%s">%d</b>`+"\n", r.Line, r.Tone, r.Line)
		}
		invalid := ""
		if e.Problems.Err() != nil {
			invalid = ` aria-invalid="true"`
		}
		fmt.Fprintf(&b, `</pre><textarea id="text" name="text" rows="%d" wrap="off" spellcheck="false" autocomplete="off" autocapitalize="none" autocorrect="off"%s>`+"\n%s</textarea>",
			strings.Count(e.Text, "\n")+2, invalid, html.EscapeString(e.Text))
		if len(e.Problems) > 0 {
			b.WriteString(`<pre class="beside" aria-hidden="true">` + "\n")
			for _, r := range runs {
				if r.Line == 0 {
					b.WriteString(r.Blank)
					continue
				}
				words := html.EscapeString(r.words())
				fmt.Fprintf(&b, `<b class="%s" title="%s">%s</b>`+"\n", r.Tone, words, words)
			}
			b.WriteString(`</pre>`)
		}
		b.WriteString(`</div>`)
		_, err := w.Write(b.Bytes())
		return err
	})
}

// theirs is the text that is in the file now, with the lines marked that mine
// does not have.
func theirs(e Editor) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		mine := map[string]bool{}
		for line := range strings.Lines(e.Text) {
			mine[strings.TrimSpace(line)] = true
		}
		var b bytes.Buffer
		b.WriteString(`<pre class="theirs" tabindex="0" aria-labelledby="theirs-title">` + "\n")
		for line := range strings.Lines(e.Theirs) {
			words := html.EscapeString(strings.TrimRight(line, "\n"))
			if mine[strings.TrimSpace(line)] {
				b.WriteString(words + "\n")
				continue
			}
			fmt.Fprintf(&b, "<mark>%s</mark>\n", words)
		}
		b.WriteString(`</pre>`)
		_, err := w.Write(b.Bytes())
		return err
	})
}
