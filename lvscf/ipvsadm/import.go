package ipvsadm

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strings"

	"pacu/lvscf/internal/draft"
)

// A Note is something of the rules that lvs.cf has no word for, or not the
// same.
type Note = draft.Note

// An importer makes a draft of rules.
type importer struct {
	draft.Draft
	services map[string]*service
	votes    []draft.Vote
	rules    int
}

// A service is a virtual service on its way into lvs.cf.
type service struct {
	block  *draft.Block // nil if it could not be carried
	mark   bool
	port   string // empty: all
	six    bool
	dests  map[string]*draft.Block
	votes  map[string]int // index in the importer's
	tunnel *tunnel        // of its first server with one
}

// A tunnel is what a rule says of one.
type tunnel struct{ kind, port, checksum string }

// Import makes an lvs.cf of rules of ipvsadm, which errors call name. The
// lvs.cf reads without errors. What it could not carry is in the Notes, by
// line. Import fails when text is not text, or has no rule at all; the error
// begins with name.
func Import(name string, text []byte) (lvs []byte, notes []Note, err error) {
	all, err := draft.Text(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	m := &importer{services: make(map[string]*service)}
	n := 0
	var listing []string // the service of a listing that lines stand below
	for line := range strings.Lines(all) {
		n++
		at := draft.Source{Line: n, Text: strings.TrimSpace(line)}
		ws, err := words(line)
		switch {
		case err != nil && (strings.HasPrefix(at.Text, "-") || strings.Contains(at.Text, "ipvsadm")):
			return nil, nil, fmt.Errorf("%s:%d: %w", name, n, err)
		case err != nil:
			m.Note(at, "it is no rule of ipvsadm")
		case len(ws) == 0:
		case path.Base(ws[0]) == "ipvsadm":
			m.rule(at, ws[1:])
		case strings.HasPrefix(ws[0], "-") && ws[0] != "->":
			m.rule(at, ws)
		default:
			rule, next, ok := listed(ws, listing)
			listing = next
			switch {
			case !ok:
				m.Note(at, "it is no rule of ipvsadm")
			case rule != nil:
				m.rule(at, rule)
			}
		}
	}
	if m.rules == 0 {
		return nil, nil, fmt.Errorf("%s: %w", name, errNoRule)
	}
	m.Network(m.votes)
	if len(m.Services()) > 0 {
		m.Note(draft.Source{}, "the rules name no routers, interfaces and checks: write primary, backup, and send and expect; until then servers are probed by their port")
	}
	lvs, notes, err = m.Finish("From rules of ipvsadm.")
	if err != nil {
		return nil, notes, fmt.Errorf("%s: %w", name, err)
	}
	return lvs, notes, nil
}

var errNoRule = errors.New("no rule of ipvsadm in it")

// rule reads one command.
func (m *importer) rule(at draft.Source, ws []string) {
	all, rest := options(ws)
	for _, w := range rest {
		m.Note(at, fmt.Sprintf("%q is no option of ipvsadm", w))
	}
	if len(all) == 0 {
		return
	}
	m.rules++
	set := make(map[string]given, len(all))
	for _, g := range all {
		if g.name == "help" && len(all) > 1 {
			m.Note(at, "-h only shows help: if -g, direct routing, was meant, nothing is lost")
			continue
		}
		set[g.name] = g
	}
	has := func(name string) bool { _, ok := set[name]; return ok }
	switch {
	case has("add-service"), has("edit-service"):
		m.service(at, set)
	case has("add-server"), has("edit-server"):
		m.server(at, set)
	case has("set"):
		for i, key := range []string{"tcp_timeout", "tcpfin_timeout", "udp_timeout"} {
			if v := set["set"].arg(i); v != "" && v != "0" {
				m.Global().Set(at, key, v)
			}
		}
	case has("start-daemon"):
		m.daemon(at, set)
	case has("clear"):
		if len(m.services) > 0 {
			m.Note(at, "the rules before it are carried all the same")
		}
	case has("delete-service"), has("delete-server"), has("stop-daemon"):
		m.Note(at, "what is deleted is carried all the same, if a rule before added it")
	case has("list"), has("save"), has("restore"), has("zero"), has("version"), has("help"):
	default:
		m.Note(at, "it has no command")
	}
}

// daemon reads --start-daemon.
func (m *importer) daemon(at draft.Source, set map[string]given) {
	g := m.Global()
	g.Set(at, "syncdaemon", "1")
	if i := set["mcast-interface"].arg(0); i != "" {
		g.Set(at, "syncd_iface", i)
	}
	known := []string{"start-daemon", "mcast-interface"}
	for _, w := range [][2]string{
		{"syncid", "syncd_id"}, {"sync-maxlen", "syncd_maxlen"}, {"mcast-port", "syncd_port"},
		{"mcast-group", "syncd_group"}, {"mcast-ttl", "syncd_ttl"},
	} {
		if v := set[w[0]].arg(0); v != "" {
			g.Set(at, w[1], v)
		}
		known = append(known, w[0])
	}
	m.leftovers(at, set, known...)
}

// leftovers notes the options of set other than known.
func (m *importer) leftovers(at draft.Source, set map[string]given, known ...string) {
	for _, k := range append(known, "numeric", "exact") {
		delete(set, k)
	}
	for _, name := range sortedKeys(set) {
		m.Note(at, fmt.Sprintf("lvs.cf has no word for %s", set[name].text))
	}
}

// key reads the service that a rule is about: its key, protocol and address.
func (m *importer) key(at draft.Source, set map[string]given) (key, protocol, addr string) {
	for _, p := range []string{"tcp", "udp", "sctp"} {
		if g, ok := set[p+"-service"]; ok {
			return p + " " + g.arg(0), p, g.arg(0)
		}
	}
	if g, ok := set["fwmark-service"]; ok {
		_, six := set["ipv6"]
		return fmt.Sprintf("fwmark %s %t", g.arg(0), six), "", g.arg(0)
	}
	m.Note(at, "it names no service")
	return "", "", ""
}

// service reads -A or -E.
func (m *importer) service(at draft.Source, set map[string]given) {
	key, protocol, addr := m.key(at, set)
	if key == "" {
		return
	}
	s := m.services[key]
	if s == nil {
		s = m.open(at, key, protocol, addr)
		_, s.six = set["ipv6"]
	} else if _, again := set["add-service"]; again {
		m.Note(at, "the service is there already: ipvsadm refuses it")
	}
	if s.block == nil {
		return
	}
	b := s.block
	if g, ok := set["scheduler"]; ok {
		b.Set(at, "scheduler", g.arg(0))
	}
	if g, ok := set["persistent"]; ok {
		seconds := g.arg(0)
		if seconds == "" {
			seconds = "300" // ipvsadm's
		}
		b.Set(at, "persistent", seconds)
	}
	if g, ok := set["netmask"]; ok {
		b.Set(at, "pmask", g.arg(0))
	}
	if g, ok := set["pe"]; ok {
		b.Set(at, "persistence_engine", g.arg(0))
	}
	if _, ok := set["ops"]; ok {
		b.Set(at, "one_packet", "1")
	}
	if g, ok := set["sched-flags"]; ok {
		m.flags(at, b, g.arg(0))
	}
	m.leftovers(at, set, "add-service", "edit-service", "tcp-service", "udp-service", "sctp-service", "fwmark-service",
		"ipv6", "scheduler", "persistent", "netmask", "pe", "ops", "sched-flags")
}

// open begins a service.
func (m *importer) open(at draft.Source, key, protocol, addr string) *service {
	s := &service{dests: make(map[string]*draft.Block), votes: make(map[string]int)}
	m.services[key] = s
	if protocol == "" {
		s.mark = true
		s.block = m.Service(at, "virtual", "fwmark-"+addr)
		s.block.Set(at, "active", "1")
		s.block.Set(at, "fwmark", addr)
		m.Note(at, "the rule does not tell the address whose packets are marked: write 'address = ADDRESS DEVICE'")
		return s
	}
	host, port := hostPort(addr)
	a, err := netip.ParseAddr(host)
	if err != nil || a.Zone() != "" {
		m.Note(at, "its address is no number, and names are not looked up here: save the rules with ipvsadm -Sn")
		return s
	}
	name := a.String()
	if port != "" {
		name += "-" + port
	}
	if protocol != "tcp" {
		name += "-" + protocol
	}
	s.port = port
	s.block = m.Service(at, "virtual", name)
	s.block.Set(at, "active", "1")
	m.Place(at, s.block, a)
	s.block.Set(at, "protocol", protocol)
	if port == "" {
		m.EveryPort(at, s.block)
	} else {
		s.block.Set(at, "port", port)
	}
	return s
}
