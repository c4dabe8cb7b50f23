package web

import (
	"bytes"
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"pacu/lvscf"
	"pacu/web/templates"
)

// A virtualEntry is one virtual server of a draft, as the list needs it. It is read
// from the tree, so that a draft with errors has a list too.
type virtualEntry struct {
	templates.VirtualRow
	find string     // what is searched, in small letters
	addr netip.Addr // invalid where there is none
	port int        // the first; 0 where it cannot be told
	mark uint32
}

// A virtualIndex is all virtual servers of one draft, in the file's order.
type virtualIndex struct {
	draft   *draft
	seen    string // see finder
	entries []virtualEntry
	fos     bool  // service = fos
	twice   bool  // a name stands more than once
	starts  []int // the numbers of the lines that open the entries
}

// lines returns the first and the last line of entry i. The last of all ends
// with the file.
func (x *virtualIndex) lines(i int) (from, to int) {
	switch {
	case i >= len(x.starts):
		return 0, -1 // it could not be found in the text
	case i+1 < len(x.starts):
		return x.starts[i], x.starts[i+1] - 1
	default:
		return x.starts[i], math.MaxInt
	}
}

// virtualIndices keeps the virtualIndices of the drafts that were looked at last.
type virtualIndices struct {
	mu   sync.Mutex
	kept []*virtualIndex // the last used first
}

// of returns d's index.
func (x *virtualIndices) of(d *draft) *virtualIndex {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.IndexFunc(x.kept, func(i *virtualIndex) bool { return i.draft == d })
	if i < 0 {
		x.kept = slices.Insert(x.kept, 0, makeVirtualIndex(d))
		x.kept = x.kept[:min(len(x.kept), keepParsed)]
		return x.kept[0]
	}
	found := x.kept[i]
	x.kept = slices.Insert(slices.Delete(x.kept, i, i+1), 0, found)
	return found
}

func makeVirtualIndex(d *draft) *virtualIndex {
	x := &virtualIndex{draft: d, seen: sight(d.Text)}
	d.read(func(f *lvscf.File) {
		x.fos = firstValue(f.Global(), "service", "") == "fos"
		count := map[string]int{}
		for _, b := range f.Global().Blocks("virtual") {
			name := b.Name()
			count[name]++
			x.twice = x.twice || count[name] > 1
			x.entries = append(x.entries, makeVirtualEntry(b, templates.Ref{Name: name, Nth: count[name]}))
		}
	})
	x.blame(d)
	return x
}

// Defaults of virtual blocks that the list shows.
var (
	defaultPort      = defaultOf(lvscf.InVirtual, "port")
	defaultProtocol  = defaultOf(lvscf.InVirtual, "protocol")
	defaultScheduler = defaultOf(lvscf.InVirtual, "scheduler")
	defaultWeight    = defaultOf(lvscf.InServer, "weight")
)

// defaultOf is the default of a directive as it would be written.
func defaultOf(w lvscf.Where, name string) string {
	d, _ := lvscf.Lookup(w, name)
	return d.Default
}

// firstValue is the first value of key in b, or other where b has none.
func firstValue(b *lvscf.Block, key, other string) string {
	if v, ok := b.Get(key); ok && len(v) > 0 {
		return v[0]
	}
	return other
}

// switchedOn reports whether b has active = 1.
func switchedOn(b *lvscf.Block) bool { return firstValue(b, "active", "0") == "1" }

