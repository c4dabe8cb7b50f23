package lvscf

import "strings"

// A token is a word of a line. start and end are byte offsets in the line,
// quotes included; text is without them.
type token struct {
	text       string
	start, end int
	quote      byte // 0, '"' or '\''
	glued      bool // no blank stands between it and a quote before it
	unclosed   bool // its quote has no end
}

// is reports whether t is the bare word w.
func (t token) is(w string) bool { return t.quote == 0 && t.text == w }

func blank(c byte) bool { return c == ' ' || c == '\t' }

// split cuts line, which has no line end, into tokens, reusing toks. comment
// is where a trailing comment begins, or -1.
func split(line string, toks []token) (_ []token, comment int) {
	toks = toks[:0]
	q := quotes{line: line}
	glued := false
	for i := 0; ; {
		for i < len(line) && blank(line[i]) {
			i++
			glued = false
		}
		if i == len(line) {
			return toks, -1
		}
		c := line[i]
		if c == '#' && comments(toks) {
			return toks, i
		}
		start := i
		if c == '"' || c == '\'' {
			end, ok := q.close(i)
			t := token{start: start, end: end, quote: c, glued: glued, unclosed: !ok}
			if ok {
				t.text = line[start+1 : end-1]
			} else {
				t.text = line[start+1 : end]
			}
			toks, i, glued = append(toks, t), end, true
			continue
		}
		for i < len(line) && !blank(line[i]) {
			i++
		}
		toks = append(toks, token{text: line[start:i], start: start, end: i, glued: glued})
		glued = false
	}
}

// comments reports whether a # after toks begins a comment. Piranha knows none
// there; a # that may be a value or the name of a block is none either.
func comments(toks []token) bool {
	n := len(toks)
	switch {
	case n == 0 || n >= 3:
		return true
	case toks[n-1].quote != 0:
		return n == 1
	case n == 1:
		return !opensBlock(toks[0])
	}
	last := toks[1].text
	return strings.HasSuffix(last, "{") || len(last) > 1 && last[0] == '='
}

// opensBlock reports whether t is a word that opens a block.
func opensBlock(t token) bool {
	_, ok := kindOf(t.text)
	return ok && t.quote == 0
}

// quotes finds the ends of quoted tokens, in a time linear in the line.
type quotes struct {
	line string
	// Per kind of quote, what a search that reached the end of the line has
	// shown to be absent from its rest: a closing quote, and one at all.
	noClean, noAny [2]bool
	// What piranha found from the blank at its index, which holds for every
	// quote up to there; 0 before the first.
	at  [2]int
	end [2]int
}

// close returns the end of the quoted token that begins at i, its quote
// included, and false when nothing closes it; the token is then the rest of
// the line.
//
// Piranha goes to the first blank, and from there to the next quote. Where
// this takes a legal line to its end it is followed; otherwise a token ends at
// the first quote that a blank or the line's end follows, preferably one
// without a backslash before it, else at the first quote.
func (q *quotes) close(i int) (end int, ok bool) {
	line, c := q.line, q.line[i]
	k := 0
	if c == '\'' {
		k = 1
	}
	if end, ok := q.piranha(i, k); ok {
		return end, true
	}
	if !q.noClean[k] {
		for j := i + 1; j < len(line); j++ {
			if line[j] == '\\' {
				j++
			} else if line[j] == c && (j+1 == len(line) || blank(line[j+1])) {
				return j + 1, true
			}
		}
		q.noClean[k] = true
	}
	if !q.noAny[k] {
		for j := i + 1; j < len(line); j++ {
			if line[j] == c && (j+1 == len(line) || blank(line[j+1])) {
				return j + 1, true
			}
		}
		q.noAny[k] = true
	}
	if j := strings.IndexByte(line[i+1:], c); j >= 0 {
		return i + 1 + j + 1, true
	}
	return len(line), false
}

// piranha returns the end of the token at i as Piranha reads it, if nothing
// but blanks follows.
func (q *quotes) piranha(i, k int) (end int, ok bool) {
	line, c := q.line, q.line[i]
	if q.at[k] > i {
		return q.end[k], q.end[k] > i+1
	}
	b := i + 1
	for b < len(line) && !blank(line[b]) {
		b++
	}
	q.at[k], q.end[k] = b, 0
	j := len(line) - 1 // a token without a blank inside ends with the line
	if b < len(line) {
		if j = strings.IndexByte(line[b:], c); j < 0 {
			return 0, false
		}
		j += b
		// `"OK" # say "` is a value to Piranha and a comment to its author.
		if line[b-1] == c && strings.HasPrefix(strings.TrimLeft(line[b:j], " \t"), "#") {
			return 0, false
		}
	}
	if line[j] != c || strings.TrimLeft(line[j+1:], " \t") != "" {
		return 0, false
	}
	q.end[k] = j + 1
	return j + 1, j > i
}
