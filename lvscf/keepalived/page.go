package keepalived

import (
	"encoding/hex"
	"regexp"
	"strings"

	"pacu/lvscf/internal/draft"
)

// pages makes a check of each page that c, an HTTP_GET or SSL_GET, names.
func (m *importer) pages(u *subject, c *stmt, kind string) []*draft.Block {
	host := u.host
	if t := c.take("virtualhost"); t != nil {
		host = t.arg(1)
	}
	var all []*draft.Block
	for _, url := range c.body {
		if url.key() != "url" {
			continue
		}
		url.used = true
		k := m.kindAt(u, c, url.at(), kind)
		m.page(url, k, host)
		all = append(all, k)
	}
	if len(all) == 0 {
		m.Note(c.at(), "it names no page: / is asked for")
		k := m.kind(u, c, kind)
		m.page(&stmt{line: c.line, words: c.words}, k, host)
		all = one(k)
	}
	return all
}

// page reads a url into k.
func (m *importer) page(url *stmt, k *draft.Block, host string) {
	if t := url.take("path"); t != nil && t.arg(1) != "" {
		k.Set(t.at(), "check_path", t.arg(1))
	}
	at := url.at()
	if t := url.take("virtualhost"); t != nil {
		at, host = t.at(), t.arg(1)
	}
	if host != "" {
		k.Set(at, "check_host", host)
	}
	if t := url.take("status_code"); t != nil {
		k.Set(t.at(), "check_status", strings.Join(t.words[1:], ","))
	} else {
		k.Set(url.at(), "check_status", "200-299")
	}
	t := url.take("regex")
	if t == nil {
		return
	}
	_, err := regexp.CompilePOSIX(t.arg(1))
	switch {
	case url.take("regex_no_match") != nil:
		m.Note(t.at(), "lvs.cf has no text that must not be there: the status alone is looked at")
	case err != nil || t.arg(1) == "":
		m.Note(t.at(), "it is no POSIX extended regular expression: the status alone is looked at")
	default:
		k.SetText(t.at(), "check_body", t.arg(1))
		k.Set(t.at(), "use_regex", "1")
	}
}

// dns makes a check of the question that c asks.
func (m *importer) dns(u *subject, c *stmt) *draft.Block {
	k := m.kind(u, c, "dns")
	if t := c.take("name"); t != nil && t.arg(1) != "." {
		k.Set(t.at(), "check_query", t.arg(1))
	}
	if t := c.take("type"); t != nil {
		k.Set(t.at(), "check_type", strings.ToUpper(t.arg(1)))
	} else {
		k.Set(c.at(), "check_type", "SOA") // keepalived's
	}
	return k
}

// udp makes a check of a datagram. lvs.cf has no bytes that are no text.
func (m *importer) udp(u *subject, c *stmt) *draft.Block {
	k := m.kind(u, c, "")
	if p := u.block.Get("protocol"); p == nil || p[0] != "udp" {
		m.Note(c.at(), "lvs.cf sends no datagram to a service that is not udp: its own check is made")
	}
	for _, w := range [][2]string{{"payload", "send"}, {"require_reply", "expect"}} {
		t := c.take(w[0])
		if t == nil {
			continue
		}
		text, ok := printable(strings.Join(t.words[1:], ""))
		switch {
		case ok && text != "":
			k.SetText(t.at(), w[1], text)
		case ok && w[1] == "expect":
			k.Set(t.at(), "expect", "*")
		default:
			m.Note(t.at(), "lvs.cf has no bytes that are no text: write "+w[1])
		}
	}
	return k
}

// printable is the text of hexadecimal digits, and false where it is no text
// that can be written.
func printable(digits string) (string, bool) {
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		return "", false
	}
	for _, c := range b {
		if (c < ' ' || c >= 0x7f) && c != '\n' && c != '\r' && c != '\t' {
			return "", false
		}
	}
	return string(b), true
}
