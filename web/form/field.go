package form

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"pacu/lvscf"
)

// A Control is a kind of input.
type Control uint8

// The controls.
const (
	Line   Control = iota + 1 // one line of text
	Number                    // the same, mostly digits
	Choice                    // one of Field.Choices, or nothing
	Ticks                     // some of Field.Choices
	Lines                     // several lines, each for itself
	Secret                    // a line that shows nothing
)

// A Field is what a form shows of one directive.
type Field struct {
	lvscf.Directive
	Control Control
	// Where is the one place of the block, which tells directives of one name
	// apart.
	Where lvscf.Where
	// Set: the block has the directive. Otherwise its default counts.
	Set bool
	// Value is what the control holds, as written in the file: "" where
	// nothing is set, and two quotes for a text that is set and empty. Lines
	// end in LF; Ticks are parted by blanks. It is always empty for a Secret.
	Value string
	// Device is the interface beside an address; see Paired.
	Device string
	// Remove: the secret is to be removed.
	Remove   bool
	Problems []Problem
}

// DeviceName is the name of the control that holds the interface of name.
func DeviceName(name string) string { return name + ".device" }

// RemoveName is the name of the control that removes the secret of name.
func RemoveName(name string) string { return name + ".remove" }

// Paired reports whether the field has a second control, for an interface.
func (f Field) Paired() bool { return paired(f.Type) }

// Bad reports whether one of the field's Problems is an error.
func (f Field) Bad() bool { return slices.ContainsFunc(f.Problems, Problem.bad) }

// Choices are the words to choose from: the directive's own, and what the file
// has besides.
func (f Field) Choices() []string {
	known := f.Values
	if f.Type == lvscf.Bool {
		known = []string{"1", "0"}
	}
	all := slices.Clone(known)
	written := []string{f.Value}
	if f.Control == Ticks {
		written = strings.Fields(f.Value)
	}
	for _, w := range written {
		i := slices.IndexFunc(all, func(v string) bool { return v == w || f.Type == lvscf.Capitals && strings.EqualFold(v, w) })
		switch {
		case w == "":
		case i >= 0:
			all[i] = w
		default:
			all = append(all, w)
		}
	}
	return all
}

// Ticked reports whether word is one of the field's.
func (f Field) Ticked(word string) bool { return slices.Contains(strings.Fields(f.Value), word) }

// Suggestions are the known words of a directive that takes others too.
func (f Field) Suggestions() []string {
	if f.Type == lvscf.Program {
		return f.Values
	}
	return nil
}

// Range is what the value may be, such as 1-65535; empty when anything, or
// nothing that can be counted. Times are in seconds.
func (f Field) Range() string {
	if f.Max == 0 {
		return ""
	}
	show := func(n int64) string { return strconv.FormatInt(n, 10) }
	if f.Type == lvscf.Duration {
		show = func(n int64) string { return strconv.FormatFloat(time.Duration(n).Seconds(), 'f', -1, 64) }
	}
	return show(f.Min) + "–" + show(f.Max)
}

// paired reports whether values of type t are an address, or several, and an
// interface.
func paired(t lvscf.Type) bool { return t == lvscf.HostDevice || t == lvscf.AddrsDevice }

// control is the input for d.
func control(d lvscf.Directive) Control {
	switch {
	case d.Secret:
		return Secret
	case d.Repeats || d.Type == lvscf.List:
		return Lines
	}
	switch d.Type {
	case lvscf.Bool, lvscf.Word, lvscf.Capitals:
		return Choice
	case lvscf.Words:
		return Ticks
	case lvscf.Int, lvscf.Port, lvscf.Duration:
		return Number
	}
	return Line
}
