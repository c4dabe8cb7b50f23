package templates

import (
	"context"
	"fmt"
	"html"
	"io"

	"github.com/a-h/templ"

	"pacu/web/text"
)

// orNothing is s, or a word where it is empty.
func orNothing(t *text.Words, s string) string {
	if s == "" {
		return t.Review.NoLinesHere
	}
	return s
}

// mergeArea is a field of several lines that holds s, byte for byte; see sheet.
func mergeArea(name, s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<textarea id="%s" name="%s" rows="%s" wrap="off" spellcheck="false" autocomplete="off" autocapitalize="none">`+"\n%s</textarea>",
			html.EscapeString(name), html.EscapeString(name), mergeRows(s), html.EscapeString(s))
		return err
	})
}
