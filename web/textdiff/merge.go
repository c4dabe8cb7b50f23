package textdiff

import "slices"

// A Side says whose a Piece is.
type Side int

// Whose a Piece is.
const (
	Unchanged Side = iota // all three are alike
	Mine                  // only mine differs
	Theirs                // only theirs differs
	Both                  // both differ from the base, and not from each other
	Conflict              // all three differ
)

// A Piece is a part of three texts: the base and two edits of it. All pieces'
// Base joined are the base, and so with Mine and Theirs: nothing is left out.
type Piece struct {
	Side               Side
	Base, Mine, Theirs []string
}

// Merged is what the piece becomes: nil and false for a conflict.
func (p Piece) Merged() ([]string, bool) {
	switch p.Side {
	case Conflict:
		return nil, false
	case Theirs:
		return p.Theirs, true
	}
	return p.Mine, true
}

// Merge puts two edits of base beside each other. They conflict where they
// change the same lines differently, or both put lines in at the same place;
// changes of neighbouring lines do not.
func Merge(base, mine, theirs []string) []Piece {
	m, t := Diff(base, mine), Diff(base, theirs)
	var out []Piece
	at, am, bt := 0, 0, 0 // how far the base, mine and theirs are done
	add := func(side Side, base1, mine1, theirs1 int) {
		if at < base1 || am < mine1 || bt < theirs1 {
			out = append(out, Piece{side, base[at:base1], mine[am:mine1], theirs[bt:theirs1]})
		}
		at, am, bt = base1, mine1, theirs1
	}
	for len(m)+len(t) > 0 {
		gm, gt, lo, hi := group(m, t)
		add(Unchanged, lo, am+lo-at, bt+lo-at)
		mine1, theirs1 := am+hi-lo+growth(m[:gm]), bt+hi-lo+growth(t[:gt])
		m, t = m[gm:], t[gt:]
		side := Conflict
		switch {
		case gt == 0:
			side = Mine
		case gm == 0:
			side = Theirs
		case slices.Equal(mine[am:mine1], theirs[bt:theirs1]):
			side = Both
		}
		add(side, hi, mine1, theirs1)
	}
	add(Unchanged, len(base), len(mine), len(theirs))
	return out
}

// group returns how many of the first of m and t belong together, because they
// overlap, and which lines of the base they are about.
func group(m, t []Span) (gm, gt, lo, hi int) {
	if len(t) == 0 || len(m) > 0 && before(m[0], t[0]) {
		gm, lo, hi = 1, m[0].A0, m[0].A1
	} else {
		gt, lo, hi = 1, t[0].A0, t[0].A1
	}
	for {
		switch {
		case gm < len(m) && overlap(m[gm], lo, hi):
			hi = max(hi, m[gm].A1)
			gm++
		case gt < len(t) && overlap(t[gt], lo, hi):
			hi = max(hi, t[gt].A1)
			gt++
		default:
			return gm, gt, lo, hi
		}
	}
}

// before reports whether x comes before y; what is put in before a line comes
// before what becomes of that line.
func before(x, y Span) bool {
	return x.A0 < y.A0 || x.A0 == y.A0 && x.A1 == x.A0
}

// overlap reports whether s, which begins at lo or later, is about the same
// lines as lo to hi.
func overlap(s Span, lo, hi int) bool {
	if lo == hi {
		return s.A0 == lo && s.A1 == lo
	}
	return s.A0 < hi && (s.A1 > s.A0 || s.A0 > lo)
}

// growth is how many lines the changes add.
func growth(spans []Span) int {
	n := 0
	for _, s := range spans {
		n += (s.B1 - s.B0) - (s.A1 - s.A0)
	}
	return n
}
