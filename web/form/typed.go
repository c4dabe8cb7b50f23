package form

import (
	"net/url"
	"slices"
	"strings"

	"pacu/lvscf"
)

// Bounds of what a form may send. The longest value in use is a request of some
// hundred bytes.
const (
	maxValue  = 4096 // bytes of one control
	maxValues = 64   // lines, or ticks
)

// typed is what the controls of one directive hold.
type typed struct {
	value, device string
	remove        bool
}

// empty is how a control shows a text that is set and has nothing in it.
const empty = `""`

// shown returns what the controls of d hold for b, and whether b sets d.
func shown(b *lvscf.Block, d lvscf.Directive) (typed, bool) {
	if control(d) == Lines && d.Repeats {
		all := b.GetAll(d.Name)
		lines := make([]string, len(all))
		for i, values := range all {
			lines[i] = strings.Join(values, " ")
		}
		return typed{value: strings.Join(lines, "\n")}, len(all) > 0
	}
	values, ok := b.Get(d.Name)
	switch {
	case !ok || d.Secret:
		return typed{}, ok
	case paired(d.Type):
		return typed{value: values[0], device: values[1]}, true
	case d.Type == lvscf.Words:
		return typed{value: strings.Join(values, " ")}, true
	case d.Type == lvscf.List:
		return typed{value: strings.Join(unbracket(values), "\n")}, true
	case values[0] == "":
		return typed{value: empty}, true
	}
	return typed{value: values[0]}, true
}

// unbracket takes the brackets off a list.
func unbracket(values []string) []string {
	if i := slices.Index(values, "]"); i > 0 {
		return values[1:i]
	}
	return values
}

// sent returns what values holds for the controls of d, cleaned of what cannot
// matter, and false when it holds nothing for them.
func sent(values url.Values, d lvscf.Directive) (typed, bool) {
	all, ok := values[d.Name]
	if _, device := values[DeviceName(d.Name)]; paired(d.Type) && device {
		ok = true
	}
	if !ok {
		return typed{}, false
	}
	v := typed{value: values.Get(d.Name)}
	if control(d) == Ticks {
		v.value = strings.Join(all, " ")
	}
	v.value = clean(d, v.value)
	if paired(d.Type) {
		v.device = strings.TrimSpace(values.Get(DeviceName(d.Name)))
	}
	v.remove = d.Secret && values.Get(RemoveName(d.Name)) != ""
	return v, true
}

// clean takes out of the value of d what cannot matter.
func clean(d lvscf.Directive, value string) string {
	switch control(d) {
	case Ticks:
		return strings.Join(strings.Fields(value), " ")
	case Lines:
		return lines(value)
	}
	switch d.Type {
	case lvscf.Text, lvscf.Escaped: // blanks at the ends count
		return value
	case lvscf.AddrsDevice, lvscf.AddrList, lvscf.PortList, lvscf.Statuses:
		return strings.Join(strings.Fields(value), "")
	}
	return strings.TrimSpace(value)
}

// lines brings lines into one form: ends are LF, blanks single, empty lines
// gone.
func lines(s string) string {
	var all []string
	for line := range strings.Lines(strings.ReplaceAll(s, "\r", "\n")) {
		if words := strings.Fields(line); len(words) > 0 {
			all = append(all, strings.Join(words, " "))
		}
	}
	return strings.Join(all, "\n")
}

// write gives d the value v in b, and returns the code of what prevents it, or
// "".
func write(b *lvscf.Block, d lvscf.Directive, v typed) string {
	if len(v.value) > maxValue || len(v.device) > maxValue || strings.Count(v.value, "\n") >= maxValues || control(d) == Ticks && strings.Count(v.value, " ") >= maxValues {
		return TooLong
	}
	var err error
	switch {
	case v.value == "" && v.device == "":
		if !d.Secret || v.remove {
			b.Unset(d.Name)
		}
	case paired(d.Type) && (v.value == "" || v.device == ""):
		return Half
	case paired(d.Type):
		err = b.Set(d.Name, v.value, v.device)
	case d.Repeats:
		return writeLines(b, d, strings.Split(v.value, "\n"))
	case d.Type == lvscf.List:
		err = b.Set(d.Name, slices.Concat([]string{"["}, strings.Split(v.value, "\n"), []string{"]"})...)
	case d.Type == lvscf.Words:
		err = b.Set(d.Name, strings.Fields(v.value)...)
	case v.value == empty:
		err = b.Set(d.Name, "")
	default:
		err = b.Set(d.Name, v.value)
	}
	if err != nil {
		return Unwritable
	}
	return ""
}

// writeLines gives d, which repeats, a setting for each line.
func writeLines(b *lvscf.Block, d lvscf.Directive, lines []string) string {
	all := make([][]string, len(lines))
	for i, line := range lines {
		all[i] = []string{line}
		if d.Type == lvscf.HostPair {
			if all[i] = strings.Fields(line); len(all[i]) != 2 {
				return Half
			}
		}
	}
	if b.SetAll(d.Name, all) != nil {
		return Unwritable
	}
	return ""
}
