package keepalived

import (
	"fmt"
	"regexp"
	"strings"

	"pacu/lvscf/internal/draft"
)

// checks are the words that open a check of a real server.
var checks = []string{"TCP_CHECK", "HTTP_GET", "SSL_GET", "MISC_CHECK", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK", "BFD_CHECK", "FILE_CHECK"}

// check reads the check of the real server s, at addr and port, made every
// interval, and returns it with its statement; both are nil if there is none.
func (m *importer) check(s *stmt, port, addr, host, interval string) (*draft.Probe, *stmt) {
	var c *stmt
	for _, key := range checks {
		for _, other := range s.body {
			if other.key() != key {
				continue
			}
			other.used = true
			if c == nil {
				c = other
			} else {
				m.Note(other.at(), "lvs.cf has one probe of a server")
			}
		}
	}
	if c == nil {
		return nil, nil
	}
	m.elsewhere(c, port, addr)
	for _, w := range c.body {
		switch w.key() {
		case "connect_timeout", "misc_timeout":
			w.used = w.arg(1) == interval
		case "retry":
			w.used = w.arg(1) == "0"
		}
	}
	if h := s.take("virtualhost"); h != nil {
		host = h.arg(1)
	}
	p := &draft.Probe{Connect: true}
	switch c.key() {
	case "TCP_CHECK":
	case "HTTP_GET":
		p = m.httpGet(c, host)
	case "MISC_CHECK":
		path := c.take("misc_path")
		if path == nil || path.arg(1) == "" {
			m.Note(c.at(), "it names no program: a connection is tried instead")
			break
		}
		// keepalived runs a bare path as one command line, a quoted one too.
		p = &draft.Probe{Program: program(strings.Join(path.words[1:], " "), addr, port)}
	case "SMTP_CHECK":
		m.Note(c.at(), "of the conversation only the greeting, 220, is expected")
		p = &draft.Probe{Expect: "220"}
	case "UDP_CHECK":
		p = &draft.Probe{}
		for _, key := range []string{"payload", "require_reply"} {
			if w := c.take(key); w != nil {
				m.Note(w.at(), "lvs.cf has no text with hexadecimal digits: write send and expect")
			}
		}
	case "SSL_GET":
		m.Note(c.at(), "lvs.cf has no probe over TLS: a connection is tried instead")
	default:
		m.Note(c.at(), "lvs.cf has no such probe: a connection is tried instead")
	}
	return p, c
}

// elsewhere reads where c connects to, which in lvs.cf is the real server.
func (m *importer) elsewhere(c *stmt, port, addr string) {
	for _, w := range c.body {
		switch w.key() {
		case "connect_ip":
			w.used = w.arg(1) == addr
		case "connect_port":
			w.used = w.arg(1) == port
		}
		if !w.used && strings.HasPrefix(w.key(), "connect_") && reasons[w.key()] == "" {
			if w.key() == "connect_port" && port == "" {
				continue // may become the server's
			}
			w.used = true
			m.Note(w.at(), "a probe goes to the address and port of the real server")
		}
	}
}

// program is a command line with the server's own address and port in it
// replaced by what lvs.cf has for any server's.
func program(line, addr, port string) string {
	words := strings.Fields(line)
	for i, w := range words {
		switch {
		case i > 0 && w == addr:
			words[i] = "%h"
		case i > 0 && w == port && port != "":
			words[i] = "%p"
		}
	}
	return strings.Join(words, " ")
}

// httpGet makes a probe of an HTTP_GET.
func (m *importer) httpGet(c *stmt, host string) *draft.Probe {
	if t := c.take("virtualhost"); t != nil {
		host = t.arg(1)
	}
	var url *stmt
	for _, u := range c.body {
		switch {
		case u.key() != "url":
		case url == nil:
			u.used = true
			url = u
		default:
			for _, w := range u.all() {
				m.Note(w.at(), "lvs.cf asks for one page: the first is kept")
			}
		}
	}
	p := &draft.Probe{Regex: true, Expect: draft.HTTPSuccess}
	if url == nil {
		m.Note(c.at(), "it names no page: / is asked for")
		p.Send = draft.HTTPRequest("/", host)
		return p
	}
	path := "/"
	if t := url.take("path"); t != nil && t.arg(1) != "" {
		path = t.arg(1)
	}
	if t := url.take("virtualhost"); t != nil {
		host = t.arg(1)
	}
	p.Send = draft.HTTPRequest(path, host)
	status := url.take("status_code")
	if status != nil {
		p.Expect = m.statuses(status)
	}
	if t := url.take("regex"); t != nil {
		if _, err := regexp.CompilePOSIX(t.arg(1)); err != nil || t.arg(1) == "" {
			m.Note(t.at(), "it is no POSIX extended regular expression: the status alone is looked at")
			return p
		}
		p.Expect = t.arg(1)
		if status != nil {
			m.Note(status.at(), "lvs.cf looks for one expression: that of the page")
		}
	}
	return p
}

// statuses is the expression for the codes and ranges of t.
func (m *importer) statuses(t *stmt) string {
	var codes []string
	for _, w := range t.words[1:] {
		switch {
		case code.MatchString(w):
			codes = append(codes, w)
		case w == "100-599" || w == "100-999":
			return "^HTTP/"
		case ranged.MatchString(w):
			codes = append(codes, w[:1])
		default:
			m.Note(t.at(), fmt.Sprintf("%s is no code, or a range that is not a whole hundred", w))
		}
	}
	switch len(codes) {
	case 0:
		return draft.HTTPSuccess
	case 1:
		return draft.HTTPStatus(codes[0])
	}
	return draft.HTTPStatus("(" + strings.Join(codes, "|") + ")")
}

var (
	code   = regexp.MustCompile(`^[1-9][0-9][0-9]$`)
	ranged = regexp.MustCompile(`^(100-199|200-299|300-399|400-499|500-599)$`)
)
