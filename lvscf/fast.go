package lvscf

import (
	"math"
	"strings"
)

// Nearly all lines of nearly all files are "key = value" and nothing else.
// They are read without making tokens of them.

// simple finds the value in line, which begins at i with no blank, if line is
// key = value, both separated by blanks, and value is bare or between the only
// quotes of their kind. value is with its quotes.
func simple(line string, i int) (key string, from, to int, ok bool) {
	j := i
	for j < len(line) && !blank(line[j]) {
		j++
	}
	key = line[i:j]
	for j < len(line) && blank(line[j]) {
		j++
	}
	if j+1 >= len(line) || line[j] != '=' || !blank(line[j+1]) {
		return "", 0, 0, false
	}
	for j++; j < len(line) && blank(line[j]); j++ {
	}
	if j == len(line) {
		return "", 0, 0, false
	}
	from = j
	to = len(line)
	for blank(line[to-1]) {
		to--
	}
	if c := line[from]; c == '"' || c == '\'' {
		ok = to-from >= 2 && line[to-1] == c && strings.IndexByte(line[from+1:to-1], c) < 0
		return key, from, to, ok
	}
	for j < to && !blank(line[j]) {
		j++
	}
	return key, from, to, j == to
}

// quick adds a line that is simple, or only a }, and reports whether it was.
func (p *parser) quick(raw string, i int) bool {
	line := p.line
	if line[i] == '}' && i == len(line)-1 && len(p.open) > 0 && p.body.where != 0 {
		p.absorb = false
		p.body.add(p.node(raw, closing))
		p.pop(p.num)
		return true
	}
	if line[len(line)-1] == '{' && p.quickHeading(raw, i) {
		return true
	}
	key, from, to, ok := simple(line, i)
	if !ok || to > math.MaxUint16 || p.traits.high && !asciiOnly(line) {
		return false
	}
	d := lookup(p.body.where, key)
	if d == nil || d.values() != 1 {
		return false
	}
	p.absorb = false
	n := p.node(raw, setting)
	n.dir, n.from, n.to = d, uint16(from), uint16(to)
	p.body.add(n)
	return true
}

// quickHeading adds a line that is "virtual NAME {", or another block's, in its
// place, with a bare name in ASCII and single blanks.
func (p *parser) quickHeading(raw string, i int) bool {
	kind, rest, _ := strings.Cut(p.line[i:], " ")
	k, ok := kindOf(kind)
	if !ok || k.in&p.body.where == 0 {
		return false
	}
	name, ok := strings.CutSuffix(rest, " {")
	from := i + len(kind) + 1
	if !ok || !bareName(name) || name == "=" || from+len(name) > math.MaxUint16 {
		return false
	}
	p.absorb = false
	n := p.node(raw, other)
	n.from, n.to = uint16(from), uint16(from+len(name))
	p.push(n, k.inside, kind, name, p.pos(i))
	return true
}

// bareName reports whether name is one word of ASCII without quotes.
func bareName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\'' {
			return false
		}
	}
	return name != ""
}

// asciiOnly reports whether s has no byte beyond ASCII.
func asciiOnly(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// value returns the value of a node that quick made, and false for others.
func (n *node) value() (token, bool) {
	if n.to == 0 {
		return token{}, false
	}
	t := token{start: int(n.from), end: int(n.to), text: n.raw[n.from:n.to]}
	if c := t.text[0]; c == '"' || c == '\'' {
		t.quote, t.text = c, t.text[1:len(t.text)-1]
	}
	return t, true
}
