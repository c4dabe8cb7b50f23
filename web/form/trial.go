package form

import (
	"net/url"
	"slices"
	"strings"

	"pacu/lvscf"
)

// A trial is a small file with a copy of the block at hand and of what it is
// judged by, so that a check costs the same in a file of any size.
type trial struct {
	file  *lvscf.File
	block *lvscf.Block // the copy
	// top counts the blocks of the file before the block, or before the one
	// it stands in; sub those before it inside that; -1: it is in none.
	top, sub int
}

// mostBeside bounds the blocks that are copied beside the one at hand.
const mostBeside = 64

// try makes the trial of b.
func try(f *lvscf.File, in, b *lvscf.Block, values url.Values, groups []Group) trial {
	t := trial{file: lvscf.Parse(f.Name, nil), top: -1, sub: -1}
	t.block = t.file.Global()
	copySettings(f.Global(), t.block, lvscf.Global)
	where := lvscf.Global
	if len(groups) > 0 {
		where = groups[0].Where
	}
	kind := kindOf[where]
	switch {
	case where == lvscf.Global:
	case in == nil:
		for _, other := range rivals(f, b, kind, values) {
			copyBlock(other, t.block)
			t.top++
		}
		t.top++
		t.block = copyOf(b, t.block, kind)
		if b != nil {
			for _, child := range children(b) {
				copyBlock(child, t.block)
			}
		}
	default:
		t.top = 0
		parent := copyOf(in, t.block, in.Kind())
		for _, child := range children(in) {
			if b != nil && *child == *b {
				t.sub = t.count(parent)
				t.block = copyOf(b, parent, kind)
				continue
			}
			copyBlock(child, parent)
		}
		if t.sub < 0 {
			t.sub = t.count(parent)
			t.block = copyOf(b, parent, kind)
		}
	}
	return t
}

// kindOf are the words of blocks.
var kindOf = map[lvscf.Where]string{
	lvscf.InVirtual: "virtual", lvscf.InFailover: "failover", lvscf.InServer: "server",
	lvscf.InProbe: "probe", lvscf.InTrackScript: "track_script",
}

// count is how many blocks stand in b.
func (t trial) count(b *lvscf.Block) int { return len(b.Blocks("server")) + len(b.Blocks("probe")) }

// children are the servers and probes of b, as many as are looked at.
func children(b *lvscf.Block) []*lvscf.Block {
	if b.Kind() != "virtual" && b.Kind() != "failover" {
		return nil
	}
	all := slices.Concat(b.Blocks("server"), b.Blocks("probe"))
	return all[:min(len(all), mostBeside)]
}

// rivals are the blocks of f that b, with these values, shares its address or
// firewall mark with.
func rivals(f *lvscf.File, b *lvscf.Block, kind string, values url.Values) []*lvscf.Block {
	if kind != "virtual" && kind != "failover" {
		return nil
	}
	address, mark := values.Get("address"), values.Get("fwmark")
	if b != nil {
		if _, typed := values["address"]; !typed {
			address = first(b, "address")
		}
		if _, typed := values["fwmark"]; !typed {
			mark = first(b, "fwmark")
		}
	}
	address, mark = strings.TrimSpace(address), strings.TrimSpace(mark)
	var some []*lvscf.Block
	for _, other := range f.Global().Blocks(kind) {
		if len(some) == mostBeside {
			break
		}
		if b != nil && *other == *b {
			continue
		}
		if address != "" && first(other, "address") == address || mark != "" && mark != "0" && first(other, "fwmark") == mark {
			some = append(some, other)
		}
	}
	return some
}

// first is the first value of key in b, or "".
func first(b *lvscf.Block, key string) string {
	if values, ok := b.Get(key); ok && len(values) > 0 {
		return values[0]
	}
	return ""
}

// copyBlock puts a copy of b into in, without what stands in b.
func copyBlock(b, in *lvscf.Block) { copyOf(b, in, b.Kind()) }

// copyOf puts a block of a kind into in that has b's settings, or none when b
// is nil, and returns it.
func copyOf(b, in *lvscf.Block, kind string) *lvscf.Block {
	name := "new"
	if b != nil {
		name = b.Name()
	}
	to, err := in.Add(kind, name)
	if err != nil {
		// The heading is broken, which is not what is judged here.
		if to, err = in.Add(kind, "new"); err != nil {
			panic("form: " + err.Error()) // a kind where it cannot stand
		}
	}
	if b != nil {
		copySettings(b, to, whereOf[kind])
	}
	return to
}

// whereOf is kindOf turned round.
var whereOf = func() map[string]lvscf.Where {
	m := map[string]lvscf.Where{}
	for where, kind := range kindOf {
		m[kind] = where
	}
	return m
}()

// words are the directives of each place.
var words = func() map[lvscf.Where][]lvscf.Directive {
	m := map[lvscf.Where][]lvscf.Directive{}
	for _, d := range lvscf.Directives() {
		for _, where := range []lvscf.Where{lvscf.Global, lvscf.InVirtual, lvscf.InFailover, lvscf.InServer, lvscf.InTrackScript, lvscf.InProbe} {
			if d.Where&where != 0 {
				m[where] = append(m[where], d)
			}
		}
	}
	return m
}()

// copySettings gives to what from sets. What cannot be copied was read from a
// line that no editor wrote, and is left out.
func copySettings(from, to *lvscf.Block, where lvscf.Where) {
	for _, d := range words[where] {
		if d.Repeats {
			if all := from.GetAll(d.Name); len(all) > 0 {
				_ = to.SetAll(d.Name, all)
			}
			continue
		}
		if values, ok := from.Get(d.Name); ok {
			_ = to.Set(d.Name, values...)
		}
	}
}
