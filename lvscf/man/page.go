package man

import (
	"fmt"
	"strings"
	"time"

	"pacu/lvscf"
)

// edition is the date in the page's foot: when its prose was last changed.
const edition = "2026-11-21"

// newBlocks are the blocks that Piranha does not have.
const newBlocks = lvscf.InProbe | lvscf.InTrackScript

// Page returns lvs.cf(5) in a language. It is empty for a Language that is
// none of the constants.
func Page(l Language) []byte {
	switch l {
	case English:
		return english.page()
	case Chinese:
		return chinese.page()
	}
	return nil
}

func (w *words) page() []byte {
	var r roff
	r.line(`.\" Made by "go test ./lvscf/man -update"; do not edit.`)
	r.line(`.TH LVS.CF 5 "`, edition, `" "Pacu" "`, w.manual, `"`)
	r.line(`.nh`)
	r.line(`.ad l`)
	r.section(w.sections.name)
	r.line(`lvs.cf \- `, escape(w.name))
	r.section(w.sections.description)
	r.paragraphs(w.description)
	r.section(w.sections.grammar)
	r.text(w.lines)
	r.forms(w.forms)
	r.paragraphs(w.grammar)
	w.typeList(&r)
	w.directives(&r)
	w.extensionList(&r)
	w.legacyList(&r)
	r.section(w.sections.examples)
	r.text(w.examples)
	for _, e := range []struct {
		title, file string
		example
	}{
		{w.sections.nat, natExample, w.nat},
		{w.sections.direct, directExample, w.direct},
		{w.sections.tunnel, tunnelExample, w.tunnel},
		{w.sections.fullnat, fullnatExample, w.fullnat},
		{w.sections.pair, pairExample, w.pair},
		{w.sections.checks, checksExample, w.checks},
		{w.sections.failover, failoverExample, w.failover},
	} {
		r.subsection(e.title)
		r.paragraphs(e.before)
		r.example(e.file)
		r.paragraphs(e.after)
		if len(e.commands) > 0 {
			r.forms(e.commands)
		}
	}
	w.problemList(&r)
	r.section(w.sections.files)
	for _, f := range w.files {
		r.entry(f.what)
		r.text(f.text)
	}
	r.section(w.sections.see)
	r.text(w.seeAlso)
	return []byte(r.String())
}

// typeList says what each type's values look like.
func (w *words) typeList(r *roff) {
	r.section(w.sections.values)
	r.paragraphs(w.values)
	for t := lvscf.Type(1); t.String() != ""; t++ {
		if words, ok := w.types[t]; ok {
			r.entry("<" + words.called + ">")
			r.text(words.form)
		}
	}
}

// directives is the table, by place, but for the words that do nothing.
func (w *words) directives(r *roff) {
	r.section(w.sections.directives)
	for _, place := range []struct {
		where         lvscf.Where
		title, before string
	}{
		{lvscf.Global, w.sections.global, w.global},
		{lvscf.InVirtual | lvscf.InFailover, w.sections.services, w.services},
		{lvscf.InServer, w.sections.servers, w.servers},
		{lvscf.InProbe, w.sections.probes, w.probes},
		{lvscf.InTrackScript, w.sections.scripts, w.scripts},
	} {
		r.subsection(place.title)
		r.text(place.before)
		for _, d := range lvscf.Directives() {
			// What a probe block shares with a virtual has been told there.
			told := place.where == lvscf.InProbe && d.Where != lvscf.InProbe
			if d.Where&place.where != 0 && !d.Legacy && !told {
				r.entry(w.form(d))
				r.text(w.about(d))
			}
		}
	}
}

