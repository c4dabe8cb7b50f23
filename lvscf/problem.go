package lvscf

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Severity says whether a file with such a Problem can be used.
type Severity uint8

// The severities.
const (
	Warning Severity = iota + 1 // it can
	Error                       // it cannot
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// MarshalText writes a Severity as its String.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Problem is one thing wrong with a file.
type Problem struct {
	File     string   `json:"file"` // as given to Parse
	Line     int      `json:"line"` // from 1
	Col      int      `json:"col"`  // from 1, in characters
	Text     string   `json:"text"` // the offending text, cut where it is long; may be empty
	Code     string   `json:"code"` // stable, see Codes
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`        // what is wrong
	Hint     string   `json:"hint,omitempty"` // what to write instead; empty when nobody can know
}

// String is the problem as compilers print theirs:
//
//	lvs.cf:14:12: error: scheduler "wlcc" is not known: did you mean wlc?
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Col, p.Severity, p.Message)
	if p.Hint != "" {
		s += ": " + p.Hint
	}
	return s
}

// Problems are all that is wrong with a file, in the file's order.
type Problems []Problem

// Err returns nil unless one of ps is an Error, and else an error whose text
// is those that are, one a line.
func (ps Problems) Err() error {
	bad := ps.Errors()
	if len(bad) == 0 {
		return nil
	}
	return errors.New(bad.String())
}

// Errors returns those of ps that are Errors.
func (ps Problems) Errors() Problems { return ps.of(Error) }

// Warnings returns those of ps that are Warnings.
func (ps Problems) Warnings() Problems { return ps.of(Warning) }

func (ps Problems) of(s Severity) Problems {
	var some Problems
	for _, p := range ps {
		if p.Severity == s {
			some = append(some, p)
		}
	}
	return some
}

// String returns ps one a line.
func (ps Problems) String() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// sort puts ps in the file's order.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
}
