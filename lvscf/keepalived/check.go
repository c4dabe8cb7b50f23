package keepalived

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pacu/lvscf/internal/draft"
)

// checks are the words that open a check of a real server, with the names of
// the probe blocks that they may become.
var checks = map[string]string{
	"TCP_CHECK": "tcp", "HTTP_GET": "http", "SSL_GET": "https", "MISC_CHECK": "program", "SMTP_CHECK": "smtp",
	"DNS_CHECK": "dns", "UDP_CHECK": "udp", "PING_CHECK": "ping", "BFD_CHECK": "bfd", "FILE_CHECK": "file",
}

// A subject is a real server whose checks are read, in the virtual of a
// statement.
type subject struct {
	*virtual
	in, s      *stmt // virtual_server, real_server
	addr, port string
	host       string // of its pages, if no check tells
}

// checks reads those of the real server u, and how often they are made.
func (m *importer) checks(u *subject) []*draft.Block {
	if h := u.s.take("virtualhost"); h != nil {
		u.host = h.arg(1)
	}
	var all []*draft.Block
	var uncarried *stmt
	for _, c := range u.s.body {
		if checks[c.key()] == "" {
			continue
		}
		c.used = true
		made := m.check(u, c)
		if len(made) == 0 {
			uncarried = c
			continue
		}
		m.pace(u, c)
		all = append(all, made...)
	}
	if len(all) == 0 && uncarried != nil {
		m.Note(uncarried.at(), "a connection is tried instead")
		all = append(all, m.kind(u, uncarried, "tcp"))
	}
	return all
}

// check makes the checks of c, none where lvs.cf has no such check.
func (m *importer) check(u *subject, c *stmt) []*draft.Block {
	switch c.key() {
	case "TCP_CHECK":
		return one(m.kind(u, c, "tcp"))
	case "PING_CHECK":
		return one(m.kind(u, c, "ping"))
	case "SMTP_CHECK":
		if h := c.take("host"); h != nil { // of old files
			c.body = append(c.body, h.all()...)
		}
		return one(m.kind(u, c, "smtp"))
	case "HTTP_GET":
		return m.pages(u, c, "http")
	case "SSL_GET":
		c.take("enable_sni") // lvs.cf always does
		return m.pages(u, c, "https")
	case "DNS_CHECK":
		return one(m.dns(u, c))
	case "UDP_CHECK":
		return one(m.udp(u, c))
	case "MISC_CHECK":
		return m.program(u, c)
	}
	m.Note(c.at(), why(c, u.s))
	c.all()
	return nil
}

func one(k *draft.Block) []*draft.Block { return []*draft.Block{k} }

// kind makes a check of a kind, empty for that of the port, with what c says
// of its connection.
func (m *importer) kind(u *subject, c *stmt, kind string) *draft.Block {
	return m.kindAt(u, c, c.at(), kind)
}

// kindAt is kind for a check that stands at a place in c.
func (m *importer) kindAt(u *subject, c *stmt, at draft.Source, kind string) *draft.Block {
	k := m.Probe(at, checks[c.key()])
	if kind != "" {
		k.Set(c.at(), "check", kind)
	}
	for _, w := range c.body {
		switch key, value := w.key(), w.arg(1); key {
		case "connect_ip":
			if w.used = true; value != u.addr {
				k.Set(w.at(), "check_address", value)
			}
		case "connect_port":
			m.port(u, w, k)
		case "bindto":
			w.used = true
			k.Set(w.at(), "check_source", value)
		case "fwmark":
			w.used = true
			k.Set(w.at(), "check_mark", value)
		case "delay_loop":
			if w.used = true; value != u.block.Get("timeout")[0] {
				m.Note(w.at(), "all checks of a virtual have one interval")
			}
		}
	}
	m.limit(u, c, k, "connect_timeout", "5")
	return k
}

