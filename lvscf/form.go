package lvscf

import (
	"fmt"
	"strings"
)

// form reports what is wrong with the form of a setting of d, and whether its
// values can be read.
func (p *parser) form(d *Directive, toks []token) bool {
	first, last := toks[0], toks[len(toks)-1]
	if len(toks) == 1 {
		p.reportToken(Error, "equals", first, fmt.Sprintf("no = after %s", quoted(d.Name)), assign(d, ""))
		return false
	}
	if !toks[1].is("=") {
		rest := p.line[toks[1].start:last.end]
		value := strings.TrimLeft(rest, "=: \t")
		message := fmt.Sprintf("no = after %s", quoted(d.Name))
		switch {
		case strings.HasPrefix(rest, "=") && len(value) == len(rest)-1:
			message = "no blank after ="
		case rest[0] == '=' || rest[0] == ':':
			message = fmt.Sprintf("%s where a single = must stand", quoted(strings.TrimRight(rest[:len(rest)-len(value)], " \t")))
		}
		p.report(Error, "equals", toks[1].start, toks[1].end, message, assign(d, value))
		return false
	}
	if !p.checkQuotes(toks) {
		return false
	}
	if d.Type == List {
		return p.list(d, toks)
	}
	values := toks[2:]
	want := d.values()
	if want == 0 {
		want = max(1, len(values))
	}
	switch {
	case len(values) == 0:
		p.reportToken(Error, "no-value", first, fmt.Sprintf("%s has no value", quoted(d.Name)), assign(d, ""))
		return false
	case len(values) < want && d.Type == HostPair:
		p.reportToken(Error, "no-value", values[0], fmt.Sprintf("%s needs an address of the primary and one of the backup", quoted(d.Name)),
			fmt.Sprintf("write '%s = %s ADDRESS'", d.Name, short(values[0].text)))
		return false
	case len(values) < want:
		hint := fmt.Sprintf("write '%s = %s eth0:1' with the interface to use", d.Name, short(values[0].text))
		if host, port, err := splitHostPort(values[0].text); err == nil {
			hint = fmt.Sprintf("write '%s = %s eth0:1' with the interface to use and, on a line of its own, 'port = %s'", d.Name, short(host), port)
		}
		p.reportToken(Error, "no-device", values[0], fmt.Sprintf("%s needs an address and a device", quoted(d.Name)), hint)
		return false
	case len(values) > want:
		extra := values[want]
		p.report(Error, "too-much", extra.start, last.end, fmt.Sprintf("%s takes %s", quoted(d.Name), d.amount()), p.lessHint(d, toks, want))
		return false
	}
	return true
}

// amount is how many values d takes, in words.
func (d *Directive) amount() string {
	switch {
	case d.values() == 0:
		return "at least one"
	case d.values() == 1:
		return "one value"
	case d.Type == HostPair:
		return "an address of the primary and one of the backup"
	}
	return "an address and a device"
}

// lessHint says what to write for a setting with more than want values.
func (p *parser) lessHint(d *Directive, toks []token, want int) string {
	values, last := toks[2:], toks[len(toks)-1]
	extra := values[want]
	bare := p.line[values[0].start:values[want-1].end]
	if strings.HasPrefix(extra.text, "//") || strings.HasPrefix(extra.text, ";") {
		return "a comment begins with #"
	}
	switch d.Type {
	case Text, Escaped, Command, Program:
		whole := p.line[values[0].start:last.end]
		if !d.Secret && !strings.Contains(whole, `"`) {
			return assign(d, `"`+whole+`"`)
		}
		if d.Type == Escaped {
			return `write \" for a quote inside the quotes`
		}
		return "put the whole value between one pair of quotes"
	case PortList, AddrsDevice, AddrList, Statuses:
		// A blank after a comma is what makes them too many.
		last := len(values) - want + 1
		list := ""
		for _, t := range values[:last] {
			list += t.text
		}
		for _, t := range values[last:] {
			list += " " + t.text
		}
		return assign(d, list)
	}
	return assign(d, bare)
}

// checkQuotes reports quotes among toks that are not closed, or that text
// follows at once.
func (p *parser) checkQuotes(toks []token) bool {
	for i, t := range toks {
		switch {
		case t.unclosed && t.text == "":
			p.reportToken(Warning, "lone-quote", t, "one quote alone, read as no text", `write ""`)
		case t.unclosed:
			p.reportToken(Error, "quote", t, fmt.Sprintf("a %c that is not closed", t.quote), fmt.Sprintf("end the text with %c on the same line", t.quote))
			return false
		case t.glued && i > 0:
			p.reportToken(Error, "quote", t, "text right after a closing quote", "put a blank between them, or one pair of quotes around all")
			return false
		}
	}
	return true
}

// list reports what is wrong with the list of d.
func (p *parser) list(d *Directive, toks []token) bool {
	values := toks[2:]
	if len(values) == 0 {
		p.reportToken(Error, "no-value", toks[0], fmt.Sprintf("%s has no value", quoted(d.Name)), fmt.Sprintf("write '%s = [ A B ]'", d.Name))
		return false
	}
	if values[0].is("[") {
		for _, t := range values {
			if t.is("]") {
				return true
			}
		}
	}
	p.report(Error, "list", values[0].start, values[len(values)-1].end, fmt.Sprintf("%s takes a list", quoted(d.Name)), fmt.Sprintf("write '%s = [ A B ]', with blanks around the brackets", d.Name))
	return false
}
