package lvscf

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SetGlobal sets key outside all blocks, as Block.Set does; a value of two
// words, as nat_router has, is written with a blank between.
func (f *File) SetGlobal(key, value string) error {
	values := []string{value}
	if d := lookup(Global, key); d != nil && d.values() == 2 {
		values = strings.Fields(value)
	}
	return f.Global().Set(key, values...)
}

// Set gives key its value, or two where it takes an address and a device. The
// texts are as they mean to be read back by Get: quotes are added where they
// are needed, escapes are the caller's. A key that b sets already keeps its
// line, spacing, quotes and comment; a new one gets a line where Piranha's
// console would write it, indented like its fellows. Whether the value makes
// sense is for Check to say. Of a word that Repeats, it is the last line
// that is set; see SetAll.
func (b *Block) Set(key string, values ...string) error {
	d, err := b.row(key)
	if err != nil {
		return err
	}
	if want := d.values(); len(values) == 0 || want > 0 && len(values) != want {
		return fmt.Errorf("set %s in %s: %d values given, and it takes %s", key, b, len(values), d.amount())
	}
	if n := b.find(d); n != nil {
		return b.rewrite(n, values)
	}
	prev := b.room(d)
	st := b.file.learn()
	line, err := compose(d, b.indent(st)+d.Name+" = ", values, nil, "")
	if err != nil {
		return fmt.Errorf("set %s in %s: %w", key, b, err)
	}
	b.insert(prev, b.setting(d, line+st.eol))
	return nil
}

// setting makes a line of d.
func (b *Block) setting(d *Directive, raw string) *node {
	n := b.file.node(raw, setting)
	n.dir = d
	return n
}

// values is how many values d takes, 0 for any number.
func (d *Directive) values() int {
	switch d.Type {
	case HostDevice, AddrsDevice, HostPair:
		return 2
	case List, Words:
		return 0
	}
	return 1
}

// rewrite changes the values in the line n.
func (b *Block) rewrite(n *node, values []string) error {
	line := content(n.raw)
	end := n.raw[len(line):]
	toks, comment := split(line, b.file.toks)
	b.file.toks = toks
	var err error
	if n.kind == setting {
		old := toks[2:]
		same := len(old) == len(values)
		for i := range values {
			same = same && old[i].text == values[i]
		}
		if same {
			return nil
		}
		rest := line[old[len(old)-1].end:]
		if comment < 0 {
			rest = strings.TrimRight(rest, " \t")
		}
		line, err = compose(n.dir, line[:old[0].start], values, old, rest)
	} else {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		line, err = compose(n.dir, indent+n.dir.Name+" = ", values, nil, "")
	}
	if err != nil {
		return fmt.Errorf("set %s in %s: %w", n.dir.Name, b, err)
	}
	n.raw, n.kind = line+end, setting
	n.from, n.to = 0, 0
	b.file.edited = true
	return nil
}

// Unset takes every line of key out of b, and reports whether there was one.
func (b *Block) Unset(key string) bool {
	d := lookup(b.body.where, key)
	if d == nil {
		return false
	}
	found := false
	var prev, next *node
	for n := b.body.first; n != nil; n = next {
		next = n.next
		if n.dir != d {
			prev = n
			continue
		}
		b.body.cut(prev, n)
		b.file.edited, found = true, true
	}
	return found
}

// Add puts a new, empty block into b: a virtual, failover or track_script into
// the file, a server into one of the first two, a probe into a virtual, behind
// what stands there already.
func (b *Block) Add(kind, name string) (*Block, error) {
	k, known := kindOf(kind)
	if b.file.utf16 {
		return nil, fmt.Errorf("%s %w", b.file.Name, errNotText)
	}
	if !known || k.in&b.body.where == 0 {
		return nil, fmt.Errorf("add %s %s to %s: it cannot stand there", kind, quoted(name), b)
	}
	st := b.file.learn()
	head, foot := st.service.head, st.service.foot
	if k.inside == InServer || k.inside == InProbe {
		head, foot = st.server.head, st.server.foot
	}
	line, err := heading(head, kind, name)
	if err != nil {
		return nil, fmt.Errorf("add %s %s to %s: %w", kind, quoted(name), b, err)
	}
	prev, last := b.end()
	if err := whole(prev); err != nil {
		return nil, fmt.Errorf("add %s %s to %s: %w", kind, quoted(name), b, err)
	}
	if last != nil {
		if before := b.body.before(last); before != nil && strings.TrimSpace(before.raw) == "" {
			gap := b.file.node(st.eol, other)
			b.insert(prev, gap)
			prev = gap
		}
	}
	n := b.file.node(line+st.eol, opening)
	n.body = &body{where: k.inside, parent: b.body, head: n}
	n.body.add(b.file.node(foot+"}"+st.eol, closing))
	b.insert(prev, n)
	return &Block{b.file, n.body}, nil
}

