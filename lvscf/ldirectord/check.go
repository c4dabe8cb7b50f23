package ldirectord

import (
	"regexp"
	"strconv"
	"strings"

	"pacu/lvscf/internal/draft"
)

// services are the services that ldirectord negotiates with where it is not
// told, by port.
var services = map[string]string{
	"21": "ftp", "25": "smtp", "53": "dns", "80": "http", "110": "pop", "119": "nntp", "143": "imap", "389": "ldap",
	"443": "https", "587": "submission", "636": "ldaps", "993": "imaps", "995": "pops", "1521": "oracle", "1812": "radius",
	"3128": "http_proxy", "3306": "mysql", "5432": "pgsql", "5060": "sip",
	"ftp": "ftp", "smtp": "smtp", "domain": "dns", "http": "http", "www": "http", "pop3": "pop", "imap": "imap", "https": "https",
}

// kinds are the checks that speak as services do. With an s at their end some
// do so over TLS.
var kinds = map[string]string{
	"http": "http", "https": "https", "smtp": "smtp", "submission": "smtp", "dns": "dns", "pop": "pop3", "pops": "pop3",
	"imap": "imap", "imaps": "imap", "ldap": "ldap", "ldaps": "ldap", "mysql": "mysql", "pgsql": "pgsql", "sip": "sip", "radius": "radius",
}

// greetings are the first bytes that other servers say by themselves.
var greetings = map[string]string{"ftp": "220", "nntp": "20"}

// A checking is the check of a virtual on its way into lvs.cf.
type checking struct {
	*importer
	v    *virtual
	k    *draft.Block
	used map[string]bool // settings that something was made of, or noted
}

// value finds key, which is then used.
func (c *checking) value(key string) (string, draft.Source) {
	c.used[key] = true
	if l, ok := c.setting(c.v.section, key); ok {
		return l.text(), l.at
	}
	return "", c.v.at
}

// put makes the setting word of what the file has at key.
func (c *checking) put(key, word string) {
	if text, at := c.value(key); text != "" {
		c.k.Set(at, word, text)
	}
}

// spoken are the settings of a section that count where checktype is negotiate.
var spoken = []string{"service", "request", "receive", "virtualhost", "httpmethod", "login", "passwd", "database", "secret", "checkcommand"}

// check makes the check of v.
func (m *importer) check(v *virtual) {
	c := &checking{m, v, m.Probe(v.at, "check"), make(map[string]bool)}
	for _, l := range v.pairs {
		m.Note(l.at, "all servers of a virtual have the same checks: its own request and receive are not carried")
	}
	kind, at := c.value("checktype")
	kind = strings.ToLower(kind)
	limit := "checktimeout"
	switch kind {
	case "connect":
		c.connect(at)
	case "external", "external-perl":
		c.external(at)
	case "off":
		c.off(at)
	case "on":
		c.k.Set(at, "check", "none")
	case "ping":
		c.k.Set(at, "check", "ping")
	default:
		if kind != "" && kind != "negotiate" {
			m.Note(at, "lvs.cf has one kind of probe of a server: all of them negotiate")
		}
		limit = "negotiatetimeout"
		c.negotiate()
	}
	if kind != "on" && kind != "off" {
		if port, at := c.value("checkport"); port != "" && port != v.port && kind != "ping" {
			c.k.Set(at, "check_port", port)
		}
		c.limit(limit)
		c.pace(kind == "ping")
	}
	for _, key := range spoken {
		if l, ok := last(v.body, key); ok && !c.used[key] {
			m.Note(l.at, "the check that is made has no use for it")
		}
	}
	v.block.Checks([]*draft.Block{c.k})
}

// connect makes a check that only connects. ldirectord pings where there is no
// connection.
func (c *checking) connect(at draft.Source) {
	kind := "tcp"
	if c.v.protocol == "udp" {
		kind = "ping"
	}
	c.k.Set(at, "check", kind)
}

// off makes a check that always fails. ldirectord then uses no fallback either.
func (c *checking) off(at draft.Source) {
	c.k.Set(at, "check", "off")
	if c.v.block.Get("sorry_server") != nil {
		c.v.block.Unset("sorry_server")
		c.Note(at, "ldirectord uses neither a server nor the fallback: the fallback is left out")
	}
}

// external makes a send_program of checkcommand.
func (c *checking) external(at draft.Source) {
	command, from := c.value("checkcommand")
	if command == "" {
		c.Note(at, "it has no checkcommand: a connection is tried instead")
		c.connect(at)
		return
	}
	listens := c.v.addr.String() + " " + c.v.port
	if c.v.mark {
		listens = c.v.block.Get("fwmark")[0] + " 0"
	}
	c.k.Set(from, "send_program", command+" "+listens+" %h %p")
}

// interval is the time between probes of the virtual.
func (c *checking) interval() string {
	if t := c.v.block.Get("timeout"); t != nil {
		return t[0]
	}
	return "10"
}

// limit makes the time limit of a check. One that nobody wrote cannot be above
// the interval.
func (c *checking) limit(key string) {
	text, at := c.value(key)
	interval := c.interval()
	if text == "" {
		usual := 5
		if key == "negotiatetimeout" {
			usual = 30
		}
		if n, err := strconv.Atoi(interval); err != nil || n <= usual {
			return
		}
		text = strconv.Itoa(usual)
	}
	if text != interval {
		c.k.Set(at, "check_timeout", text)
	}
}

// pace makes how often a check fails before it counts.
func (c *checking) pace(ping bool) {
	text, at := c.value("failurecount")
	n, err := strconv.Atoi(text)
	if text != "" && (err != nil || n < 1 || n > 1000) {
		c.Note(at, strconv.Quote(text)+" is no number of failures")
	}
	n = min(max(n, 1), 1000)
	count, from := c.value("checkcount")
	if l, ok := last(c.v.body, "checkcount"); ok && !ping {
		c.Note(l.at, "it counts only where checktype is ping")
	}
	if each, err := strconv.Atoi(count); ping && err == nil && each > 1 && each <= 60 {
		n, at = n*each, from
		limit, _ := c.value("checktimeout") // which each echo has
		if limit == "" {
			limit = "5"
		}
		wait, err := strconv.Atoi(limit)
		if interval, err2 := strconv.Atoi(c.interval()); err == nil && err2 == nil && wait < interval {
			c.v.block.Set(from, "retry", limit)
		}
	}
	if n > 1 {
		c.v.block.Set(at, "fall", strconv.Itoa(n))
	}
}

// expression makes use of receive as the value of word, if it is one that lvs.cf
// reads.
func (c *checking) expression(word string) {
	receive, at := c.value("receive")
	if receive == "" {
		return
	}
	if _, err := regexp.CompilePOSIX(receive); err != nil {
		c.Note(at, "it is no POSIX extended regular expression: it is not looked for")
		return
	}
	c.k.SetText(at, word, receive)
	c.k.Set(at, "use_regex", "1")
}
