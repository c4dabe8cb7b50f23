package templates

import (
	"fmt"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/web/text"
)

// A ReviewPage is REVIEW: what the user's draft would change.
type ReviewPage struct {
	Path    string // of lvs.cf
	Shut    string // why lvs.cf or the draft cannot be shown; empty when it can
	Draft   bool   // there is a draft
	Version int64  // its
	Changed time.Time
	Same    bool       // it is lvs.cf as it is
	New     bool       // there is no lvs.cf yet
	Moved   *MergePage // lvs.cf has changed since the draft began; nil: it has not
	Kept    time.Time  // when a copy of an earlier draft was put by; zero: there is none

	Problems         []DraftProblem // the first ones
	Errors, Warnings int
	Meaning          Meaning
	Lines            LinesView
	Plan             PlanView
	Form             ApplyForm
}

// A DraftProblem is a problem and the virtual it is in.
type DraftProblem struct {
	lvscf.Problem
	Virtual *Ref // nil where it is in none
}

// MaxProblems is how many problems REVIEW lists, and the page of lvs.cf as text.
const MaxProblems = 100

// MaxNote is the longest note of a change, in characters.
const MaxNote = 200

// An ApplyForm is what was typed before APPLY.
type ApplyForm struct {
	Note, NoteError string
	Hold            string // seconds to confirm in; "0": at once; empty: as usual
	Error           string // of the whole
}

// A HoldChoice is a time to confirm in.
type HoldChoice struct{ Seconds, Words string }

// holdChoices are those that REVIEW offers.
func holdChoices(t *text.Words) []HoldChoice {
	return []HoldChoice{
		{"30", t.Review.Hold30}, {"60", t.Review.Hold60}, {"300", t.Review.Hold300}, {"900", t.Review.Hold900}, {"0", t.Review.Hold0},
	}
}

func (f ApplyForm) holds(seconds string) bool {
	return f.Hold == seconds || f.Hold == "" && seconds == "60"
}

// A PlanView is what pulse would do.
type PlanView struct {
	Asked  bool   // false: the draft has errors, so pulse is not asked
	Ready  bool   // pulse has answered, with Plan or Failed
	NoOne  bool   // there is no pulse
	Failed string // why there is no plan; may be pulse's own words
	Plan   *control.Plan
}

// A planGroup is the steps of one kind.
type planGroup struct {
	Title              string
	Add, Remove, Alter int
	Steps              []control.Step // the first ones, those that end connections before the others
	More               int
	Connections        uint64
}

// maxSteps is how many steps of a kind are listed.
const maxSteps = 50

// groups are the steps by kind: what people look for first comes first.
func (v PlanView) groups(t *text.Words) []planGroup {
	titles := map[string]string{
		"service": t.Review.PlanServices, "server": t.Review.PlanServers, "address": t.Review.PlanAddresses, "check": t.Review.PlanChecks,
	}
	groups := map[string]*planGroup{}
	order := []string{"service", "server", "address", "check", "other"}
	for _, first := range []bool{true, false} {
		for _, s := range v.Plan.Steps {
			kind := s.Kind
			if titles[kind] == "" {
				kind = "other"
			}
			g := groups[kind]
			if g == nil {
				g = &planGroup{Title: titles[kind]}
				if kind == "other" {
					g.Title = t.Review.PlanOthers
				}
				groups[kind] = g
			}
			if (s.Connections > 0) != first {
				continue
			}
			switch s.Action {
			case control.Add:
				g.Add++
			case control.Remove:
				g.Remove++
			default:
				g.Alter++
			}
			g.Connections += s.Connections
			if len(g.Steps) < maxSteps {
				g.Steps = append(g.Steps, s)
			} else {
				g.More++
			}
		}
	}
	var out []planGroup
	for _, kind := range order {
		if g := groups[kind]; g != nil {
			out = append(out, *g)
		}
	}
	return out
}

// connections are those that all steps end or let end.
func (v PlanView) connections() uint64 {
	var n uint64
	for _, s := range v.Plan.Steps {
		n += s.Connections
	}
	return n
}

func (g planGroup) counts(t *text.Words) string {
	return fmt.Sprintf(t.Review.PlanCounts, g.Add, g.Remove, g.Alter)
}

// planStep is what a step does, for those who do not see its sign.
func planStep(t *text.Words, a control.Action) (word, tone string) {
	switch a {
	case control.Add:
		return t.Review.Adds, "ok"
	case control.Remove:
		return t.Review.Removes, "bad"
	}
	return t.Review.Alters, "wait"
}

// planSign is a step's action as people read it.
func planSign(a control.Action) string {
	if a == control.Remove {
		return "−"
	}
	return string(a)
}

// A MergePage is what somebody else did to lvs.cf since the draft began.
type MergePage struct {
	Version   int64  // of the draft
	Seen      string // hash of lvs.cf as it is now
	Gone      bool   // lvs.cf is no longer there
	Who       string // who changed it, as far as is known
	Meaning   Meaning
	Lines     LinesView
	Clean     int // changes of theirs that touch nothing of the draft
	Conflicts []MergeConflict
	More      int    // conflicts that are not listed
	Rest      string // what was chosen for those: mine, theirs; empty: nothing yet
}

// MaxConflicts is how many conflicts are decided one by one; the rest is
// decided together.
const MaxConflicts = 40

// A MergeConflict is a place that both changed.
type MergeConflict struct {
	Key                string // part of the names of its fields
	N                  int    // from 1
	Line               int    // in the draft
	Before             string // a few lines above it
	Base, Mine, Theirs string
	Take               string // what was chosen: mine, theirs, edit; empty: nothing yet
	Edit               string // the text of edit
	Missing            bool   // the form was sent without a choice here
}

// mergeRows is how many rows of a text area s needs.
func mergeRows(s string) string {
	n := 1
	for _, r := range s {
		if r == '\n' {
			n++
		}
	}
	return fmt.Sprint(min(max(n, 2), 20))
}