func makeVirtualEntry(b *lvscf.Block, ref templates.Ref) virtualEntry {
	e := virtualEntry{VirtualRow: templates.VirtualRow{
		Ref: ref, Active: switchedOn(b), Port: firstValue(b, "port", defaultPort),
		Protocol: firstValue(b, "protocol", defaultProtocol), Scheduler: firstValue(b, "scheduler", defaultScheduler),
	}}
	if v, ok := b.Get("address"); ok && len(v) > 0 {
		e.Address = v[0]
		if len(v) > 1 {
			e.Device = v[1]
		}
	}
	e.addr, _ = netip.ParseAddr(e.Address) // a name, or nonsense, has no number
	e.Port = firstValue(b, "ports", e.Port)
	if n, err := strconv.ParseUint(e.Port, 0, 16); err == nil {
		e.port = int(n)
	}
	if n, err := strconv.ParseUint(firstValue(b, "fwmark", "0"), 0, 32); err == nil && n > 0 {
		e.mark, e.Mark = uint32(n), strconv.FormatUint(n, 10)
	}
	find := []string{ref.Name, e.Address, e.Device, e.Port, e.Mark}
	for _, s := range b.Blocks("server") {
		e.Servers++
		find = append(find, s.Name(), firstValue(s, "address", ""))
	}
	// What is searched for has no line end, so no match goes over two parts.
	e.find = strings.ToLower(strings.Join(find, "\n"))
	return e
}

// blame counts d's problems per virtual.
func (x *virtualIndex) blame(d *draft) {
	if len(d.Problems) == 0 {
		return
	}
	x.starts = openings(d.Text, x.entries)
	for _, p := range d.Problems {
		i, exact := slices.BinarySearch(x.starts, p.Line)
		if !exact {
			i--
		}
		// What follows the last virtual may be about the file; it has no
		// number of its own to tell.
		if i < 0 {
			continue
		}
		if p.Severity == lvscf.Error {
			x.entries[i].Errors++
		} else {
			x.entries[i].Warnings++
		}
	}
}

// openings returns the numbers of the lines that open the entries, which are
// all virtuals of text in their order.
func openings(text []byte, entries []virtualEntry) []int {
	starts := make([]int, 0, len(entries))
	num := 0
	for len(text) > 0 && len(starts) < len(entries) {
		num++
		n := bytes.IndexAny(text, "\r\n")
		line := text
		if n < 0 {
			text = nil
		} else {
			line = text[:n]
			if text[n] == '\r' && n+1 < len(text) && text[n+1] == '\n' {
				n++
			}
			text = text[n+1:]
		}
		rest, ok := bytes.CutPrefix(bytes.TrimLeft(line, " \t\ufeff"), []byte("virtual"))
		if ok && bytes.Contains(rest, []byte(entries[len(starts)].Name)) {
			starts = append(starts, num)
		}
	}
	return starts
}

// pick returns those of x that q asks for, sorted, with what live knows.
func (x *virtualIndex) pick(q templates.VirtualQuery, live *liveVirtuals) []virtualEntry {
	text := strings.ToLower(q.Text)
	var out []virtualEntry
	for i := range x.entries {
		e := &x.entries[i]
		if !strings.Contains(e.find, text) || q.Show == "on" && !e.Active || q.Show == "off" && e.Active {
			continue
		}
		row := *e
		row.Live = live.of(e)
		if q.Show == "trouble" && !row.Trouble() {
			continue
		}
		out = append(out, row)
	}
	arrange(out, q.Sort)
	return out
}

// arrange sorts entries; those that are alike stay in the file's order.
func arrange(list []virtualEntry, by string) {
	column, down := strings.CutPrefix(by, "-")
	var order func(a, b *virtualEntry) int
	switch column {
	case "name":
		order = func(a, b *virtualEntry) int { return cmp.Compare(a.Name, b.Name) }
	case "address":
		order = func(a, b *virtualEntry) int { return a.addr.Compare(b.addr) }
	case "port":
		order = func(a, b *virtualEntry) int { return cmp.Compare(a.port, b.port) }
	case "protocol":
		order = func(a, b *virtualEntry) int { return cmp.Compare(a.Protocol, b.Protocol) }
	case "scheduler":
		order = func(a, b *virtualEntry) int { return cmp.Compare(a.Scheduler, b.Scheduler) }
	case "servers":
		order = func(a, b *virtualEntry) int { return cmp.Compare(a.Servers, b.Servers) }
	default:
		return
	}
	slices.SortStableFunc(list, func(a, b virtualEntry) int {
		if down {
			return order(&b, &a)
		}
		return order(&a, &b)
	})
}
