package textdiff

// An Op says what became of a line.
type Op byte

// What becomes of lines.
const (
	Keep   Op = ' '
	Delete Op = '-'
	Insert Op = '+'
)

// A Line is one line of a Hunk. A and B are its numbers in the two texts, from
// 1; 0 in the one that lacks it.
type Line struct {
	Op   Op
	A, B int
	Text string // with its line end
}

// A Hunk is a stretch of differences with some lines around them.
type Hunk []Line

// Unified returns how b differs from a, with up to context common lines around
// each difference, and how many lines are deleted and inserted in all. At most
// most lines are returned, 0 for all; cut tells that there would be more.
func Unified(a, b []string, context, most int) (hunks []Hunk, deleted, inserted int, cut bool) {
	var h Hunk
	lines := 0
	put := func(l Line) {
		if most > 0 && lines >= most {
			cut = true
			return
		}
		lines++
		h = append(h, l)
	}
	keep := func(from, to, shift int) {
		for i := from; i < to; i++ {
			put(Line{Keep, i + 1, i + 1 + shift, a[i]})
		}
	}
	end, shift := 0, 0 // of the difference before: in a, and from a to b
	for i, s := range Diff(a, b) {
		switch {
		case i == 0:
			keep(max(0, s.A0-context), s.A0, 0)
		case s.A0-end <= 2*context:
			keep(end, s.A0, shift)
		default:
			keep(end, end+context, shift)
			hunks, h = append(hunks, h), nil
			keep(s.A0-context, s.A0, shift)
		}
		for i := s.A0; i < s.A1; i++ {
			put(Line{Delete, i + 1, 0, a[i]})
		}
		for i := s.B0; i < s.B1; i++ {
			put(Line{Insert, 0, i + 1, b[i]})
		}
		deleted, inserted = deleted+s.A1-s.A0, inserted+s.B1-s.B0
		end, shift = s.A1, s.B1-s.A1
	}
	if deleted+inserted > 0 {
		keep(end, min(len(a), end+context), shift)
	}
	if len(h) > 0 {
		hunks = append(hunks, h)
	}
	out := hunks[:0]
	for _, h := range hunks {
		if len(h) > 0 {
			out = append(out, h)
		}
	}
	return out, deleted, inserted, cut
}
