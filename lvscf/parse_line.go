package lvscf

import (
	"fmt"
	"strings"
)

// push opens a block at n, which it adds.
func (p *parser) push(n *node, w Where, kind, name string, pos Pos) {
	n.kind = opening
	if len(p.bodies) == 0 {
		p.bodies = make([]body, chunk/8)
	}
	n.body, p.bodies = &p.bodies[0], p.bodies[1:]
	*n.body = body{where: w, parent: p.body, head: n}
	p.body.add(n)
	p.body = n.body
	p.open = append(p.open, frame{body: n.body, kind: kind, name: name, pos: pos})
}

// pop closes the innermost block, whose last line is number last.
func (p *parser) pop(last int) {
	p.body.lines = last - p.open[len(p.open)-1].pos.Line
	p.body = p.body.parent
	p.open = p.open[:len(p.open)-1]
}

// closes adds a line that begins with }.
func (p *parser) closes(raw string, toks []token) {
	first := toks[0]
	n := p.node(raw, other)
	if len(p.open) == 0 {
		p.reportToken(Error, "brace", first, "a } that closes nothing", "delete it, or look for a { missing above")
		p.body.add(n)
		return
	}
	switch {
	case first.text != "}":
		p.reportToken(Error, "brace", first, fmt.Sprintf("%s where only a } can stand", quoted(first.text)), "write } alone on its line")
	case len(toks) > 1:
		p.report(Warning, "after-brace", toks[1].start, toks[len(toks)-1].end, "text after a } counts for nothing", "put it on a line of its own")
	}
	n.kind = closing
	p.body.add(n)
	p.pop(p.num)
	for range strings.Count(first.text, "}") - 1 {
		if len(p.open) > 0 {
			p.pop(p.num)
		}
	}
}

// opens adds a line that begins with a word of blockKinds.
func (p *parser) opens(raw string, toks []token, comment int) {
	first, last := toks[0], toks[len(toks)-1]
	kind := first.text
	if len(toks) > 1 && toks[1].is("=") {
		p.reportToken(Error, "form", first, fmt.Sprintf("%s opens a block and takes no value", quoted(kind)), fmt.Sprintf("write %q", kind+" NAME {"))
		p.body.add(p.node(raw, other))
		return
	}
	name, shut := p.heading(kind, toks)
	if comment >= 0 && !shut {
		p.trailing(comment)
	}
	w := p.place(first, name)
	n := p.node(raw, other)
	if shut {
		// The whole block stood on this line.
		p.body.add(n)
		return
	}
	p.absorb = !last.is("{") && !strings.HasSuffix(last.text, "{")
	p.push(n, w, kind, name, p.pos(first.start))
}

// heading reports what is wrong with the form of a block's first line, and
// returns the block's name. shut tells that the line closes the block too.
func (p *parser) heading(kind string, toks []token) (name string, shut bool) {
	last := toks[len(toks)-1]
	if len(toks) == 3 && toks[2].is("{") {
		p.checkQuotes(toks)
		return toks[1].text, false
	}
	write := fmt.Sprintf("write %q", kind+" NAME {")
	named := func(name string) string {
		if strings.ContainsAny(name, " \t") {
			name = `"` + name + `"`
		}
		return "write '" + kind + " " + short(name) + " {'"
	}
	switch {
	case len(toks) == 1, len(toks) == 2 && last.is("{"):
		p.reportToken(Error, "form", toks[0], fmt.Sprintf("%s without a name", quoted(kind)), write)
		return "", false
	case toks[1].is("{"):
		p.report(Error, "form", toks[2].start, last.end, fmt.Sprintf("%s without a name, and text after its {", quoted(kind)), write)
		return "", last.is("}")
	case len(toks) == 2 && last.quote == 0 && strings.HasSuffix(last.text, "{"):
		name = strings.TrimRight(last.text, "{")
		p.report(Warning, "brace-space", last.end-1, last.end, "no blank before {", named(name)+", or Piranha refuses the file")
		return name, false
	case len(toks) == 2:
		p.reportToken(Error, "form", last, fmt.Sprintf("no { on the line of %s %s", kind, quoted(last.text)), named(last.text))
		return last.text, false
	case toks[2].is("{"):
		p.report(Error, "form", toks[3].start, last.end, "text after {", "put each statement on a line of its own")
		return toks[1].text, last.is("}")
	case len(toks) == 4 && last.is("{") && toks[1].is("server"):
		p.reportToken(Error, "form", toks[1], fmt.Sprintf("%s between %s and its name, as in 1999", quoted("server"), kind), named(toks[2].text))
		return toks[2].text, false
	}
	end := last.end
	if last.quote == 0 {
		end -= len(last.text) - len(strings.TrimRight(last.text, "{"))
	}
	name = strings.TrimSpace(p.line[toks[1].start:end])
	if secret(p.line) { // another line, that lost its end
		name = toks[1].text
	}
	if last.quote != 0 || !strings.HasSuffix(last.text, "{") {
		p.report(Error, "form", toks[1].start, last.end, fmt.Sprintf("%s takes a name and a {", quoted(kind)), write)
		return name, false
	}
	p.report(Error, "form", toks[1].start, end, fmt.Sprintf("the name of a %s has blanks", kind), named(strings.Trim(name, `"'`)))
	return name, false
}

