package textdiff

import (
	"slices"
	"strings"
)

// Lines cuts text into its lines, each with its line end; joined they are text.
// A line ends with LF, CRLF or a CR alone.
func Lines(text string) []string {
	lines := make([]string, 0, strings.Count(text, "\n")+1)
	for text != "" {
		i := strings.IndexAny(text, "\r\n")
		switch {
		case i < 0:
			i = len(text)
		case text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n':
			i += 2
		default:
			i++
		}
		lines = append(lines, text[:i])
		text = text[i:]
	}
	return lines
}

// A Span is one difference: a[A0:A1] became b[B0:B1]. One of the two may be
// empty.
type Span struct{ A0, A1, B0, B1 int }

// Bounds of the search for the least difference. Beyond them the result is
// right, but may be longer than need be.
const (
	maxEdits = 1000 // a search remembers 4 bytes for each edit squared
	maxSplit = 24   // how often a text is cut at the lines that both have once
)

// Diff returns how b differs from a, in order. Between two Spans there is at
// least one line that both have.
func Diff(a, b []string) []Span {
	a0, a1, b0, b1 := 0, len(a), 0, len(b)
	for a0 < a1 && b0 < b1 && a[a0] == b[b0] {
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && a[a1-1] == b[b1-1] {
		a1, b1 = a1-1, b1-1
	}
	// Numbers compare quicker than lines.
	numbers := make(map[string]int32)
	c := comparer{a: number(numbers, a[a0:a1]), b: number(numbers, b[b0:b1])}
	c.compare(0, len(c.a), 0, len(c.b), maxSplit)
	for i := range c.spans {
		s := &c.spans[i]
		s.A0, s.A1, s.B0, s.B1 = s.A0+a0, s.A1+a0, s.B0+b0, s.B1+b0
	}
	return c.spans
}

// number gives each line the number of its text.
func number(numbers map[string]int32, lines []string) []int32 {
	out := make([]int32, len(lines))
	for i, line := range lines {
		n, known := numbers[line]
		if !known {
			n = int32(len(numbers))
			numbers[line] = n
		}
		out[i] = n
	}
	return out
}

// A comparer collects the differences of a and b.
type comparer struct {
	a, b  []int32
	spans []Span
}

// compare adds the differences of a[a0:a1] and b[b0:b1].
func (c *comparer) compare(a0, a1, b0, b1, splits int) {
	for a0 < a1 && b0 < b1 && c.a[a0] == c.b[b0] {
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && c.a[a1-1] == c.b[b1-1] {
		a1, b1 = a1-1, b1-1
	}
	switch {
	case a0 == a1 || b0 == b1:
		c.add(a0, a1, b0, b1)
		return
	case c.search(a0, a1, b0, b1):
		return
	}
	var anchors [][2]int
	if splits > 0 {
		anchors = c.anchors(a0, a1, b0, b1)
	}
	if len(anchors) == 0 {
		c.add(a0, a1, b0, b1)
		return
	}
	for _, at := range anchors {
		c.compare(a0, at[0], b0, at[1], splits-1)
		a0, b0 = at[0]+1, at[1]+1
	}
	c.compare(a0, a1, b0, b1, splits-1)
}

// add adds a difference, as part of the one before where they touch.
func (c *comparer) add(a0, a1, b0, b1 int) {
	if a0 == a1 && b0 == b1 {
		return
	}
	if n := len(c.spans); n > 0 {
		if last := &c.spans[n-1]; last.A1 == a0 && last.B1 == b0 {
			last.A1, last.B1 = a1, b1
			return
		}
	}
	c.spans = append(c.spans, Span{a0, a1, b0, b1})
}

// search is Myers' greedy search. It gives up, and returns false, when there
// are more than maxEdits lines to take out and put in.
func (c *comparer) search(a0, a1, b0, b1 int) bool {
	a, b := c.a[a0:a1], c.b[b0:b1]
	n, m := len(a), len(b)
	most := min(n+m, maxEdits)
	v := make([]int32, 2*most+2) // how far each diagonal has come in a
	at := func(k int) int { return k + most }
	var trace [][]int32 // of v, its diagonals -d to d, before step d
	for d := 0; d <= most; d++ {
		trace = append(trace, slices.Clone(v[at(-d):at(d)+1]))
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || k != d && v[at(k-1)] < v[at(k+1)] {
				x = int(v[at(k+1)])
			} else {
				x = int(v[at(k-1)]) + 1
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[at(k)] = int32(x)
			if x >= n && y >= m {
				c.walk(trace, a0, b0, n, m)
				return true
			}
		}
	}
	return false
}

// walk goes back from the end of a search and adds what it found.
func (c *comparer) walk(trace [][]int32, a0, b0, x, y int) {
	var steps []Span // one edit each, the last first
	for d := len(trace) - 1; d > 0; d-- {
		v := trace[d]
		k := x - y
		far := func(k int) int { return int(v[k+d]) }
		down := k == -d || k != d && far(k-1) < far(k+1)
		from := k - 1
		if down {
			from = k + 1
		}
		px := far(from)
		py := px - from
		if down {
			steps = append(steps, Span{px, px, py, py + 1})
		} else {
			steps = append(steps, Span{px, px + 1, py, py})
		}
		x, y = px, py
	}
	for _, s := range slices.Backward(steps) {
		c.add(s.A0+a0, s.A1+a0, s.B0+b0, s.B1+b0)
	}
}

// anchors are the lines that both parts have exactly once, as many of them as
// stand in the same order in both.
func (c *comparer) anchors(a0, a1, b0, b1 int) [][2]int {
	type seen struct{ inA, inB, a, b int }
	lines := make(map[int32]*seen)
	for i := a0; i < a1; i++ {
		if s := lines[c.a[i]]; s != nil {
			s.inA++
		} else {
			lines[c.a[i]] = &seen{inA: 1, a: i}
		}
	}
	for i := b0; i < b1; i++ {
		if s := lines[c.b[i]]; s != nil {
			s.inB++
			s.b = i
		}
	}
	var both [][2]int
	for i := a0; i < a1; i++ {
		if s := lines[c.a[i]]; s.inA == 1 && s.inB == 1 {
			both = append(both, [2]int{i, s.b})
		}
	}
	return rising(both)
}

// rising returns a longest part of pairs in which the second numbers rise, as
// the first ones do (patience sorting).
func rising(pairs [][2]int) [][2]int {
	var tops []int // of each pile, the index of its pair
	back := make([]int, len(pairs))
	for i, p := range pairs {
		pile, _ := slices.BinarySearchFunc(tops, p[1], func(top, want int) int { return pairs[top][1] - want })
		back[i] = -1
		if pile > 0 {
			back[i] = tops[pile-1]
		}
		if pile == len(tops) {
			tops = append(tops, i)
		} else {
			tops[pile] = i
		}
	}
	out := make([][2]int, len(tops))
	if len(tops) > 0 {
		for i, at := len(out)-1, tops[len(tops)-1]; i >= 0; i, at = i-1, back[at] {
			out[i] = pairs[at]
		}
	}
	return out
}
