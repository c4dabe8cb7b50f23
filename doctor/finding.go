package doctor

import (
	"cmp"
	"fmt"
	"slices"
)

// A Severity grades a Finding.
type Severity string

// The severities, the worst first.
const (
	// Error: clients are not served, or will not be after a failover.
	Error Severity = "error"
	// Warning: it works now, and some day it will not.
	Warning Severity = "warning"
	// Hint: something that cannot be seen from here, or is a matter of taste.
	Hint Severity = "hint"
)

// rank orders severities, the worst first.
func (s Severity) rank() int { return slices.Index([]Severity{Error, Warning, Hint}, s) }

// A Finding is one thing that is, or may be, wrong.
type Finding struct {
	Severity Severity `json:"severity"`
	Object   string   `json:"object"` // what it is about: "eth0", "virtual web", a file
	What     string   `json:"what"`   // one sentence
	Why      string   `json:"why"`    // what comes of it
	Fix      string   `json:"fix"`    // the command to type, or the line of lvs.cf to write
}

// String is the finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s", f.Severity, f.Object, f.What)
}

// Findings are what rules found.
type Findings []Finding

// add adds one.
func (f *Findings) add(s Severity, object, what, why, fix string) {
	*f = append(*f, Finding{s, object, what, why, fix})
}

// sorted puts the worst first, and keeps the order otherwise.
func (f Findings) sorted() Findings {
	slices.SortStableFunc(f, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
	return f
}

// mostFindings of a group are told: the others are their like.
const mostFindings = 50

// shortened has the first of many, and one that counts the rest.
func (f Findings) shortened(title string) Findings {
	rest := len(f) - mostFindings
	if rest <= 1 {
		return f
	}
	return append(f[:mostFindings:mostFindings], Finding{f[mostFindings].Severity, title, fmt.Sprintf("there are %d more findings", rest),
		"most are likely to have the same cause as those above", "put those right, then pulse doctor again"})
}

// Count is how many have that severity.
func (f Findings) Count(s Severity) int {
	n := 0
	for _, one := range f {
		if one.Severity == s {
			n++
		}
	}
	return n
}