// place reports a block that may not stand where it does, closes those that
// must have ended before it, and returns what is inside it.
func (p *parser) place(first token, name string) Where {
	kind := first.text
	inside := func() {
		in := p.open[len(p.open)-1]
		p.reportToken(Error, "unclosed", first, fmt.Sprintf("%s %s begins inside %s %s", kind, quoted(name), in.kind, quoted(in.name)),
			fmt.Sprintf("write the missing } of line %d's block before it", in.pos.Line))
	}
	k, _ := kindOf(kind)
	if k.in&inService != 0 {
		if p.body.where == InServer || p.body.where == InProbe {
			inside()
			p.pop(p.num - 1)
		}
		if p.body.where&k.in != 0 {
			return k.inside
		}
		p.reportToken(Error, "misplaced", first, fmt.Sprintf("%s %s stands in no virtual block", kind, quoted(name)), "move it between the { and } of a virtual")
		if p.body.where != Global {
			return 0
		}
		return k.inside
	}
	if p.body.where != Global {
		inside()
		for p.body.where != Global {
			p.pop(p.num - 1)
		}
	}
	return k.inside
}

// setting adds any other line.
func (p *parser) setting(raw string, toks []token, comment int) {
	first, last := toks[0], toks[len(toks)-1]
	n := p.node(raw, other)
	key := first.text
	d := lookup(p.body.where, key)
	if d == nil {
		if last.is("{") || len(toks) <= 2 && last.quote == 0 && strings.HasSuffix(last.text, "{") {
			first = bare(first)
			key = first.text
			p.reportToken(Error, "unknown-block", first, fmt.Sprintf("%s opens no block of lvs.cf", quoted(key)), unknown(p.body.where, strings.TrimSuffix(key, "{")))
			p.push(n, 0, key, "", p.pos(first.start))
			return
		}
		p.body.add(n)
		p.unknown(n, toks)
		return
	}
	p.body.add(n)
	n.kind, n.dir = attempt, d
	if p.form(d, toks) {
		n.kind = setting
		if comment >= 0 {
			p.trailing(comment)
		}
	}
}

// unknown reports a line whose first word is no key here.
func (p *parser) unknown(n *node, toks []token) {
	first := bare(toks[0])
	key := first.text
	if d := lookup(p.body.where, key); d != nil {
		n.kind, n.dir = attempt, d
		at, value := first.start+len(key), ""
		if first.quote == 0 {
			value = strings.Trim(strings.TrimLeft(p.line[at:toks[len(toks)-1].end], "=:"), " \t")
		}
		message := fmt.Sprintf("no = after %s", quoted(key))
		if c := p.line[at]; c == '=' || c == ':' {
			message = fmt.Sprintf("no blank before %q", string(c))
		}
		p.report(Error, "equals", at, at+1, message, assign(d, value))
		return
	}
	if w := elsewhere(key); w != 0 && lookup(p.body.where, strangers[key]) == nil {
		p.reportToken(Error, "misplaced", first, fmt.Sprintf("%s cannot stand %s", quoted(key), in(p.body.where)), fmt.Sprintf("it belongs %s", in(w)))
		return
	}
	p.reportToken(Error, "unknown-word", first, fmt.Sprintf("%s is not known %s", quoted(key), in(p.body.where)), unknown(p.body.where, key))
}

// bare is t, the first word of a line, without a value that is written to its
// end: the key may be that of a secret, misspelt or in the wrong place.
func bare(t token) token {
	n := len(t.text)
	if i := strings.IndexAny(t.text, "=: \t\"'"); i > 0 {
		n = i
	}
	for _, name := range secrets {
		if strings.HasPrefix(t.text, name) {
			n = len(name)
		}
	}
	t.text = t.text[:n]
	if t.quote == 0 {
		t.end = t.start + n
	}
	return t
}

// in is w after a verb.
func in(w Where) string {
	switch {
	case w&Global != 0:
		return "outside blocks"
	case w == inService:
		return "in " + w.String()
	}
	var words []string
	for _, k := range blockKinds {
		// A failover is named where it is the only service meant.
		if w&k.inside != 0 && (k.inside != InFailover || w&InVirtual == 0) {
			words = append(words, k.word)
		}
	}
	last := len(words) - 1
	if last > 0 {
		words = []string{strings.Join(words[:last], ", ") + " or " + words[last]}
	}
	return "in a " + words[0] + " block"
}

// assign is the hint to write a setting; of a secret one it keeps the value to
// itself.
func assign(d *Directive, value string) string {
	if value == "" || d.Secret {
		return fmt.Sprintf("write '%s = VALUE'", d.Name)
	}
	return fmt.Sprintf("write '%s = %s'", d.Name, short(value))
}

// trailing reports the comment at i, after a statement.
func (p *parser) trailing(i int) {
	p.report(Warning, "trailing-comment", i, len(p.line), "a comment after a statement", "put it on a line of its own, or Piranha refuses the file")
}
