package lvscf

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// clone copies s, that it does not hold on to the text of a whole file, and
// makes it text where it is not.
func clone(s string) string { return strings.Clone(strings.ToValidUTF8(s, "\uFFFD")) }

// traits are what a look over all bytes of a file tells.
type traits struct {
	cr      bool // a carriage return somewhere
	control bool // a control character, NUL included, other than tab and line ends
	high    bool // a byte beyond ASCII
	text    bool // valid UTF-8
}

// classes sorts bytes for look.
var classes = func() (c [256]uint8) {
	for i := range c {
		switch {
		case i == '\r':
			c[i] = 1
		case i < ' ' && i != '\t' && i != '\n' || i == 0x7f:
			c[i] = 2
		case i >= utf8.RuneSelf:
			c[i] = 4
		}
	}
	return c
}()

func look(text string) traits {
	var all uint8
	for i := range len(text) {
		all |= classes[text[i]]
	}
	t := traits{cr: all&1 != 0, control: all&2 != 0, high: all&4 != 0, text: true}
	if t.high {
		t.text = utf8.ValidString(text)
	}
	return t
}

// clean reports what in the line at hand is no text, and whether the rest of
// it can still be read. comment tells that nothing in it is.
func (p *parser) clean(line string, comment bool) bool {
	if p.traits.control {
		for i := range len(line) {
			if classes[line[i]] != 2 {
				continue
			}
			if line[i] == 0 {
				p.report(Error, "nul", i, i+1, "a NUL byte", "this is no text file, or a damaged one")
				return false
			}
			s := Error
			if comment {
				s = Warning
			}
			p.report(s, "control", i, i+1, fmt.Sprintf("a control character (%#02x)", line[i]), "delete it")
			return comment
		}
	}
	if !p.traits.text && !utf8.ValidString(line) {
		i := 0
		for i < len(line) {
			r, n := utf8.DecodeRuneInString(line[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			i += n
		}
		const hint = "save the file as UTF-8"
		if comment {
			p.report(Warning, "not-utf8", i, i+1, fmt.Sprintf("a comment that is no UTF-8 (byte %#02x)", line[i]), hint)
			return true
		}
		p.report(Error, "not-utf8", i, i+1, fmt.Sprintf("bytes that are no UTF-8 text (%#02x)", line[i]), hint)
		return false
	}
	return true
}

// typographic are the quotes that word processors and web pages make of " and
// ', with what to write.
var typographic = map[rune]string{
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '«': `"`, '»': `"`, '＂': `"`, '「': `"`, '」': `"`,
	'‘': `'`, '’': `'`, '‚': `'`, '‛': `'`, '＇': `'`,
}

// hidden names the characters that look like a blank, or like nothing.
var hidden = map[rune]string{
	'\u00a0': "no-break space", '\u3000': "full-width space", '\u200b': "zero-width space",
	'\u200c': "zero-width non-joiner", '\u200d': "zero-width joiner", '\u2060': "word joiner",
	'\ufeff': "byte order mark", '\u2028': "line separator", '\u2029': "paragraph separator",
	'\u00ad': "soft hyphen", '\u0085': "next line", '\u2002': "en space", '\u2003': "em space",
	'\u2009': "thin space", '\u202f': "narrow no-break space",
}

// ordinary returns what to write for a full-width character, or "" when r is
// none.
func ordinary(r rune) string {
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		return string(r - 0xff01 + '!')
	case r == '。':
		return "."
	case r == '、':
		return ","
	}
	return ""
}

// pasted reports what copying from documents left in toks, and whether the
// line can still be read. A name, at index 1 when named, may have full-width
// characters other than those of the grammar.
func (p *parser) pasted(toks []token, named bool) bool {
	for i, t := range toks {
		for j, r := range p.line[t.start:t.end] {
			if r < utf8.RuneSelf {
				continue
			}
			at, end := t.start+j, t.start+j+utf8.RuneLen(r)
			if name, ok := hidden[r]; ok {
				s := Error
				if t.quote != 0 {
					s = Warning // it may be meant
				}
				p.report(s, "hidden", at, end, fmt.Sprintf("a %s (U+%04X)", name, r), "write an ordinary space, or delete it")
				return t.quote != 0
			}
			if t.quote != 0 {
				continue
			}
			if q, ok := typographic[r]; ok {
				p.report(Error, "typographic", at, end, fmt.Sprintf("a typographic quote %c", r), "write an ordinary "+q)
				return false
			}
			o := ordinary(r)
			if named && i == 1 && o != "{" {
				continue
			}
			if o != "" {
				message, hint := fmt.Sprintf("a full-width %c", r), "write an ordinary "+o
				if secret(p.line) {
					message, hint = "a full-width character", "write an ordinary one"
				}
				p.report(Error, "full-width", at, end, message, hint)
				return false
			}
		}
	}
	return true
}
