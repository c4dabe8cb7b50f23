package draft

import "slices"

// Probe makes a block of a check, which is written once a virtual has it among
// its Checks.
func (d *Draft) Probe(at Source, name string) *Block {
	return &Block{draft: d, kind: "probe", name: name, from: at}
}

// Empty reports whether nothing has been set.
func (b *Block) Empty() bool { return len(b.settings) == 0 }

// same reports whether b says what o says.
func (b *Block) same(o *Block) bool {
	return len(b.settings) == len(o.settings) && !slices.ContainsFunc(b.settings, func(s setting) bool {
		return !slices.ContainsFunc(o.settings, func(t setting) bool { return s.key == t.key && slices.Equal(s.values, t.values) })
	})
}

// SameChecks reports whether a says what b says, in its order.
func SameChecks(a, b []*Block) bool { return slices.EqualFunc(a, b, (*Block).same) }

// Checks makes all those of the servers of b: what the first says becomes b's
// own, and the others become its probe blocks, with names that are fit and
// unlike.
func (b *Block) Checks(all []*Block) {
	names := make(map[string]int)
	for i, c := range all {
		if i > 0 {
			c.name = unlike(names, c.name)
			b.probes = append(b.probes, c)
			continue
		}
		for _, s := range c.settings {
			b.Set(s.from, s.key, s.values...)
		}
	}
}
