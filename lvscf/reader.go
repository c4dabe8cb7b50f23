package lvscf

import (
	"bytes"
	"slices"
)

// A Reader reads one lvs.cf again and again, and of it only what changed. The
// zero Reader has read nothing yet. It is not safe for use by several
// goroutines at once.
//
// It keeps the last text without an Error, the Config of which is the last that
// it returned, and 32 bytes for each block.
type Reader struct {
	name     string
	text     []byte
	cfg      *Config
	problems Problems
	segments []segment // of text; nil when it has to be read whole
	serials  int       // lines of it that give serial_no
}

// Read is what the package's Read(name, text) is, and costs little where text
// is nearly that of the call before. It keeps no hold on text.
//
// With partial, changed are the indices in Config.Virtuals, rising, of those
// that differ from the Config that the Reader returned before, and nothing else
// differs but SerialNo. Otherwise changed is nil, and all may be different.
//
// Configs are to be read only: they share what is the same in both, and one
// text, read twice, is one Config. A text with an Error is forgotten: the next
// is compared with the last Config that was not nil.
func (r *Reader) Read(name string, text []byte) (cfg *Config, ps Problems, changed []int, partial bool) {
	if u := r.again(name, text); u != nil {
		r.take(text, u)
		return r.cfg, slices.Clone(r.problems), u.changed, true
	}
	f := Parse(name, text)
	cfg, ps = f.Check()
	if cfg != nil {
		r.name, r.cfg, r.problems = name, cfg, slices.Clone(ps)
		r.text = append(r.text[:0], text...)
		r.index(f)
	}
	return cfg, ps, nil, false
}

// again returns what of text is new, and nil when it has to be read whole.
func (r *Reader) again(name string, text []byte) *reread {
	if r.segments == nil || name != r.name {
		return nil
	}
	u := newReread(r)
	old, now := 0, 0 // up to where the texts have been compared
	for {
		n := common(r.text[old:], text[now:])
		old, now = old+n, now+n
		if old == len(r.text) && now == len(text) {
			return u
		}
		i := r.at(old)
		if i == len(r.segments) || len(u.edits) > few+len(r.segments)/4 {
			return nil // past the end, or so much that all of it costs no more
		}
		from, to := r.bounds(i)
		now -= old - from
		end := now + span(text[now:], r.segments[i].lines)
		if !u.edit(i, r.text[from:to], text[now:end]) {
			return nil
		}
		u.edits = append(u.edits, edit{i, now, end})
		old, now = to, end
	}
}

// take makes text, of which u is what is new, that of r.
func (r *Reader) take(text []byte, u *reread) {
	if len(u.edits) == 0 {
		return
	}
	edits, shift, moved := u.edits, 0, false
	for i := range r.segments {
		from, to := r.bounds(i)
		r.segments[i].from += shift
		if len(edits) > 0 && edits[0].segment == i {
			shift += edits[0].to - edits[0].from - (to - from)
			moved = moved || shift != 0
			edits = edits[1:]
		}
	}
	if first := u.edits[0].from; moved {
		r.text = append(r.text[:first], text[first:]...)
	} else {
		for _, e := range u.edits {
			copy(r.text[e.from:e.to], text[e.from:e.to])
		}
	}
	r.cfg = u.config()
}

// common is the number of bytes that a and b have in common at their start.
func common(a, b []byte) int {
	n := 0
	for step := 1 << 16; step > 0; step >>= 4 {
		for n+step <= len(a) && n+step <= len(b) && bytes.Equal(a[n:n+step], b[n:n+step]) {
			n += step
		}
	}
	return n
}

// span is the length of the first lines of text, or of all where it has fewer.
func span(text []byte, lines int) int {
	n := 0
	for ; lines > 0; lines-- {
		i := bytes.IndexByte(text[n:], '\n')
		if i < 0 {
			return len(text)
		}
		n += i + 1
	}
	return n
}
