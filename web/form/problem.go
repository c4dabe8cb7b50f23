package form

import (
	"errors"
	"slices"

	"pacu/lvscf"
)

// ErrRefused is what Apply returns when one of its Problems is an error.
var ErrRefused = errors.New("the values were refused")

// The codes of problems that are the form's own; all others are of
// lvscf.Codes.
const (
	Unwritable = "form-unwritable" // no line of lvs.cf can hold the value
	TooLong    = "form-too-long"
	Half       = "form-half" // one of two values that belong together is missing
)

// A Problem is what is wrong with what was typed.
type Problem struct {
	Field    string // the directive's name
	Severity lvscf.Severity
	Code     string
	Message  string // in English; empty for the form's own codes
	Hint     string // what to write instead; may be empty
	// Missing: the directive is not there at all, which while a form is being
	// filled in is no surprise.
	Missing bool
}

func (p Problem) bad() bool { return p.Severity == lvscf.Error }

// Refused reports whether one of ps is an error.
func Refused(ps []Problem) bool { return slices.ContainsFunc(ps, Problem.bad) }

// A head is what a problem with the first line of a block is about.
type head struct {
	field   string
	missing bool
}

// heads are the codes of problems that the checker has with a block as a whole,
// and that a field can mend.
var heads = map[string]head{
	"no-address":   {"address", true},
	"no-command":   {"command", true},
	"no-expect":    {"expect", true},
	"same-server":  {"address", false},
	"same-service": {"address", false},
	"family":       {"address", false},
	"gateway":      {"address", false},
	"real-port":    {"port", false},
}

// unfair are the codes of what can be said of values outside blocks only with
// all the blocks in view, which a trial has not; and of old words, which stand
// under a heading that says so.
func unfair(where lvscf.Where, code, field string) bool {
	return code == "legacy" || where == lvscf.Global && (code == "min-servers" || code == "nothing-active" || code == "nat-router" || code == "no-effect" && field == "snat_pool")
}

func broken(name, code string) Problem {
	return Problem{Field: name, Severity: lvscf.Error, Code: code}
}
