package lvscf

import (
	"fmt"
	"strings"
)

// A parser makes a File of a text. It recovers at every line: what is wrong
// with one does not hide the next.
type parser struct {
	reporter
	*File
	traits traits
	open   []frame // the blocks that are open, outermost first; f.root is not among them
	body   *body   // of the innermost
	bodies []body  // what is left of the last chunk made
	// absorb is set after a block's first line without its brace: a line
	// that is only a brace belongs to it.
	absorb bool
	slow   bool // make tokens of every line; it makes no difference
}

// A frame is a block that is open.
type frame struct {
	body  *body
	kind  string // its first word
	name  string
	pos   Pos
	depth int // of a block of unknown kind: blocks open inside it
}

// Parse reads text as lvs.cf. It never fails: what it cannot understand is
// named in the Problems of the File and kept in its place.
func Parse(name string, text []byte) *File { return parse(name, text, false) }

func parse(name string, text []byte, slow bool) *File {
	f := &File{Name: name, size: len(text)}
	f.root.where = Global
	p := parser{reporter: reporter{file: name}, File: f, body: &f.root, slow: slow}
	p.text(string(text))
	p.found.sort()
	f.Problems = p.found
	return f
}

func (p *parser) text(s string) {
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		p.utf16 = true
		p.root.add(p.node(s, other))
		p.reportAt(Pos{1, 1}, Error, "not-utf8", "", "the file is UTF-16", "save it as UTF-8")
		return
	}
	p.traits = look(s)
	p.reporter.ascii = !p.traits.high
	p.File.ascii = !p.traits.high
	if rest, ok := strings.CutPrefix(s, bomUTF8); ok {
		p.bom, s = bomUTF8, rest
		p.reportAt(Pos{1, 1}, Warning, "bom", "", "the file begins with a byte order mark", "save it as UTF-8 without one: Piranha cannot read its first line")
	}
	p.nodes = make([]node, 1+strings.Count(s, "\n"))
	unended := false
	for s != "" {
		n := lineLen(s, p.traits.cr)
		p.num++
		p.line = content(s[:n])
		unended = len(p.line) == n
		p.one(s[:n])
		s = s[n:]
	}
	p.end(unended)
}

// lineLen is the length of the first line of s, its end included: LF, CR LF,
// or, as in Piranha, a CR alone.
func lineLen(s string, cr bool) int {
	if !cr {
		if n := strings.IndexByte(s, '\n'); n >= 0 {
			return n + 1
		}
		return len(s)
	}
	n := strings.IndexAny(s, "\r\n")
	switch {
	case n < 0:
		return len(s)
	case strings.HasPrefix(s[n:], "\r\n"):
		return n + 2
	}
	return n + 1
}

// one reads a line and adds its node to the tree.
func (p *parser) one(raw string) {
	line := p.line
	i := 0
	for i < len(line) && blank(line[i]) {
		i++
	}
	empty := i == len(line)
	comment := !empty && line[i] == '#'
	if (p.traits.control || !p.traits.text) && !p.clean(line, comment) {
		p.lost(raw)
		return
	}
	if empty || comment {
		p.body.add(p.node(raw, other))
		return
	}
	if !p.slow && p.quick(raw, i) {
		return
	}
	var at int
	p.toks, at = split(line, p.toks)
	toks := p.toks
	first := toks[0]
	absorb := p.absorb
	p.absorb = false
	if absorb && first.is("{") && len(toks) == 1 {
		p.body.add(p.node(raw, other))
		return
	}
	if p.body.where == 0 {
		p.strange(raw, toks)
		return
	}
	if p.traits.high && !p.pasted(toks, opensBlock(first)) {
		p.lost(raw)
		return
	}
	switch {
	case first.quote == 0 && first.text[0] == '}':
		p.closes(raw, toks)
	case first.is("{"):
		p.reportToken(Error, "brace", first, "a { that opens nothing", `a block begins with "virtual NAME {", or failover, server, probe or track_script in its place`)
		p.body.add(p.node(raw, other))
	case opensBlock(first):
		p.opens(raw, toks, at)
	default:
		p.setting(raw, toks, at)
	}
}

// lost adds a line that cannot be read. It may have opened or closed a block;
// the braces at its end say so, that one bad character is one error.
func (p *parser) lost(raw string) {
	line := strings.TrimRight(p.line, " \t")
	word := strings.TrimLeft(line, " \t")
	n := p.node(raw, other)
	switch {
	case word == "}" || word == "｝":
		if len(p.open) > 0 {
			n.kind = closing
			p.body.add(n)
			p.pop(p.num)
			return
		}
	case strings.HasSuffix(line, "{") || strings.HasSuffix(line, "｛"):
		kind := key(word)
		w := Where(0)
		if k, ok := kindOf(kind); ok && k.in&p.body.where != 0 {
			w = k.inside
		}
		p.push(n, w, kind, "", p.pos(len(line)-len(word)))
		return
	default:
		p.attempt(n, word)
	}
	p.body.add(n)
}

// attempt marks n as meant to be the setting that line begins with, if any.
func (p *parser) attempt(n *node, line string) {
	if n.dir = lookup(p.body.where, key(line)); n.dir != nil {
		n.kind = attempt
	}
}

// key is the start of line that has only what words of lvs.cf have.
func key(line string) string {
	if i := strings.IndexFunc(line, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }); i >= 0 {
		return line[:i]
	}
	return line
}

// strange adds a line of a block of unknown kind.
func (p *parser) strange(raw string, toks []token) {
	top := &p.open[len(p.open)-1]
	n := p.node(raw, other)
	p.body.add(n)
	last := toks[len(toks)-1]
	switch {
	case toks[0].quote == 0 && toks[0].text[0] == '}':
		if top.depth == 0 {
			n.kind = closing
			p.pop(p.num)
			return
		}
		top.depth--
	case last.quote == 0 && strings.HasSuffix(last.text, "{"):
		top.depth++
	}
}

// end is called after the last line; unended tells that it had no line end.
func (p *parser) end(unended bool) {
	open := len(p.open)
	for i := open - 1; i >= 0; i-- {
		b := p.open[i]
		name := b.kind
		switch {
		case b.body.where == 0:
			name = "block " + quoted(b.kind)
		case b.name != "":
			name += " " + quoted(b.name)
		}
		s, hint := Error, "add a } at its end"
		if open == 1 && !unended {
			// Piranha 0.8 reads such a file, and there are some.
			s = Warning
		} else if unended {
			hint = "the file seems cut off"
		}
		p.pop(p.num)
		p.reportAt(b.pos, s, "unclosed", b.kind, fmt.Sprintf("%s is never closed", name), hint)
	}
}
