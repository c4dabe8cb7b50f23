package form

import (
	"slices"
	"testing"

	"pacu/lvscf"
)

func TestEveryDirectiveStandsInOneGroup(t *testing.T) {
	type key struct {
		where lvscf.Where
		name  string
	}
	in := map[key][]Page{}
	for _, g := range groups {
		if !slices.Contains(Pages, g.Page) {
			t.Errorf("group %s is on page %s, which there is not", g.ID, g.Page)
		}
		for _, name := range g.Names {
			in[key{g.Where, name}] = append(in[key{g.Where, name}], g.Page)
		}
	}
	for _, d := range lvscf.Directives() {
		for where := range kindOf {
			if d.Where&where != 0 && len(in[key{where, d.Name}]) != 1 {
				t.Errorf("%s in %s stands on the pages %v, want one", d.Name, where, in[key{where, d.Name}])
			}
		}
		if d.Where&lvscf.Global != 0 && len(in[key{lvscf.Global, d.Name}]) != 1 {
			t.Errorf("%s stands on the pages %v, want one", d.Name, in[key{lvscf.Global, d.Name}])
		}
		if d.Where == lvscf.Global && d.Legacy {
			if i := slices.IndexFunc(groups, func(g Group) bool { return g.Where == lvscf.Global && slices.Contains(g.Names, d.Name) }); !groups[i].Folded {
				t.Errorf("%s does nothing, and its group is not folded", d.Name)
			}
		}
	}
	for k := range in {
		if _, ok := lvscf.Lookup(k.where, k.name); !ok {
			t.Errorf("%s is no directive of %s", k.name, k.where)
		}
	}
	for _, p := range Pages {
		ids := map[string]bool{}
		for _, g := range Groups(p) {
			if ids[g.ID] {
				t.Errorf("page %s has two groups %s", p, g.ID)
			}
			ids[g.ID] = true
			if g.Where != Groups(p)[0].Where {
				t.Errorf("page %s has groups of two places", p)
			}
		}
		if len(ids) == 0 {
			t.Errorf("page %s has no group", p)
		}
	}
}