// form is how d is written: its name and what stands for its value.
func (w *words) form(d lvscf.Directive) string {
	value := "<" + w.types[d.Type].called + ">"
	switch d.Type {
	case lvscf.Bool:
		value = "`0` | `1`"
	case lvscf.Word, lvscf.Capitals:
		value = "`" + strings.Join(d.Values, "` | `") + "`"
	case lvscf.Words:
		value = "{ `" + strings.Join(d.Values, "` | `") + "` } ..."
	case lvscf.Program:
		value = "`" + strings.Join(d.Values, "` | `") + "` | " + value
	}
	return "`" + d.Name + "` = " + value
}

// about is all that the table says of d, in sentences.
func (w *words) about(d lvscf.Directive) string {
	text := []string{w.meaning(d.Meaning, d.Chinese)}
	add := func(format string, args ...any) { text = append(text, fmt.Sprintf(format, args...)) }
	if d.Where == lvscf.InFailover {
		add("%s", w.onlyFailover)
	}
	switch d.Where {
	case lvscf.InVirtual:
		add("%s", w.onlyVirtual)
	case lvscf.InVirtual | lvscf.InProbe:
		add("%s", w.onlyChecks)
	}
	if d.Whole {
		add("%s", w.whole)
	}
	if low, high := bounds(d); high != "" {
		add(w.between, low, high)
	}
	if d.Default != "" {
		add(w.defaultIs, d.Default)
	}
	if len(d.New) > 0 {
		add(w.newValues, "`"+strings.Join(d.New, "`"+w.list+"`")+"`")
	}
	if d.Repeats {
		add("%s", w.repeats)
	}
	if d.Extension && d.Where&newBlocks != d.Where {
		add("%s", w.extension)
	}
	return strings.Join(text, w.space)
}

// bounds returns the limits of d's value as they would be written, empty where
// the type alone sets them.
func bounds(d lvscf.Directive) (low, high string) {
	switch d.Type {
	case lvscf.Int:
		return fmt.Sprint(d.Min), fmt.Sprint(d.Max)
	case lvscf.Port:
		if d.Min != 1 || d.Max != 65535 {
			return fmt.Sprint(d.Min), fmt.Sprint(d.Max)
		}
	case lvscf.Duration:
		return written(time.Duration(d.Min)), written(time.Duration(d.Max))
	}
	return "", ""
}

// written is a duration in lvs.cf.
func written(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", d.Milliseconds())
}

// extensionList is what Piranha would refuse.
func (w *words) extensionList(r *roff) {
	var durations, added, values []string
	for _, d := range lvscf.Directives() {
		if d.Type == lvscf.Duration && !d.Whole && !d.Extension {
			durations = append(durations, "`"+d.Name+"`")
		}
		if d.Extension && d.Where&newBlocks != d.Where {
			added = append(added, "`"+d.Name+"`")
		}
		for _, v := range d.New {
			values = append(values, "`"+d.Name+" = "+v+"`")
		}
	}
	r.section(w.sections.extensions)
	r.paragraphs(w.extensions)
	for _, part := range []struct {
		before string
		words  []string
	}{{w.durations, durations}, {w.newWords, added}, {w.newBlocks, []string{"`probe`", "`track_script`"}}, {w.newValues, values}} {
		if len(part.words) > 0 {
			r.paragraphs([]string{fmt.Sprintf(part.before, strings.Join(part.words, w.list))})
		}
	}
}

// legacyList is the words that do nothing.
func (w *words) legacyList(r *roff) {
	r.section(w.sections.legacy)
	r.text(w.legacy)
	for _, d := range lvscf.Directives() {
		if d.Legacy {
			r.entry(w.form(d))
			r.text(w.about(d))
		}
	}
}

// problemList is every kind of problem.
func (w *words) problemList(r *roff) {
	r.section(w.sections.problems)
	r.paragraphs(w.problems)
	for _, c := range lvscf.Codes() {
		var severities []string
		for _, s := range c.Severities {
			severities = append(severities, w.severity[s])
		}
		r.entry("`" + c.Name + "` (" + strings.Join(severities, w.list) + ")")
		r.text(w.meaning(c.Meaning, c.Chinese))
	}
}
