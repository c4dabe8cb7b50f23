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
		lines := strings.Count(e.Text, "\n") + 1
		b.Grow(len(e.Text) + len(e.Text)/8 + 8*lines) // one piece of memory, in a large file
		b.WriteString(`<div class="sheet"><pre class="gutter" aria-hidden="true">` + "\n")
		for _, r := range runs {
			if r.Line == 0 {
				writeNumbers(&b, r.From, r.To, lines)
				continue
			}
			fmt.Fprintf(&b, `<b id="line-%d" class="%s">%d</b>`+"\n", r.Line, r.Tone, r.Line)
		}
		invalid := ""
		if e.Problems.Err() != nil {
			invalid = ` aria-invalid="true"`
		}
		fmt.Fprintf(&b, `</pre><textarea id="text" name="text" rows="%d" wrap="off" spellcheck="false" autocomplete="off" autocapitalize="none" autocorrect="off"%s>`+"\n", lines+1, invalid)
		writeText(&b, e.Text)
		b.WriteString("</textarea>")
		if len(e.Problems) > 0 {
			b.WriteString(`<pre class="beside" aria-hidden="true">` + "\n")
			for _, r := range runs {
				if r.Line == 0 {
					b.WriteString(strings.Repeat("\n", r.To-r.From+1))
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

// manyLines is from where on only each tenth line has its number: the numbers
// of all would be a third of a large page.
const manyLines = 10_000

// writeNumbers writes the numbers of the lines from one to another, of so many
// in all, a line for each.
func writeNumbers(b *bytes.Buffer, from, to, all int) {
	var number []byte
	for i := from; i <= to; i++ {
		if all < manyLines || i%10 == 0 || i == 1 {
			number = strconv.AppendInt(number[:0], int64(i), 10)
			b.Write(number)
		}
		b.WriteByte('\n')
	}
}

// special are the characters that html.EscapeString escapes.
const special = `&<>"'`

// writeText is html.EscapeString for a text of megabytes with few characters
// to escape.
func writeText(b *bytes.Buffer, s string) {
	var next [len(special)]int // where in s each comes next
	for i := range next {
		next[i] = -1
	}
	for at := 0; ; {
		first := len(s)
		for i := range next {
			if next[i] < at {
				next[i] = len(s)
				if n := strings.IndexByte(s[at:], special[i]); n >= 0 {
					next[i] = at + n
				}
			}
			first = min(first, next[i])
		}
		b.WriteString(s[at:first])
		if first == len(s) {
			return
		}
		b.WriteString(html.EscapeString(s[first : first+1]))
		at = first + 1
	}
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
