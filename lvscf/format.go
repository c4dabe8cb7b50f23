package lvscf

import "strings"

// Format returns text in canonical form, as Piranha's console lays it out:
// words outside blocks at the first column, those in a virtual or failover
// behind five blanks, those in a server behind nine; a single blank around =,
// quotes where they are usual or needed, lines that end in a line feed. Nothing
// that Piranha would stumble over is left of the layout: a comment behind a
// statement moves to the line above it, a block that was never closed gets its
// brace.
//
// Every statement and comment stays, in its order, and text means the same as
// before. Blank lines stay next to comments and between blocks, one at a time.
// Formatting twice is formatting once.
//
// The Problems are those of syntax; where one is an Error the text is nil.
func Format(text []byte) ([]byte, Problems) {
	f := Parse("lvs.cf", text)
	if len(f.Problems.Errors()) > 0 {
		return nil, f.Problems
	}
	p := printer{}
	p.out.Grow(len(text) + len(text)/8)
	p.body(&f.root)
	return []byte(p.out.String()), f.Problems
}

// A printer writes a tree that has no errors in canonical form.
type printer struct {
	out  strings.Builder
	toks []token
	last sort // of the line before
	gap  bool // blank lines stood behind it
}

// A sort of line, for the blank lines between.
type sort uint8

const (
	sortTop sort = iota // nothing yet: the start of the file
	sortNote
	sortWord
	sortOpen
	sortShut
)

func (p *printer) body(b *body) {
	indent := console.key(b.where)
	for n := b.first; n != nil; n = n.next {
		line := content(n.raw)
		bare := strings.Trim(line, " \t")
		switch {
		case bare == "":
			p.gap = true
			continue
		case bare[0] == '#':
			p.line(sortNote, indent, bare)
			continue
		}
		var comment int
		p.toks, comment = split(line, p.toks)
		switch {
		case n.kind == closing:
			// Text after a brace counts for nothing, so it is a comment.
			if rest := strings.TrimLeft(bare[1:], " \t"); rest != "" {
				p.comment(indent, rest)
			}
			p.line(sortShut, console.foot(b.where), "}")
			continue
		case comment >= 0:
			p.comment(indent, line[comment:])
			line = line[:comment]
		}
		if n.kind == setting {
			p.line(sortWord, indent, p.setting(n.dir, line))
			continue
		}
		p.line(sortOpen, indent, p.heading(line))
		p.body(n.body)
	}
	if b.head != nil && (b.last == nil || b.last.kind != closing) {
		p.gap = false
		p.line(sortShut, console.foot(b.where), "}")
	}
}

// comment writes text as a comment.
func (p *printer) comment(indent, text string) {
	text = strings.TrimRight(text, " \t")
	if text[0] != '#' {
		text = "# " + text
	}
	p.line(sortNote, indent, text)
}

// line writes a line, and one blank line before it if there was one that is to
// stay.
func (p *printer) line(s sort, indent, text string) {
	between := p.last == sortNote || p.last == sortShut || s == sortNote || s == sortOpen
	if p.gap && between && p.last != sortTop && p.last != sortOpen && s != sortShut {
		p.out.WriteByte('\n')
	}
	p.out.WriteString(indent)
	p.out.WriteString(text)
	p.out.WriteByte('\n')
	p.last, p.gap = s, false
}

// setting returns the setting of d in line, of which p.toks are the tokens.
func (p *printer) setting(d *Directive, line string) string {
	values := make([]string, 0, 2)
	quotes := make([]token, 0, 2) // those to be used
	for _, t := range p.toks[2:] {
		values = append(values, t.text)
		switch {
		case d.Type == List, t.quote != 0 && !asciiOnly(t.text):
			// Quotes mean something in the one, and allow for any
			// character in the other.
		case d.Type == Escaped, d.Type == Command && d.Where != Global:
			t.quote = '"' // as the console writes texts and commands of services
		default:
			t.quote = 0
		}
		quotes = append(quotes, t)
	}
	text, err := compose(d, d.Name+" = ", values, quotes, "")
	if err != nil {
		return p.asWritten(line)
	}
	return text
}

// heading returns line, a block's first, of which p.toks are the tokens.
func (p *printer) heading(line string) string {
	kind, name := p.toks[0].text, headingName(p.toks)
	var before byte
	if t := p.toks[1]; !asciiOnly(name) {
		before = t.quote
	}
	for _, written := range quotings(name, before, false) {
		text := kind + " " + written + " {"
		toks, comment := split(text, nil)
		if comment < 0 && len(toks) == 3 && toks[1].text == name && !toks[1].unclosed && toks[2].is("{") && !toks[2].glued {
			return text
		}
	}
	return p.asWritten(line)
}

// asWritten returns line with its words as they are and single blanks between
// them, where that makes the same words of p.toks.
func (p *printer) asWritten(line string) string {
	var b strings.Builder
	for i, t := range p.toks {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line[t.start:t.end])
	}
	toks, comment := split(b.String(), nil)
	same := comment < 0 && len(toks) == len(p.toks)
	for i := 0; same && i < len(toks); i++ {
		same = toks[i].text == p.toks[i].text && toks[i].quote == p.toks[i].quote
	}
	if same {
		return b.String()
	}
	return strings.Trim(line, " \t")
}
