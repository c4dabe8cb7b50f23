package form

import (
	"net/url"
	"slices"

	"pacu/lvscf"
)

// A Section is the fields of a group.
type Section struct {
	Group
	Fields []Field
}

// Open reports whether the section is to be seen at first. What has no effect
// need not be seen for being set: every file has some of it.
func (s Section) Open() bool {
	return !s.Folded || slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Set && s.ID != "legacy" || len(f.Problems) > 0 })
}

// Fields returns the fields of b; with a nil b those of a block that is yet to
// be made. The groups must be of b's kind.
func Fields(b *lvscf.Block, groups ...Group) []Section {
	sections := make([]Section, len(groups))
	for i, g := range groups {
		s := Section{Group: g, Fields: make([]Field, 0, len(g.Names))}
		for _, name := range g.Names {
			d := directive(g.Where, name)
			f := Field{Directive: d, Control: control(d), Where: g.Where}
			if b != nil {
				var v typed
				v, f.Set = shown(b, d)
				f.Value, f.Device = v.value, v.device
			}
			s.Fields = append(s.Fields, f)
		}
		sections[i] = s
	}
	return sections
}

// Refill returns sections with the values that were typed, and the problems
// beside them. Secrets are not given back.
func Refill(sections []Section, values url.Values, problems []Problem) []Section {
	out := slices.Clone(sections)
	for i := range out {
		out[i].Fields = slices.Clone(out[i].Fields)
		for j := range out[i].Fields {
			f := &out[i].Fields[j]
			if v, ok := sent(values, f.Directive); ok {
				f.Remove = v.remove
				if f.Control != Secret {
					f.Value, f.Device = v.value, v.device
				}
			}
			for _, p := range problems {
				if p.Field == f.Name {
					f.Problems = append(f.Problems, p)
				}
			}
		}
	}
	return out
}

// directive returns a row of lvscf's table. Groups name no others, which a test
// holds.
func directive(where lvscf.Where, name string) lvscf.Directive {
	d, _ := lvscf.Lookup(where, name)
	return d
}
