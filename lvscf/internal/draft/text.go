package draft

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errNotText is for files that no editor wrote.
var errNotText = errors.New("it is no UTF-8 text")

// Text is the text of a source. The blanks of other widths that copies from
// web pages have, and a byte order mark, become ordinary ones. It fails for
// what is no text.
func Text(b []byte) (string, error) {
	if !utf8.Valid(b) || strings.ContainsRune(string(b), 0) {
		return "", errNotText
	}
	return strings.Map(func(r rune) rune {
		if r == '\ufeff' || r >= utf8.RuneSelf && unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, string(b)), nil
}
