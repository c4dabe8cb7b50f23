package form

import (
	"fmt"
	"net/url"

	"pacu/lvscf"
)

// Check says what is wrong with values typed for b, a block of f, or, with a nil
// b, for a block that is yet to be made. in is the block that a server or a probe
// stands in, nil for others. Nothing changes; f may be read meanwhile by nobody
// else.
func Check(f *lvscf.File, in, b *lvscf.Block, values url.Values, groups ...Group) []Problem {
	t := try(f, in, b, values, groups)
	var found []Problem
	for _, g := range groups {
		for _, name := range g.Names {
			if code := edit(t.block, directive(g.Where, name), values); code != "" {
				found = append(found, broken(name, code))
			}
		}
	}
	return append(found, t.judge(values, groups)...)
}

// Apply checks values and writes those that differ from b's into b, which must
// be a block of f; in is as for Check. Where one of the Problems is an error it
// changes nothing and returns ErrRefused.
func Apply(f *lvscf.File, in, b *lvscf.Block, values url.Values, groups ...Group) ([]Problem, error) {
	found := Check(f, in, b, values, groups...)
	if Refused(found) {
		return found, ErrRefused
	}
	for _, g := range groups {
		for _, name := range g.Names {
			if code := edit(b, directive(g.Where, name), values); code != "" {
				return found, fmt.Errorf("write %s of %s: %s", name, b, code)
			}
		}
	}
	return found, nil
}

// edit gives b what values says of d, unless b has it already.
func edit(b *lvscf.Block, d lvscf.Directive, values url.Values) string {
	v, ok := sent(values, d)
	if !ok {
		return ""
	}
	now, _ := shown(b, d)
	if now.value = clean(d, now.value); now == v {
		return "" // as it is written, down to errors in the file
	}
	return write(b, d, v)
}

// Look says what is wrong with the values that b, a block of f, has; in is as
// for Check.
func Look(f *lvscf.File, in, b *lvscf.Block, groups ...Group) []Problem {
	values := url.Values{}
	for _, g := range groups {
		for _, name := range g.Names {
			if v, set := shown(b, directive(g.Where, name)); set {
				values.Set(name, v.value)
			}
		}
	}
	return try(f, in, b, values, groups).judge(values, groups)
}
