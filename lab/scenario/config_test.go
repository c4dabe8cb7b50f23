package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A config is an lvs.cf in the making. Its parts are lines without their
// indentation.
type config struct {
	global   []string
	virtuals []virtual
}

// A virtual is one virtual block.
type virtual struct {
	kind    string // of the block; empty: virtual
	name    string
	lines   []string
	servers []entry
}

// An entry is one server block.
type entry struct {
	name, addr string
	lines      []string
}

// String is the file.
func (c config) String() string {
	var b strings.Builder
	for _, l := range c.global {
		fmt.Fprintln(&b, l)
	}
	for _, v := range c.virtuals {
		fmt.Fprintf(&b, "%s %s {\n     active = 1\n", cmp.Or(v.kind, "virtual"), v.name)
		for _, l := range v.lines {
			fmt.Fprintf(&b, "     %s\n", l)
		}
		for _, s := range v.servers {
			fmt.Fprintf(&b, "     server %s {\n         address = %s\n         active = 1\n", s.name, s.addr)
			for _, l := range s.lines {
				fmt.Fprintf(&b, "         %s\n", l)
			}
			b.WriteString("     }\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// with is c with more global lines, which win over earlier ones of the name.
func (c config) with(lines ...string) config {
	c.global = merge(c.global, lines)
	return c
}

// and is c with more virtuals.
func (c config) and(v ...virtual) config {
	c.virtuals = append(slices.Clone(c.virtuals), v...)
	return c
}

// with is v with more lines, which win over earlier ones of the name.
func (v virtual) with(lines ...string) virtual {
	v.lines = merge(v.lines, lines)
	return v
}

// on is v with these servers in place of its own.
func (v virtual) on(servers ...entry) virtual {
	v.servers = servers
	return v
}

// with is e with more lines, which win over earlier ones of the name.
func (e entry) with(lines ...string) entry {
	e.lines = merge(e.lines, lines)
	return e
}

func merge(lines, more []string) []string {
	word := func(l string) string { w, _, _ := strings.Cut(l, " "); return w }
	out := slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
		return slices.ContainsFunc(more, func(m string) bool { return word(m) == word(l) })
	})
	return append(out, more...)
}
