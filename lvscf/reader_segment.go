package lvscf

import (
	"bytes"
	"cmp"
	"slices"
)

// A segment is part of a text: a block, or the lines between two.
type segment struct {
	from        int // in bytes
	line, lines int // its first, from 1, and how many
	virtual     int // in Config.Virtuals, or one of these
}

// What a segment may be other than a virtual.
const (
	between    = -1 // no block
	otherBlock = -2
)

// index finds the segments of r.text, which is f, without Errors. Where a line
// could mean something else in another file, there are none: a carriage return
// may be half of a line end, and a byte order mark counts only in front.
func (r *Reader) index(f *File) {
	r.segments, r.serials = nil, 0
	if f.bom != "" || bytes.IndexByte(r.text, '\r') >= 0 {
		return
	}
	var all []segment
	from, line, virtuals := 0, 1, 0
	for n := f.root.first; n != nil; n = n.next {
		if n.dir == rowSerial {
			r.serials++
		}
		if n.body == nil {
			if len(all) == 0 || all[len(all)-1].virtual != between {
				all = append(all, segment{from: from, line: line, virtual: between})
			}
			all[len(all)-1].lines++
			from, line = from+len(n.raw), line+1
			continue
		}
		s := segment{from: from, line: line, lines: 1 + n.body.lines, virtual: otherBlock}
		if n.body.where == InVirtual {
			s.virtual = virtuals
			virtuals++
		}
		all = append(all, s)
		from, line = from+len(n.raw)+n.body.bytes(), line+s.lines
	}
	r.segments = all
}

// bytes is the length of b.
func (b *body) bytes() int {
	size := 0
	for n := b.first; n != nil; n = n.next {
		size += len(n.raw)
		if n.body != nil {
			size += n.body.bytes()
		}
	}
	return size
}

// at is the segment of the byte at i, their number if i is the end.
func (r *Reader) at(i int) int {
	if i == len(r.text) {
		return len(r.segments)
	}
	k, found := slices.BinarySearchFunc(r.segments, i, func(s segment, i int) int { return cmp.Compare(s.from, i) })
	if !found {
		k--
	}
	return k
}

// bounds is where segment i begins and ends.
func (r *Reader) bounds(i int) (from, to int) {
	if i+1 < len(r.segments) {
		return r.segments[i].from, r.segments[i+1].from
	}
	return r.segments[i].from, len(r.text)
}

// blamed reports whether there is a Problem in s.
func (r *Reader) blamed(s segment) bool {
	i, _ := slices.BinarySearchFunc(r.problems, s.line, func(p Problem, line int) int { return cmp.Compare(p.Line, line) })
	return i < len(r.problems) && r.problems[i].Line < s.line+s.lines
}
