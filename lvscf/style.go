package lvscf

import "strings"

// A style is how a file is laid out, for the lines that are added to it.
type style struct {
	eol             string
	service, server layout
}

// A layout is the indentation of a kind of block.
type layout struct{ head, key, foot string }

// console is the layout of Piranha's own console.
var console = style{
	eol:     "\n",
	service: layout{"", "     ", ""},
	server:  layout{"     ", "         ", "     "},
}

// key is the indentation of what stands in a place, foot that of the brace that ends it.
func (st *style) key(w Where) string {
	switch w {
	case Global:
		return ""
	case InServer, InProbe:
		return st.server.key
	}
	return st.service.key
}

func (st *style) foot(w Where) string {
	if w == InServer || w == InProbe {
		return st.server.foot
	}
	return st.service.foot
}

// learn returns the style of f: that of its first line end, and of the first
// virtual and server that have something in them.
func (f *File) learn() *style {
	if f.style != nil {
		return f.style
	}
	st := console
	if n := f.root.first; n != nil {
		if line := content(n.raw); line != n.raw {
			st.eol = n.raw[len(line):]
		}
	}
	var service, server bool
	for n := f.root.first; n != nil && !(service && server); n = n.next {
		if n.body == nil || n.body.where&inService == 0 {
			continue
		}
		if l, ok := n.layout(); ok && !service {
			st.service, service = l, true
			// Servers are indented by one step more, until one is seen.
			step := strings.TrimPrefix(l.key, l.head)
			st.server = layout{l.key, l.key + step, l.key}
		}
		for m := n.body.first; m != nil && !server; m = m.next {
			if m.body != nil && m.body.where == InServer {
				if l, ok := m.layout(); ok {
					st.server, server = l, true
				}
			}
		}
	}
	f.style = &st
	return f.style
}

// layout returns the indentation of the block that n opens, and false if there
// is nothing in it to learn from.
func (n *node) layout() (layout, bool) {
	l := layout{head: indentation(n.raw)}
	l.foot = l.head
	found := false
	for m := n.body.first; m != nil; m = m.next {
		switch {
		case m.kind == closing:
			l.foot = indentation(m.raw)
		case m.kind == setting && !found:
			l.key, found = indentation(m.raw), true
		}
	}
	return l, found
}

// indentation is the blanks that a line begins with.
func indentation(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// indent is that of a new line of b: as of the first there, else by the style.
func (b *Block) indent(st *style) string {
	for n := b.body.first; n != nil; n = n.next {
		if n.kind == setting {
			return indentation(n.raw)
		}
	}
	return st.key(b.body.where)
}