// end returns the node after which a new block of b goes, and the last block
// there, if any.
func (b *Block) end() (prev, last *node) {
	for n := b.body.first; n != nil; n = n.next {
		if n.kind == opening {
			last = n
		}
		if b.body.where == Global || n.kind != closing && strings.TrimSpace(n.raw) != "" {
			prev = n
		}
	}
	if last != nil {
		prev = last
	}
	return prev, last
}

// heading is the first line of a new block.
func heading(indent, kind, name string) (string, error) {
	for _, written := range quotings(name, 0, false) {
		line := indent + kind + " " + written + " {"
		toks, comment := split(line, nil)
		if comment < 0 && len(toks) == 3 && toks[1].text == name && !toks[1].unclosed && toks[2].is("{") && !toks[2].glued && name != "" && plainText(name) {
			return line, nil
		}
	}
	return "", errors.New("no name that can be written")
}

// Rename gives the block another name.
func (b *Block) Rename(name string) error {
	n := b.body.head
	if n == nil {
		return fmt.Errorf("rename the file to %s: it has no name inside", quoted(name))
	}
	line := content(n.raw)
	toks, comment := split(line, nil)
	if len(toks) != 3 || !toks[2].is("{") {
		return fmt.Errorf("rename %s: its first line has errors", b)
	}
	for _, written := range quotings(name, toks[1].quote, false) {
		renamed := line[:toks[1].start] + written + line[toks[1].end:]
		now, at := split(renamed, nil)
		if len(now) == 3 && now[1].text == name && now[2].is("{") && !now[2].glued && (at < 0) == (comment < 0) && name != "" && plainText(name) {
			n.raw = renamed + n.raw[len(line):]
			n.from, n.to = 0, 0
			b.file.edited = true
			return nil
		}
	}
	return fmt.Errorf("rename %s to %s: no name that can be written", b, quoted(name))
}

// Remove takes b out of its file with all that is in it.
func (b *Block) Remove() error {
	if b.body.head == nil {
		return fmt.Errorf("remove %s: it is no block", b)
	}
	if err := whole(b.body.head); err != nil {
		return fmt.Errorf("remove %s: %w", b, err)
	}
	b.body.parent.remove(b.body.head)
	b.file.edited = true
	return nil
}

// whole returns an error unless n, if it opens a block, has a line that closes
// this block alone.
func whole(n *node) error {
	if n == nil || n.body == nil {
		return nil
	}
	last := n.body.last
	if last == nil || last.kind != closing || strings.Count(last.raw, "}") != 1 {
		toks, _ := split(content(n.raw), nil)
		return fmt.Errorf("%s has no } of its own", strings.TrimSpace(toks[0].text+" "+quoted(headingName(toks))))
	}
	return nil
}

// room returns the node after which a new line of d goes: the last of those
// that Piranha's console writes before it, in a block above its servers.
func (b *Block) room(d *Directive) *node {
	var prev *node
	for n := b.body.first; n != nil; n = n.next {
		if n.kind == opening && b.body.where != Global {
			break
		}
		if n == b.body.first && strings.TrimSpace(n.raw) == "{" {
			prev = n // written a line too late
			continue
		}
		if n.kind == setting && n.dir.index < d.index && (prev == nil || prev.dir == nil || n.dir.index >= prev.dir.index) {
			prev = n
		}
	}
	return prev
}

// insert puts n after prev in b, as the first if prev is nil.
func (b *Block) insert(prev, n *node) {
	last := prev
	for last != nil && last.body != nil && last.body.last != nil {
		last = last.body.last
	}
	if last == nil {
		last = b.body.head
	}
	if last != nil && content(last.raw) == last.raw {
		last.raw += b.file.learn().eol // the file ended without one
	}
	b.body.insert(prev, n)
	b.file.edited = true
}

// quotings returns the ways to write text, the best first: as before, bare
// unless it must be quoted, in " and in '.
func quotings(text string, before byte, always bool) []string {
	all := []string{`"` + text + `"`, `'` + text + `'`}
	if before == '\'' {
		slices.Reverse(all)
	}
	if before == 0 && !always {
		all = slices.Insert(all, 0, text)
	}
	return all
}
