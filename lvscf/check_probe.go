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
)

// probes judges how the servers of s are to be probed.
func (c *checker) probes(s *Virtual, w Where) {
	if s.UseRegex {
		c.regex(s)
	}
	if s.Send != nil {
		c.httpRequest(s)
	}
	tried := c.block.has(rowExpect)
	switch {
	case s.SendProgram != nil && len(s.SendProgram) == 0:
		s.SendProgram = nil
		c.blame(&c.block, rowSendProgram, s.Pos, Warning, "no-effect", "send_program names no program", "delete it")
	case s.SendProgram != nil && s.Expect == nil && !tried:
		c.blame(&c.block, rowSendProgram, s.Pos, Warning, "no-expect", "send_program without the output it is expected to have: its exit status decides", `write 'expect = "OK"' with what it prints, or Piranha never takes the server for up`)
	case s.SendProgram == nil && s.Active && !s.Unchecked && s.Protocol == "udp" && (w == InVirtual || c.cfg.Service == "fos") && !tried:
		c.reportAt(s.Pos, Warning, "no-expect", s.Name, fmt.Sprintf("%s %s is udp and has no probe", kindWord(w), quoted(s.Name)), "write send and expect, or a send_program")
	}
}

// regex reports an expect that is to be an expression and is none.
func (c *checker) regex(s *Virtual) {
	if s.Expect == nil {
		if !c.block.has(rowExpect) {
			c.blame(&c.block, rowUseRegex, s.Pos, Warning, "no-expect", "use_regex = 1 without an expect", "write 'expect = \"EXPRESSION\"'")
		}
		return
	}
	if _, err := regexp.CompilePOSIX(*s.Expect); err != nil {
		c.blame(&c.block, rowExpect, s.Pos, Error, "regex", fmt.Sprintf("expect is no POSIX extended regular expression: %s", short(strings.TrimPrefix(err.Error(), "error parsing regexp: "))),
			`put a backslash before a character of special meaning, or write 'use_regex = 0'`)
	}
}

// httpRequest warns of a send that means to be an HTTP request, and that no web
// server answers as its author hoped.
func (c *checker) httpRequest(s *Virtual) {
	text := *s.Send
	line, _, ended := strings.Cut(text, "\n")
	method, _, _ := strings.Cut(line, "/")
	i := strings.Index(line, "HTTP/1.")
	if i <= 0 || !methods[strings.TrimSpace(method)] {
		return
	}
	switch {
	case line[i-1] != ' ' || strings.Count(strings.TrimSpace(line), " ") < 2:
		c.blame(&c.block, rowSend, s.Pos, Warning, "http-request", "a blank is missing in this HTTP request", `write it as "GET / HTTP/1.0\r\n\r\n"`)
	case !ended || !strings.Contains(text, "\n\r\n") && !strings.Contains(text, "\n\n"):
		c.blame(&c.block, rowSend, s.Pos, Warning, "http-request", "this HTTP request has no end: servers wait for its rest", `end it with \r\n\r\n`)
	}
}

// methods are the first words of HTTP requests that probes use.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "OPTIONS": true, "PUT": true}
