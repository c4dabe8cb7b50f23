package lvscf

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// plainText reports whether s can stand in one line.
func plainText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] != '\t' && (s[i] < ' ' || s[i] == 0x7f) {
			return false
		}
	}
	return true
}

// compose writes values between front and rest, and reads the line back to see
// that they are what was meant. old, if any, are the values they replace.
func compose(d *Directive, front string, values []string, old []token, rest string) (string, error) {
	for _, v := range values {
		if !plainText(v) {
			return "", fmt.Errorf("%s holds what cannot stand in one line of text: use escapes", d.quoted(v))
		}
	}
	always := d.Type == Escaped || d.Type == Command
	written := make([]string, len(values))
	for i, v := range values {
		before, force := byte(0), always
		if i < len(old) {
			before, force = old[i].quote, false
		}
		written[i] = pick(quotings(v, before, force), v)
	}
	line := front + strings.Join(written, " ") + rest
	toks, _ := split(line, nil)
	ok := len(toks) == 2+len(values) && toks[0].text == d.Name && toks[1].is("=")
	for i, v := range values {
		ok = ok && toks[2+i].text == v && !toks[2+i].unclosed && !toks[2+i].glued
	}
	if !ok {
		return "", fmt.Errorf("%s cannot be written in lvs.cf: put a backslash before quotes", d.quoted(strings.Join(values, " ")))
	}
	return line, nil
}

// quoted is value, one of d, as errors show it.
func (d *Directive) quoted(value string) string {
	if d.Secret {
		return "the value"
	}
	return quoted(value)
}

// pick returns the first of the ways to write v that is read back as v, by
// Piranha too if any is. If none is, it returns the last: the caller sees it.
func pick(ways []string, v string) string {
	best := ""
	for _, w := range ways {
		line := "k = " + w
		toks, comment := split(line, nil)
		if comment >= 0 || len(toks) != 3 || toks[2].text != v || toks[2].unclosed {
			continue
		}
		if words, ok := tokenize(line); ok && len(words) == 3 && words[2] == v {
			return w
		}
		if best == "" {
			best = w
		}
	}
	if best == "" {
		best = ways[len(ways)-1]
	}
	return best
}