// port reads w, the port that k connects to. A server that has none gets it,
// or its virtual, where no other port is known.
func (m *importer) port(u *subject, w *stmt, k *draft.Block) {
	w.used = true
	switch own := u.block.Get("port"); {
	case u.port == "" && u.mark != "":
		u.port = w.arg(1)
	case u.port == "" && own == nil:
		u.block.Set(w.at(), "port", w.arg(1))
	case u.port == "" && w.arg(1) == own[0], w.arg(1) == u.port:
	default:
		k.Set(w.at(), "check_port", w.arg(1))
	}
}

// limit reads the time limit of a check, which lvs.cf has for the whole of it.
// usual is what keepalived has where none is given.
func (m *importer) limit(u *subject, c *stmt, k *draft.Block, key, usual string) {
	interval := u.block.Get("timeout")[0]
	at, limit := c.at(), usual
	if t := first(key, c, u.s, u.in); t != nil {
		at, limit = t.at(), t.arg(1)
	} else if usual == "" || !less(usual, interval) {
		return
	}
	if limit != interval {
		k.Set(at, "check_timeout", limit)
	}
}

// pace reads how often a failed check is made again before it counts. lvs.cf
// has that once for a virtual.
func (m *importer) pace(u *subject, c *stmt) {
	again, delay, at := "1", "1", c.at()
	interval := u.block.Get("timeout")[0]
	switch c.key() {
	case "HTTP_GET", "SSL_GET":
		delay = "3"
	case "DNS_CHECK":
		again, delay = "3", interval
	case "MISC_CHECK":
		again = "0"
	}
	if less(interval, delay) {
		delay = interval
	}
	for _, key := range []string{"nb_get_retry", "retry"} {
		if t := first(key, c, u.s, u.in); t != nil {
			again, at = t.arg(1), t.at()
		}
	}
	if t := first("delay_before_retry", c, u.s, u.in); t != nil {
		delay = t.arg(1)
	}
	n, err := strconv.ParseUint(again, 10, 16)
	if err != nil {
		m.Note(at, fmt.Sprintf("%q is no number of retries", again))
		return
	}
	p := pace{fall: strconv.FormatUint(n+1, 10), retry: delay}
	switch {
	case u.pace == nil:
		u.pace = &p
		if n > 0 {
			u.block.Set(at, "fall", p.fall)
			if delay != interval {
				u.block.Set(at, "retry", delay)
			}
		}
	case *u.pace != p && (n > 0 || u.pace.fall != "1"):
		m.Note(at, fmt.Sprintf("all checks of a virtual have one fall and retry, and the first has %s and %s", u.pace.fall, u.pace.retry))
	}
}

// A pace is how often a check fails before it counts, and how fast it is made
// then.
type pace struct{ fall, retry string }

// first is the statement key of the first of all that has one, nil if none
// does. All others are marked as used too: they count for no check of ours.
func first(key string, all ...*stmt) *stmt {
	var found *stmt
	for _, s := range all {
		if t := s.take(key); t != nil && found == nil {
			found = t
		}
	}
	return found
}

// less reports whether the number a is below b.
func less(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err == nil && err2 == nil && x < y
}

// program makes a check of the program that c names.
func (m *importer) program(u *subject, c *stmt) []*draft.Block {
	path := c.take("misc_path")
	if path == nil || path.arg(1) == "" {
		m.Note(c.at(), "it names no program")
		return nil
	}
	k := m.Probe(c.at(), checks[c.key()])
	// keepalived runs a bare path as one command line, a quoted one too.
	k.Set(path.at(), "send_program", command(strings.Join(path.words[1:], " "), u.addr, u.port))
	m.limit(u, c, k, "misc_timeout", "")
	return one(k)
}

// command is a command line with the server's own address and port in it
// replaced by what lvs.cf has for any server's.
func command(line, addr, port string) string {
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

// checked reports whether s, a real_server, has a check.
func (s *stmt) checked() bool {
	return slices.ContainsFunc(s.body, func(c *stmt) bool { return checks[c.key()] != "" })
}
