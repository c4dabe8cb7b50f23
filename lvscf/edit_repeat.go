package lvscf

import "fmt"

// GetAll returns the values of every line of key in b, in their order, each as
// Get does: for a word that Repeats.
func (b *Block) GetAll(key string) [][]string {
	d := lookup(b.body.where, key)
	if d == nil {
		return nil
	}
	var all [][]string
	for n := b.body.first; n != nil; n = n.next {
		if n.dir != d || n.kind != setting {
			continue
		}
		var values []string
		toks, _ := split(content(n.raw), b.file.toks)
		b.file.toks = toks
		for _, t := range toks[2:] {
			values = append(values, t.text)
		}
		all = append(all, values)
	}
	return all
}

// SetAll gives key, a word that Repeats, these lines and no others. Lines that
// are there already with the same values stay as they are; new ones stand
// below them.
func (b *Block) SetAll(key string, lines [][]string) error {
	d, err := b.row(key)
	if err != nil {
		return err
	}
	if !d.Repeats {
		return fmt.Errorf("set %s in %s: it stands once", key, b)
	}
	made := make([]string, len(lines))
	indent := b.indent(b.file.learn())
	for i, values := range lines {
		if want := d.values(); len(values) != want {
			return fmt.Errorf("set %s in %s: %d values given, and it takes %s", key, b, len(values), d.amount())
		}
		if made[i], err = compose(d, indent+d.Name+" = ", values, nil, ""); err != nil {
			return fmt.Errorf("set %s in %s: %w", key, b, err)
		}
	}
	left := make([]bool, len(lines)) // those that stand there
	last := b.keep(d, lines, left)
	if last == nil {
		last = b.room(d)
	}
	for i := range made {
		if !left[i] {
			n := b.setting(d, made[i]+b.file.learn().eol)
			b.insert(last, n)
			last = n
		}
	}
	return nil
}

// keep takes every line of d out of b that is none of lines, notes in found
// which of these it leaves, and returns the last such line.
func (b *Block) keep(d *Directive, lines [][]string, found []bool) (last *node) {
	var prev, next *node
	for n := b.body.first; n != nil; n = next {
		next = n.next
		if n.dir == d && !b.among(n, lines, found) {
			b.body.cut(prev, n)
			b.file.edited = true
			continue
		}
		if n.dir == d {
			last = n
		}
		prev = n
	}
	return last
}

// among reports whether n has the values of one of lines that is not found yet,
// which it then is.
func (b *Block) among(n *node, lines [][]string, found []bool) bool {
	if n.kind != setting {
		return false
	}
	toks, _ := split(content(n.raw), b.file.toks)
	b.file.toks = toks
	for i, values := range lines {
		same := !found[i] && len(values) == len(toks)-2
		for j := 0; same && j < len(values); j++ {
			same = values[j] == toks[2+j].text
		}
		if same {
			found[i] = true
			return true
		}
	}
	return false
}
