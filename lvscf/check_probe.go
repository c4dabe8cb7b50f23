package lvscf

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	rowSend        = lookup(InVirtual, "send")
	rowExpect      = lookup(InVirtual, "expect")
	rowUseRegex    = lookup(InVirtual, "use_regex")
	rowSendProgram = lookup(InVirtual, "send_program")
	rowBody        = lookup(InVirtual, "check_body")
)

// A nodeAt is a node and the number of its line.
type nodeAt struct {
	node *node
	num  int
}

// checks judges how the servers of s are to be checked, and gives s its Checks.
func (c *checker) checks(s *Virtual, w Where) {
	k := c.ownCheck
	k.Send, k.Expect, k.Regex, k.Program = s.Send, s.Expect, s.UseRegex, s.SendProgram
	s.Unchecked = k.Kind == "none"
	auto := k.Kind == ""
	c.conversation(&c.block, &k)
	s.SendProgram = k.Program
	if c.checkWords {
		c.judge(&c.block, &k, s)
	}
	all := append(make([]Check, 0, 1+len(c.probeBlocks)), k)
	for _, n := range c.probeBlocks {
		all = c.probeBlock(n, s, all)
	}
	if !s.Unchecked {
		s.Checks = all
	}
	alone := auto && s.SendProgram == nil && len(all) == 1 && !c.block.has(rowExpect)
	if alone && s.Active && s.Protocol == "udp" && (w == InVirtual || c.cfg.Service == "fos") {
		c.reportAt(s.Pos, Warning, "no-expect", s.Name, fmt.Sprintf("%s %s is udp and has no probe", kindWord(w), quoted(s.Name)), "write send and expect, or a send_program")
	}
}

// probeBlock reads the probe that n opens, in s, and adds it to all, unless it
// is not active.
func (c *checker) probeBlock(n nodeAt, s *Virtual, all []Check) []Check {
	num := c.num
	defer func() { c.num = num }()
	c.num = n.num
	var k Check
	k.Probe, k.Pos = c.heading(n.node)
	c.probeActive = true
	c.probe.begin()
	for m := n.node.body.first; m != nil; m = m.next {
		c.num++
		if m.body != nil {
			c.num += m.body.lines
		} else if c.begin(&c.probe, m) {
			c.applyProbe(&k, m.dir)
		}
	}
	c.conversation(&c.probe, &k)
	c.judge(&c.probe, &k, s)
	if !c.probeActive {
		return all
	}
	for _, other := range all[1:] {
		if other.Probe == k.Probe && k.Probe != "" {
			c.reportAt(k.Pos, Warning, "same-name", k.Probe, fmt.Sprintf("probe %s stands in line %d too", quoted(k.Probe), other.Pos.Line), "give each its own name")
			break
		}
	}
	own := &all[0]
	asks := k
	asks.Probe, asks.Pos = own.Probe, own.Pos
	switch {
	case s.Unchecked:
		c.reportAt(k.Pos, Warning, "no-effect", k.Probe, fmt.Sprintf("probe %s counts for nothing with check = none", quoted(k.Probe)), "delete it, or write 'check = auto' in the virtual")
	case k.Kind == "" && asks.same(own):
		c.reportAt(k.Pos, Warning, "no-expect", k.Probe, fmt.Sprintf("probe %s asks what virtual %s asks anyway", quoted(k.Probe), quoted(s.Name)), "write what it is to check, or delete it")
	}
	return append(all, k)
}

// same reports whether k and o, of neither of which send, expect and
// send_program are given, are one check.
func (k *Check) same(o *Check) bool {
	for i := range checkTable {
		if row := checkTable[i].Name; k.text(row) != o.text(row) {
			return false
		}
	}
	return o.Kind == k.Kind
}

// conversation judges send, expect and send_program of k, whose words are b,
// and gives k its kind by them if it has none.
func (c *checker) conversation(b *seen, k *Check) {
	if k.Program != nil && len(k.Program) == 0 {
		k.Program = nil
		c.blame(b, rowSendProgram, k.Pos, Warning, "no-effect", "send_program names no program", "delete it")
	}
	if k.Kind != "" {
		c.silent(b, k)
		return
	}
	if k.Regex {
		c.regex(b, k)
	}
	if k.Send != nil {
		c.httpRequest(b, k)
	}
	switch {
	case k.Program != nil:
		if k.Expect == nil && !b.has(rowExpect) {
			c.blame(b, rowSendProgram, k.Pos, Warning, "no-expect", "send_program without the output it is expected to have: its exit status decides", `write 'expect = "OK"' with what it prints, or Piranha never takes the server for up`)
		}
		k.Kind, k.Send = "program", nil
	case k.Send != nil || k.Expect != nil:
		k.Kind = "text"
	}
}

// silent warns of what k, which is not auto, does not send or expect.
func (c *checker) silent(b *seen, k *Check) {
	for _, d := range []*Directive{rowSend, rowExpect, rowSendProgram} {
		c.useless(b, k.Pos, d, "with check = "+k.Kind, "delete it, or write 'check = auto'")
	}
	k.Send, k.Expect, k.Program = nil, nil, nil
	if !k.Regex {
		return
	}
	_, paged := uses["check_body"][k.Kind]
	switch {
	case !paged:
		c.useless(b, k.Pos, rowUseRegex, "with check = "+k.Kind, "delete it")
	case k.Body != "":
		c.expression(b, k, rowBody, k.Body)
		return
	case !b.has(rowBody):
		c.useless(b, k.Pos, rowUseRegex, "without check_body", "delete it, or write 'check_body = \"EXPRESSION\"'")
	}
	k.Regex = false
}

// regex reports an expect that is to be an expression and is none.
func (c *checker) regex(b *seen, k *Check) {
	switch {
	case k.Expect != nil:
		c.expression(b, k, rowExpect, *k.Expect)
	case !b.has(rowExpect) && k.Body == "":
		c.blame(b, rowUseRegex, k.Pos, Warning, "no-expect", "use_regex = 1 without an expect", "write 'expect = \"EXPRESSION\"'")
	}
}

// expression reports the value of d that is no expression.
func (c *checker) expression(b *seen, k *Check, d *Directive, text string) {
	if _, err := regexp.CompilePOSIX(text); err != nil {
		c.blame(b, d, k.Pos, Error, "regex", fmt.Sprintf("%s is no POSIX extended regular expression: %s", d.Name, short(strings.TrimPrefix(err.Error(), "error parsing regexp: "))),
			`put a backslash before a character of special meaning, or write 'use_regex = 0'`)
	}
}

// httpRequest warns of a send that means to be an HTTP request, and that no web
// server answers as its author hoped.
func (c *checker) httpRequest(b *seen, k *Check) {
	text := *k.Send
	line, _, ended := strings.Cut(text, "\n")
	method, _, _ := strings.Cut(line, "/")
	i := strings.Index(line, "HTTP/1.")
	if i <= 0 || !methods[strings.TrimSpace(method)] {
		return
	}
	switch {
	case line[i-1] != ' ' || strings.Count(strings.TrimSpace(line), " ") < 2:
		c.blame(b, rowSend, k.Pos, Warning, "http-request", "a blank is missing in this HTTP request", `write it as "GET / HTTP/1.0\r\n\r\n"`)
	case !ended || !strings.Contains(text, "\n\r\n") && !strings.Contains(text, "\n\n"):
		c.blame(b, rowSend, k.Pos, Warning, "http-request", "this HTTP request has no end: servers wait for its rest", `end it with \r\n\r\n`)
	}
}

// methods are the first words of HTTP requests that probes use.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "OPTIONS": true, "PUT": true}
