package ldirectord

import (
	"fmt"
	"net/netip"
	"strings"

	"pacu/lvscf/internal/draft"
)

// A Note is something of the file that lvs.cf has no word for, or not the same.
type Note = draft.Note

// most bounds the servers that ranges may grow into.
const most = 65536

// An importer makes a draft of a file.
type importer struct {
	draft.Draft
	globals []line
	votes   []draft.Vote
	made    int
}

// Import makes an lvs.cf of an ldirectord.cf, which errors call name. The
// lvs.cf reads without errors. What it could not carry is in the Notes, by
// line. Import fails when text is no such file; the error begins with name and
// the line.
func Import(name string, text []byte) (lvs []byte, notes []Note, err error) {
	globals, sections, err := parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	m := &importer{globals: globals}
	for _, l := range globals {
		if !inherited[l.key] {
			m.Note(l.at, why(l.key))
		} else if again, _ := last(globals, l.key); again.at.Line != l.at.Line {
			m.Note(l.at, "the same setting below it counts")
		}
	}
	for _, s := range sections {
		m.virtual(s)
	}
	m.Network(m.votes)
	m.Note(draft.Source{}, "the file names no routers: write primary, backup and backup_active")
	lvs, notes, err = m.Finish("From an ldirectord.cf.")
	if err != nil {
		return nil, notes, fmt.Errorf("%s: %w", name, err)
	}
	return lvs, notes, nil
}

// inherited are the settings of the file that count for each virtual that has
// none of its own, and that lvs.cf has.
var inherited = map[string]bool{
	"checkinterval": true, "checktimeout": true, "negotiatetimeout": true, "checkcount": true, "failurecount": true,
	"quiescent": true, "fallback": true, "fallback6": true,
}

// reasons say why a setting is not carried, where there is more to say.
var reasons = map[string]string{
	"autoreload":       "pulse reloads when it is told to",
	"supervised":       "pulse has a flag for it: --nodaemon",
	"fork":             "every server is probed by a process of its own",
	"logfile":          "pulse writes to syslog",
	"maintenancedir":   "write active = 0 for a server that is to rest",
	"cleanstop":        "pulse takes its services along when it ends",
	"emailalert":       "lvs.cf sends no mail",
	"emailalertfrom":   "lvs.cf sends no mail",
	"emailalertfreq":   "lvs.cf sends no mail",
	"emailalertstatus": "lvs.cf sends no mail",
	"smtp":             "lvs.cf sends no mail",
}

func why(key string) string {
	if r := reasons[key]; r != "" {
		return r
	}
	return "lvs.cf has no word for it"
}

// setting finds key in s, or in the file as a whole.
func (m *importer) setting(s *section, key string) (line, bool) {
	if l, ok := last(s.body, key); ok {
		return l, true
	}
	if inherited[key] {
		return last(m.globals, key)
	}
	return line{}, false
}

// virtual makes a virtual of s.
func (m *importer) virtual(s *section) {
	v := &virtual{section: s}
	b := m.listen(v)
	if b == nil {
		for _, l := range s.body {
			m.Note(l.at, "its virtual is not carried")
		}
		return
	}
	b.Set(s.at, "active", "1")
	b.Set(s.at, "reentry", "0") // ldirectord uses a server again at once
	b.Set(s.at, "scheduler", "wrr")
	for _, w := range [][2]string{{"scheduler", "scheduler"}, {"persistent", "persistent"}, {"netmask", "pmask"}, {"checkinterval", "timeout"}} {
		if l, ok := m.setting(s, w[0]); ok {
			b.Set(l.at, w[1], l.text())
		}
	}
	quiescent, at := "yes", s.at
	if l, ok := m.setting(s, "quiescent"); ok {
		quiescent, at = strings.ToLower(l.text()), l.at
	}
	if quiescent != "no" {
		b.Set(at, "quiesce_server", "1")
	}
	m.fallback(v)
	for _, l := range s.body {
		switch l.key {
		case "real", "real6":
			m.real(v, l)
		case "protocol", "scheduler", "persistent", "netmask", "checkinterval", "quiescent", "fallback", "fallback6",
			"checktype", "service", "request", "receive", "virtualhost", "checkport", "checkcommand", "httpmethod",
			"checktimeout", "negotiatetimeout", "checkcount", "failurecount", "login", "passwd", "database", "secret":
			if again, _ := last(s.body, l.key); again.at.Line != l.at.Line {
				m.Note(l.at, "the same setting below it counts")
			}
		default:
			m.Note(l.at, why(l.key))
		}
	}
	m.check(v)
}

// A virtual is a section on its way into lvs.cf.
type virtual struct {
	*section
	block    *draft.Block
	addr     netip.Addr // invalid for a mark
	mark     bool
	port     string
	protocol string
	pairs    []line // real servers with a request of their own
}

// listen opens the block of v, or returns nil.
func (m *importer) listen(v *virtual) *draft.Block {
	host, port := hostPort(v.value)
	v.protocol = "tcp"
	if port == "53" || port == "domain" {
		v.protocol = "udp"
	}
	if l, ok := last(v.body, "protocol"); ok && l.text() != "fwm" {
		v.protocol = strings.ToLower(l.text())
	}
	if port == "" && strings.Trim(host, "0123456789") == "" && host != "" {
		v.mark = true
		v.block = m.Service(v.at, "virtual", "fwmark-"+host)
		v.block.Set(v.at, "fwmark", host)
		m.Note(v.at, "the address whose packets are marked is not told: write 'address = ADDRESS DEVICE'")
		return v.block
	}
	a, err := netip.ParseAddr(host)
	switch {
	case err != nil || a.Zone() != "":
		m.Note(v.at, "its address is no number, and names are not looked up here: it is not carried")
		return nil
	case port == "" || port == "0":
		m.Note(v.at, "it has no port: it is not carried")
		return nil
	}
	name := host + "-" + port
	if v.protocol != "tcp" {
		name += "-" + v.protocol
	}
	v.addr, v.port = a, port
	v.block = m.Service(v.at, "virtual", name)
	m.Place(v.at, v.block, a)
	v.block.Set(v.at, "port", port)
	v.block.Set(v.at, "protocol", v.protocol)
	return v.block
}

// fallback makes a sorry_server.
func (m *importer) fallback(v *virtual) {
	key := "fallback"
	if v.key == "virtual6" {
		key = "fallback6"
	}
	l, ok := m.setting(v.section, key)
	if !ok {
		return
	}
	target, method, _ := strings.Cut(l.text(), " ")
	host, port := hostPort(target)
	if a, err := netip.ParseAddr(host); err != nil || a.IsLoopback() {
		m.Note(l.at, "a sorry_server is another host, by its address: not this router, and no name")
		return
	}
	v.block.Set(l.at, "sorry_server", host)
	if port != "" && port != v.port {
		m.Note(l.at, "lvs.cf's sorry_server gets the virtual's port")
	}
	if strings.TrimSpace(method) != "" {
		m.Note(l.at, "lvs.cf's sorry_server gets its packets as the servers of its virtual do")
	}
}
