package keepalived

import (
	"fmt"
	"slices"
	"strings"

	"pacu/lvscf/internal/draft"
)

// deepest is how far blocks may be nested; keepalived's own go to five.
const deepest = 32

// A stmt is a statement: its words, and those below it if it opens a block.
type stmt struct {
	line  int
	words []string
	block bool
	body  []*stmt
	used  bool // carried, or noted
}

// key is the first word of s.
func (s *stmt) key() string { return s.words[0] }

// arg is word i of s, the key being word 0, or empty.
func (s *stmt) arg(i int) string {
	if i < len(s.words) {
		return s.words[i]
	}
	return ""
}

// at is where s stands.
func (s *stmt) at() draft.Source {
	words := s.words
	if i := slices.Index(words, "auth_pass"); i >= 0 {
		words = words[:i+1] // notes get shown, and logged
	}
	return draft.Source{Line: s.line, Text: strings.Join(words, " ")}
}

// all marks the statements directly in s, and s itself, as used.
func (s *stmt) all() []*stmt {
	s.used = true
	for _, c := range s.body {
		c.used = true
	}
	return s.body
}

// size is the number of statements in s, with itself.
func (s *stmt) size() int {
	n := 1
	for _, c := range s.body {
		n += c.size()
	}
	return n
}

// take returns the last statement of that key in s, marked as used, or nil.
func (s *stmt) take(key string) *stmt {
	var last *stmt
	for _, c := range s.body {
		if c.key() == key {
			last = c
		}
	}
	if last != nil {
		last.used = true
	}
	return last
}

// parse reads text as keepalived does: one statement a line, "{" and "}" also
// between statements, comments from ! or # to the end of the line.
func parse(name string, text []byte) (*stmt, error) {
	all, err := draft.Text(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	root := &stmt{block: true, words: []string{""}}
	stack := []*stmt{root}
	var last *stmt // the statement of a line before, which { may still open
	n := 0
	for raw := range strings.Lines(all) {
		n++
		var open *stmt
		for _, w := range words(raw) {
			top := stack[len(stack)-1]
			switch {
			case w.text == "{" && !w.quoted:
				if open == nil {
					open = last
				}
				if open == nil || open.block {
					return nil, fmt.Errorf("%s:%d: a { that belongs to nothing", name, n)
				}
				if len(stack) > deepest {
					return nil, fmt.Errorf("%s:%d: blocks nested more than %d deep", name, n, deepest)
				}
				open.block = true
				stack = append(stack, open)
				open, last = nil, nil
			case w.text == "}" && !w.quoted:
				if len(stack) == 1 {
					return nil, fmt.Errorf("%s:%d: a } that closes nothing", name, n)
				}
				stack = stack[:len(stack)-1]
				open, last = nil, nil
			case open == nil || !w.quoted && begins[w.text]:
				open = &stmt{line: n, words: []string{w.text}}
				last = open
				top.body = append(top.body, open)
			default:
				open.words = append(open.words, w.text)
			}
		}
	}
	if len(stack) > 1 {
		s := stack[len(stack)-1]
		return nil, fmt.Errorf("%s:%d: the block of %q is never closed", name, s.line, s.key())
	}
	return root, nil
}

// begins are words that begin a statement wherever they stand: pages that lost
// their line ends have them behind others.
var begins = map[string]bool{"real_server": true, "virtual_server": true, "vrrp_instance": true, "vrrp_sync_group": true}

// A word is one word of a line.
type word struct {
	text   string
	quoted bool
}

// words cuts a line into words. Quotes hold words together, a brace at the end
// of a bare word stands for itself, and a comment begins even inside one.
func words(line string) []word {
	var ws []word
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case c == '!' || c == '#':
			return ws
		case c == '"' || c == '\'':
			end := strings.IndexByte(line[i+1:], c)
			if end < 0 {
				return append(ws, word{strings.TrimRight(line[i+1:], "\r\n"), true})
			}
			ws = append(ws, word{line[i+1 : i+1+end], true})
			i += end + 2
		case c == '{' || c == '}':
			ws = append(ws, word{text: line[i : i+1]})
			i++
		default:
			end := strings.IndexAny(line[i:], " \t\r\n!#")
			if end < 0 {
				end = len(line) - i
			}
			w := line[i : i+end]
			if len(w) > 1 && w[len(w)-1] == '{' && w[len(w)-2] != '$' {
				ws = append(ws, word{text: w[:len(w)-1]}, word{text: "{"})
			} else {
				ws = append(ws, word{text: w})
			}
			i += end
		}
	}
	return ws
}
