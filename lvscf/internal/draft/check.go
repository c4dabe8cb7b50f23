package draft

import "slices"

// A Check is how the servers of a virtual are checked, in the making. The zero
// Check is lvs.cf's own for the port.
type Check struct {
	At       Source
	name     string // of its probe block, if it becomes one
	settings []setting
}

// NewCheck makes a Check that comes from a place. A virtual has the first of
// its checks itself; others become probe blocks called name.
func NewCheck(at Source, name string) *Check { return &Check{At: at, name: name} }

// Set makes a setting, in place of one of the same key.
func (c *Check) Set(at Source, key string, values ...string) {
	for i := range c.settings {
		if c.settings[i].key == key {
			c.settings[i] = setting{at, key, values}
			return
		}
	}
	c.settings = append(c.settings, setting{at, key, values})
}

// SetText makes a setting whose text has characters that lvs.cf escapes.
func (c *Check) SetText(at Source, key, text string) { c.Set(at, key, escapes.Replace(text)) }

// Empty reports whether nothing has been set.
func (c *Check) Empty() bool { return len(c.settings) == 0 }

// same reports whether c says what o says.
func (c *Check) same(o *Check) bool {
	return len(c.settings) == len(o.settings) && !slices.ContainsFunc(c.settings, func(s setting) bool {
		return !slices.ContainsFunc(o.settings, func(t setting) bool { return s.key == t.key && slices.Equal(s.values, t.values) })
	})
}

// SameChecks reports whether a says what b says, in its order.
func SameChecks(a, b []*Check) bool { return slices.EqualFunc(a, b, (*Check).same) }

// Checks makes all those of the servers of b.
func (b *Block) Checks(all []*Check) {
	names := make(map[string]int)
	for i, c := range all {
		to := b
		if i > 0 {
			to = &Block{draft: b.draft, kind: "probe", name: unlike(names, c.name), from: c.At}
			b.probes = append(b.probes, to)
		}
		for _, s := range c.settings {
			to.Set(s.from, s.key, s.values...)
		}
	}
}
