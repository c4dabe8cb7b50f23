package templates

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pacu/lvscf"
	"pacu/web/text"
)

// An Editor is the state of the configuration page.
type Editor struct {
	Path     string // of lvs.cf
	Text     string // of the draft, but lines end in LF
	Seen     string // names the draft or file that the text started from
	EOL      string // how the file's lines end: lf, crlf, cr
	Problems lvscf.Problems
	Note     string // what happened, in words; may be empty
	NoteTone string // its CSS class
	ReadOnly string // why the file cannot be edited here; empty when it can
	New      bool   // there is no file yet
	Viewing  bool   // it is only shown, without secrets
	// Conflict is set when the draft changed since Seen; Theirs is what it
	// holds now, and Seen is its.
	Conflict bool
	Theirs   string
}

// counts says how many errors and warnings there are.
func (e Editor) counts(t *text.Words) string {
	return problemCounts(t, len(e.Problems.Errors()), len(e.Problems.Warnings()))
}

func problemCounts(t *text.Words, errors, warnings int) string {
	var parts []string
	for _, k := range []struct {
		n         int
		one, many string
	}{
		{errors, t.ConfigErrorOne, t.ConfigErrors},
		{warnings, t.ConfigWarningOne, t.ConfigWarnings},
	} {
		switch {
		case k.n == 1:
			parts = append(parts, k.one)
		case k.n > 1:
			parts = append(parts, fmt.Sprintf(k.many, k.n))
		}
	}
	if len(parts) == 0 {
		return t.ConfigFine
	}
	return strings.Join(parts, ", ")
}

// listed are the problems as the page lists them, and how many there are
// besides: where there are too many, errors come before warnings.
func (e Editor) listed() (first lvscf.Problems, more int) {
	if len(e.Problems) <= MaxProblems {
		return e.Problems, 0
	}
	return slices.Concat(e.Problems.Errors(), e.Problems.Warnings())[:MaxProblems], len(e.Problems) - MaxProblems
}

// A run is a stretch of the gutter beside the text: lines without problems, or
// one line with.
type run struct {
	From, To int            // of a stretch without: its first and last line
	Line     int            // of a line with; 0 for a stretch without
	Tone     string         // the worst of its problems
	All      lvscf.Problems // its problems
}

// runs cuts the gutter up at the lines with problems.
func (e Editor) runs() []run {
	byLine := map[int]lvscf.Problems{}
	last := strings.Count(e.Text, "\n") + 1
	for _, p := range e.Problems {
		line := min(max(p.Line, 1), last)
		byLine[line] = append(byLine[line], p)
	}
	var out []run
	next := 1 // the first line that is in no run yet
	for _, line := range slices.Sorted(maps.Keys(byLine)) {
		if next < line {
			out = append(out, run{From: next, To: line - 1})
		}
		r := run{Line: line, Tone: "wait", All: byLine[line]}
		if r.All.Err() != nil {
			r.Tone = "bad"
		}
		out = append(out, r)
		next = line + 1
	}
	if next <= last {
		out = append(out, run{From: next, To: last})
	}
	return out
}

// words are the problems of one line in one line.
func (r run) words() string {
	parts := make([]string, len(r.All))
	for i, p := range r.All {
		parts[i] = say(p)
	}
	return strings.Join(parts, "; ")
}

// say is a problem without its place.
func say(p lvscf.Problem) string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + ": " + p.Hint
}

func problemTone(p lvscf.Problem) string {
	if p.Severity == lvscf.Error {
		return "bad"
	}
	return "wait"
}

func severity(t *text.Words, s lvscf.Severity) string {
	if s == lvscf.Error {
		return t.SeverityError
	}
	return t.SeverityWarning
}
