package lvscf

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A reporter collects the Problems of a file whose lines it is shown.
type reporter struct {
	file  string
	ascii bool // columns are bytes
	num   int  // of the line at hand, from 1
	line  string
	found Problems
}

// col returns the column of the byte at i of the line at hand.
func (r *reporter) col(i int) int {
	if r.ascii {
		return i + 1
	}
	return utf8.RuneCountInString(r.line[:i]) + 1
}

// pos is the place of the byte at i of the line at hand.
func (r *reporter) pos(i int) Pos { return Pos{r.num, r.col(i)} }

// report adds a Problem with the bytes from start to end of the line at hand.
func (r *reporter) report(s Severity, code string, start, end int, message, hint string) {
	text := r.line[start:end]
	if secret(r.line) {
		text = ""
	}
	r.reportAt(r.pos(start), s, code, text, message, hint)
}

// secret reports whether line names a directive whose value is not for
// everybody's eyes: what of line is the value, nobody can tell where it has
// errors.
func secret(line string) bool {
	line = strings.ToLower(line)
	return slices.ContainsFunc(secrets, func(name string) bool { return strings.Contains(line, name) })
}

// secrets are the names of such directives.
var secrets = func() (names []string) {
	for i := range table {
		if table[i].Secret {
			names = append(names, table[i].Name)
		}
	}
	return names
}()

// reportToken adds a Problem with t.
func (r *reporter) reportToken(s Severity, code string, t token, message, hint string) {
	r.report(s, code, t.start, t.end, message, hint)
}

// reportAt adds a Problem with text, found at p.
func (r *reporter) reportAt(p Pos, s Severity, code, text, message, hint string) {
	r.found = append(r.found, Problem{
		File: r.file, Line: p.Line, Col: p.Col, Text: short(text),
		Code: code, Severity: s, Message: message, Hint: hint,
	})
}

// longest is how many characters of offending text a Problem shows: enough to
// find it by, and a line of megabytes stays out of logs.
const longest = 60

// short returns s cut to the longest that is shown, as text.
func short(s string) string {
	n := 0
	for i := range s {
		if n == longest {
			return clone(s[:i]) + "..."
		}
		n++
	}
	return clone(s)
}

// quoted is s as messages show it.
func quoted(s string) string { return strconv.Quote(short(s)) }
