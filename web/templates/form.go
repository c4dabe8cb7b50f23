package templates

import (
	"fmt"
	"slices"

	"github.com/a-h/templ"

	"pacu/lvscf"
	"pacu/store"
	"pacu/web/form"
	"pacu/web/text"
)

// fieldID is the id of the control called name.
func fieldID(name string) string { return "f-" + name }

// label is what a field is called.
func label(p Page, f form.Field) string { return p.Lang.Label(blockWord(f), f.Name) }

// blockWord is the kind of the block that f is of.
func blockWord(f form.Field) string {
	switch f.Where {
	case lvscf.InVirtual:
		return "virtual"
	case lvscf.InFailover:
		return "failover"
	case lvscf.InServer:
		return "server"
	case lvscf.InProbe:
		return "probe"
	case lvscf.InTrackScript:
		return "track_script"
	}
	return ""
}

func heading(p Page, s form.Section) string {
	return p.T().Form.Headings.Of(string(s.Page), s.ID)
}

// meaning is the help of a directive.
func meaning(p Page, d lvscf.Directive) string {
	if p.Lang == text.Chinese {
		return d.Chinese
	}
	return d.Meaning
}

// choice is one word of a field, with what it is.
func choice(p Page, f form.Field, word string) string {
	if f.Type == lvscf.Bool {
		switch word {
		case "1":
			return p.T().Form.On
		case "0":
			return p.T().Form.Off
		}
		return word
	}
	if what := p.Lang.Choice(f.Name, word); what != "" {
		return word + " – " + what
	}
	return word
}

// unset is what a choice shows that is not made.
func unset(p Page, f form.Field) string {
	if f.Default == "" {
		return p.T().Form.NotSet
	}
	return fmt.Sprintf(p.T().Form.Default, choice(p, f, f.Default))
}

// unit is what the numbers of a field are.
func unit(p Page, f form.Field) string {
	switch {
	case f.Type == lvscf.Duration && f.Whole:
		return p.T().Form.WholeSeconds
	case f.Type == lvscf.Duration:
		return p.T().Form.Seconds
	case f.Control == form.Lines:
		return p.T().Form.Several
	}
	return ""
}

// bounds say what a field takes: its default and its range.
func bounds(p Page, f form.Field) []string {
	t := p.T().Form
	var all []string
	if f.Default != "" && f.Control != form.Choice {
		all = append(all, fmt.Sprintf(t.Default, f.Default))
	}
	if r := f.Range(); r != "" {
		if f.Type == lvscf.Duration {
			r += " " + t.SecondsShort
		}
		all = append(all, fmt.Sprintf(t.Range, r))
	}
	return all
}

// written is a field's value for those who may not change it.
func written(p Page, f form.Field) string {
	switch {
	case f.Secret && f.Set:
		return p.T().Form.SecretSet
	case !f.Set && f.Default != "":
		return fmt.Sprintf(p.T().Form.Default, choice(p, f, f.Default))
	case !f.Set:
		return p.T().Form.NotSet
	case f.Device != "":
		return f.Value + " " + f.Device
	case f.Control == form.Choice:
		return choice(p, f, f.Value)
	}
	return f.Value
}

// said is a problem in words: in Chinese what kind it is. The checker speaks
// English, see detail.
func said(p Page, problem form.Problem) string {
	t := p.T().Form
	switch problem.Code {
	case form.Unwritable:
		return t.Unwritable
	case form.TooLong:
		return t.TooLong
	case form.Half:
		if problem.Field == "heartbeat_path" {
			return t.HalfPair
		}
		return t.HalfDevice
	}
	if p.Lang == text.Chinese {
		return codes[problem.Code]
	}
	return detail(problem)
}

// detail is what the checker says.
func detail(problem form.Problem) string {
	switch {
	case problem.Message == "":
		return ""
	case problem.Hint == "":
		return problem.Message
	}
	return problem.Message + ": " + problem.Hint
}

// codes are the kinds of problems in Chinese.
var codes = func() map[string]string {
	m := map[string]string{}
	for _, c := range lvscf.Codes() {
		m[c.Name] = c.Chinese
	}
	return m
}()

// badFields are the fields that were refused.
func badFields(sections []form.Section) []form.Field {
	var all []form.Field
	for _, s := range sections {
		all = append(all, slices.DeleteFunc(slices.Clone(s.Fields), func(f form.Field) bool { return !f.Bad() })...)
	}
	return all
}

// edits reports whether the user may change what a form shows.
func edits(p Page) bool { return p.May(store.Operator) }

// described are the attributes that tie a control to its help and problems.
func described(f form.Field) templ.Attributes {
	a := templ.Attributes{"aria-describedby": "h-" + f.Name + " p-" + f.Name}
	if f.Bad() {
		a["aria-invalid"] = "true"
	}
	return a
}

func deviceLabel(p Page, f form.Field) string {
	return fmt.Sprintf(p.T().Form.Device, label(p, f))
}

func severityTone(s lvscf.Severity) string {
	if s == lvscf.Error {
		return "bad"
	}
	return "wait"
}

// problemsOf are the problems to show of f; while it is typed not those that
// it is missing.
func problemsOf(f form.Field, typing bool) []form.Problem {
	if !typing {
		return f.Problems
	}
	return slices.DeleteFunc(slices.Clone(f.Problems), func(p form.Problem) bool { return p.Missing })
}
