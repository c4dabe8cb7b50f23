package nft

import (
	"bytes"
	"slices"

	"golang.org/x/sys/unix"
)

// A match is whether a rule is about a packet.
type match int

const (
	no match = iota
	maybe
	yes
)

// A value is what a register holds of the packet; nil: nobody knows.
type value struct {
	b      []byte
	isPort bool
}

// rule is whether the rule matches, and its verdict; nil when it has none.
func (w *walk) rule(c *Chain, rule Rule) (match, *Verdict) {
	m := yes
	w.names = false
	regs := map[uint32]value{}
	for _, e := range rule {
		switch e.Name {
		case "payload":
			regs[e.To] = w.payload(e)
		case "meta":
			if e.From == 0 {
				regs[e.To] = w.meta(e)
			}
		case "ct":
			regs[e.To] = w.ct(e)
		case "bitwise":
			regs[e.To] = bitwise(regs[e.From], e)
		case "cmp", "range":
			m = min(m, w.compare(regs[e.From], e))
		case "lookup":
			got, v := w.lookup(c, regs[e.From], e)
			m = min(m, got)
			switch {
			case e.Judges && v != nil:
				return m, v
			case e.Judges && m != no: // a verdict that nobody here knows
				return maybe, &Verdict{Code: verdictAccept}
			}
		case "immediate":
			if e.Verdict != nil {
				return m, e.Verdict
			}
			regs[e.To] = value{b: e.Value}
		case "reject":
			return m, &Verdict{Code: verdictDrop}
		case "counter", "log", "notrack", "nat", "masq", "redir", "comment":
		case "target":
			switch e.Target {
			case "REJECT", "DROP":
				return m, &Verdict{Code: verdictDrop}
			}
		default:
			m = min(m, maybe)
		}
		if m == no {
			return no, nil
		}
	}
	return m, nil
}

// compare is a cmp or a range.
func (w *walk) compare(v value, e Expr) match {
	n := len(e.Value)
	if v.b == nil || len(v.b) < n || n == 0 {
		return maybe
	}
	d := bytes.Compare(v.b[:n], e.Value)
	ok := map[uint32]bool{unix.NFT_CMP_EQ: d == 0, unix.NFT_CMP_NEQ: d != 0, unix.NFT_CMP_LT: d < 0,
		unix.NFT_CMP_LTE: d <= 0, unix.NFT_CMP_GT: d > 0, unix.NFT_CMP_GTE: d >= 0}[e.Op]
	if e.Name == "range" {
		ok = (d >= 0 && bytes.Compare(v.b[:n], e.Upper) <= 0) == (e.Op == unix.NFT_RANGE_EQ)
	}
	if !ok {
		return no
	}
	w.names = w.names || v.isPort && e.Op != unix.NFT_CMP_NEQ
	return yes
}

// lookup is whether the value is in the set, and what the map says of it.
func (w *walk) lookup(c *Chain, v value, e Expr) (match, *Verdict) {
	i := slices.IndexFunc(w.r.Sets, func(s Set) bool { return s.Family == c.Family && s.Table == c.Table && s.Name == e.Set })
	if i < 0 || v.b == nil || w.r.Sets[i].Partly {
		return maybe, nil
	}
	if slices.ContainsFunc(w.r.Sets[i].Elements, func(el Element) bool { return len(el.Key) > len(v.b) }) {
		return maybe, nil // a concatenation, of which v is the first part
	}
	el, in := w.r.Sets[i].find(v.b)
	if in == (e.Op == 1) {
		return no, nil
	}
	w.names = w.names || in && v.isPort
	return yes, el.Verdict
}

// find is the element that a value is in. Intervals are sorted.
func (s *Set) find(b []byte) (Element, bool) {
	var best Element
	found := false
	for _, el := range s.Elements {
		n := len(el.Key)
		if n == 0 || len(b) < n {
			continue
		}
		d := bytes.Compare(el.Key, b[:n])
		switch {
		case !s.Interval && d == 0:
			return el, true
		case s.Interval && d <= 0:
			best, found = el, !el.End
		}
	}
	return best, found
}
