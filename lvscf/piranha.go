package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Piranha says of f what Check says, and besides what Piranha 0.8.6 refuses in
// it, or reads as something else: the words and values it does not have, and
// all that Check lets pass with a warning and Piranha does not. What Piranha
// refuses is an Error.
func Piranha(f *File) Problems {
	if f.edited {
		f = Parse(f.Name, f.Bytes())
	}
	_, ps := f.Check()
	for i := range ps {
		if refused[ps[i].Code] {
			ps[i].Severity = Error
		}
	}
	if f.utf16 {
		return ps
	}
	p := piranha{reporter: reporter{file: f.Name, ascii: f.ascii}}
	p.body(&f.root)
	if p.cr.Line > 0 && p.lf {
		p.reportAt(p.cr, Error, "piranha-lines", "", "a line that ends in a carriage return: where there is one, Piranha sees no other line end", "save the file with line feeds alone")
	}
	ps = append(ps, p.found...)
	ps.sort()
	return ps
}

// ourBlocks are those that Piranha does not have.
const ourBlocks = InTrackScript | InProbe

// refused are the codes of warnings about what Piranha refuses.
var refused = map[string]bool{"bom": true, "brace-space": true, "trailing-comment": true}

// A piranha reads a File with the eyes of Piranha.
type piranha struct {
	reporter
	toks []token
	cr   Pos  // the first line end with a carriage return
	lf   bool // there is a line end with a line feed
}

func (p *piranha) body(b *body) {
	for n := b.first; n != nil; n = n.next {
		p.num++
		p.line = content(n.raw)
		p.end(n.raw[len(p.line):])
		if n.kind != other {
			p.statement(n, b.where)
		}
		if n.body != nil {
			p.body(n.body)
		}
	}
}

// end notes how the line at hand ends.
func (p *piranha) end(eol string) {
	if p.cr.Line == 0 && strings.HasPrefix(eol, "\r") {
		p.cr = p.pos(len(p.line))
	}
	p.lf = p.lf || strings.HasSuffix(eol, "\n")
}

// statement judges n, which stands in a place.
func (p *piranha) statement(n *node, in Where) {
	var comment int
	p.toks, comment = split(p.line, p.toks)
	if comment < 0 {
		p.quotes(n, p.toks)
	}
	if n.body != nil && n.body.where&ourBlocks != 0 {
		p.reportToken(Error, "piranha-word", p.toks[0], fmt.Sprintf("%s is a block that Piranha does not have", kindWord(n.body.where)), "delete it")
	}
	if n.kind != setting || in&ourBlocks != 0 {
		return
	}
	d := n.dir
	if d.Extension {
		p.reportToken(Error, "piranha-word", p.toks[0], fmt.Sprintf("%s is a word that Piranha does not have", d.Name), "delete it")
		return
	}
	t := p.toks[2]
	if why, hint := foreign(d, t.text); why != "" {
		p.reportToken(Error, "piranha-word", t, fmt.Sprintf("%s: %s is %s", d.Name, quoted(t.text), why), hint)
	}
	// Piranha keeps the quotes of these, and takes off double ones alone when
	// it uses them.
	if t.quote == '\'' && d.Where&inService != 0 && (d.Type == Escaped || d.Type == Command) {
		p.reportToken(Warning, "piranha-quote", t, fmt.Sprintf("Piranha takes these quotes as part of %s", d.Name), `write " instead of '`)
	}
}

// foreign returns what the value s of d is that Piranha does not have, and what
// to write instead, or "".
func foreign(d *Directive, s string) (why, hint string) {
	if slices.Contains(d.New, s) {
		known := slices.DeleteFunc(slices.Clone(d.Values), func(v string) bool { return slices.Contains(d.New, v) })
		return "none of Piranha's", "write one of " + strings.Join(known, " ")
	}
	switch d.Type {
	case Duration:
		if v, ok := parseDuration(s); ok && !wholeNumber(s) {
			return "not a number of whole seconds", assign(d, fmt.Sprint(int64((v+time.Second-1)/time.Second)))
		}
	case HostName, IP, HostDevice:
		if a, err := netip.ParseAddr(s); err == nil && a.Is6() {
			return "an IPv6 address, which Piranha does not know", ""
		}
	case Mask:
		if m, _, ok := parseMask(s); ok && m.family == countMask {
			return "a netmask for IPv6, which Piranha does not know", ""
		}
	case Port:
		if wholeNumber(s) {
			break
		}
		n, known := services[strings.ToLower(s)]
		switch {
		case !known:
		case d.Where == InServer:
			return "a name, and Piranha takes none here", assign(d, fmt.Sprint(n))
		case strings.ToLower(s) != s:
			return "no name in lower case", assign(d, strings.ToLower(s))
		}
	}
	return "", ""
}

func wholeNumber(s string) bool {
	_, ok := parseInt(s)
	return ok
}

// quotes reports quotes in the line at hand, of which toks are ours, that
// Piranha pairs in another way.
func (p *piranha) quotes(n *node, toks []token) {
	if !strings.ContainsAny(p.line, `"'`) {
		return
	}
	theirs, ok := tokenize(p.line)
	same := ok && (n.kind == closing || len(theirs) == len(toks))
	for i := 0; same && n.kind != closing && i < len(toks); i++ {
		same = theirs[i] == toks[i].text
	}
	if same {
		return
	}
	i := max(0, slices.IndexFunc(toks, func(t token) bool { return t.quote != 0 }))
	hint := "write it without quotes, or as the last word of the line"
	if blank(p.line[len(p.line)-1]) {
		hint = "delete the blanks at the end of the line"
	}
	p.reportToken(Error, "piranha-quote", toks[i], "quotes that Piranha does not pair like this", hint)
}

// tokenize cuts line into words as Piranha does, and returns false where it
// says "quotation mismatch". A quoted word ends with the first quote at or
// after the first blank in it, or with the line.
func tokenize(line string) (words []string, ok bool) {
	for i := 0; ; {
		for i < len(line) && blank(line[i]) {
			i++
		}
		if i == len(line) {
			return words, true
		}
		end := i
		for end < len(line) && !blank(line[end]) {
			end++
		}
		c := line[i]
		if c != '"' && c != '\'' {
			words, i = append(words, line[i:end]), end
			continue
		}
		for end < len(line) && line[end] != c {
			end++
		}
		if end < len(line) {
			end++
		}
		if line[end-1] != c {
			return nil, false
		}
		words, i = append(words, line[i+1:max(i+1, end-1)]), end
	}
}
