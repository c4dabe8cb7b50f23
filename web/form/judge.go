package form

import (
	"net/url"
	"regexp"
	"strings"
)

// judge returns what lvscf's checker says of the fields that values are for.
func (t trial) judge(values url.Values, groups []Group) []Problem {
	asked := map[string]bool{}
	for _, g := range groups {
		for _, name := range g.Names {
			_, asked[name] = sent(values, directive(g.Where, name))
		}
	}
	_, all := t.file.Check()
	places := t.places()
	var found []Problem
	for _, p := range all {
		name, ours := places[p.Line]
		h := head{field: name}
		if ours && name == "" {
			h = heads[p.Code]
		}
		if !asked[h.field] || unfair(groups[0].Where, p.Code, h.field) {
			continue
		}
		found = append(found, Problem{
			Field: h.field, Severity: p.Severity, Code: p.Code, Message: lineless(p.Message), Hint: p.Hint, Missing: h.missing,
		})
	}
	return found
}

var inLine = regexp.MustCompile(` (?:of|in) line [0-9]+`)

// lineless takes the numbers of lines, which are the trial's, out of a message.
func lineless(message string) string { return inLine.ReplaceAllString(message, "") }

// places returns what the lines of the block at hand set, "" for its first
// line.
func (t trial) places() map[int]string {
	places := map[int]string{}
	var path []int     // the blocks around the line, each counted in its own
	counts := []int{0} // of blocks so far, by depth
	n := 0
	for line := range strings.Lines(string(t.file.Bytes())) {
		n++
		word, _, _ := strings.Cut(strings.TrimLeft(line, " \t"), " ")
		switch strings.TrimSpace(line) {
		case "":
			continue
		case "}":
			path, counts = path[:len(path)-1], counts[:len(counts)-1]
			continue
		}
		if whereOf[word] != 0 {
			depth := len(path)
			path = append(path, counts[depth])
			counts[depth]++
			counts = append(counts, 0)
			word = ""
		}
		if t.at(path) {
			places[n] = strings.TrimSpace(word)
		}
	}
	return places
}

// at reports whether path leads to the block at hand.
func (t trial) at(path []int) bool {
	switch len(path) {
	case 0:
		return t.top < 0
	case 1:
		return path[0] == t.top && t.sub < 0
	}
	return path[0] == t.top && path[1] == t.sub
}
