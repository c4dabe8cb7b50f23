package keepalived

import (
	"fmt"
	"net/netip"

	"pacu/lvscf/internal/draft"
)

// An importer makes a draft of a keepalived.conf.
type importer struct {
	draft.Draft
	groups   map[string]*stmt // virtual_server_group by name
	pools    map[string]*stmt // local_address_group by name
	scripts  map[string]*stmt // vrrp_script by name
	votes    []draft.Vote
	virtuals []*virtual
	floating []*floating // of the VRRP instances, in the file's order
	repeated int         // statements, by groups and ranges
	taking   taking
	links    bool // an instance watches its interface
}

// A floating is an address of a VRRP instance.
type floating struct {
	addr  netip.Addr
	bits  int // -1 when not given
	dev   string
	label string
	stmt  *stmt
	used  bool
}

// Import makes an lvs.cf of a keepalived.conf, which errors call name. The
// lvs.cf reads without errors. What it could not carry is in the Notes, by
// line. Import fails when text is no keepalived.conf: not text, or with braces
// that do not match; the error begins with name and the line.
func Import(name string, text []byte) (lvs []byte, notes []Note, err error) {
	root, err := parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	m := &importer{groups: make(map[string]*stmt), pools: make(map[string]*stmt), scripts: make(map[string]*stmt)}
	for _, s := range root.body {
		switch s.key() {
		case "global_defs":
			m.globals(s)
		case "vrrp_script":
			m.scripts[s.arg(1)] = s
		case "vrrp_sync_group":
			m.syncGroup(s)
		case "vrrp_instance":
			m.instance(s)
		case "virtual_server_group":
			m.groups[s.arg(1)] = s
			s.all()
		case "local_address_group":
			m.pools[s.arg(1)] = s
			s.all()
		}
	}
	for _, s := range root.body {
		if s.key() == "virtual_server" {
			m.virtualServer(s)
		}
	}
	m.Network(m.votes)
	m.addresses()
	if g := m.Global(); g.Get("primary") == nil || g.Get("backup") == nil {
		m.Note(draft.Source{}, "the file does not name the routers' own addresses: write primary, backup and backup_active")
	}
	m.trackScripts(root)
	m.preempt()
	if m.links {
		m.Global().Set(draft.Source{}, "monitor_links", "1")
	}
	m.rest(root)
	lvs, notes, err = m.Finish("From a keepalived.conf.")
	if err != nil {
		return nil, notes, fmt.Errorf("%s: %w", name, err)
	}
	return lvs, notes, nil
}

// globals reads global_defs.
func (m *importer) globals(s *stmt) {
	s.used = true
	g := m.Global()
	if t := s.take("script_user"); t != nil && t.arg(1) != "root" {
		m.Note(t.at(), "pulse runs programs as itself")
	}
	if t := s.take("lvs_flush"); t != nil {
		g.Set(t.at(), "exclusive", "1")
	}
	if t := s.take("lvs_timeouts"); t != nil {
		for i := 1; i < len(t.words); i += 2 {
			key := map[string]string{"tcp": "tcp_timeout", "tcpfin": "tcpfin_timeout", "udp": "udp_timeout"}[t.arg(i)]
			if key == "" || t.arg(i+1) == "" {
				m.Note(t.at(), fmt.Sprintf("%q is no timeout of a protocol", t.arg(i)))
				break
			}
			g.Set(t.at(), key, t.arg(i+1))
		}
	}
	if t := s.take("lvs_sync_daemon"); t != nil {
		m.syncDaemon(t)
	}
	m.refresh(s.take("vrrp_garp_master_refresh"))
}

// syncDaemon reads lvs_sync_daemon.
func (m *importer) syncDaemon(t *stmt) {
	if t.arg(1) == "" {
		m.Note(t.at(), "it names no interface")
		return
	}
	g := m.Global()
	g.Set(t.at(), "syncdaemon", "1")
	g.Set(t.at(), "syncd_iface", t.arg(1))
	i := 2
	if i < len(t.words) && syncWords[t.arg(i)] == "" {
		i++ // the instance that it follows: here there is one
	}
	for ; i < len(t.words); i += 2 {
		switch key := syncWords[t.arg(i)]; {
		case t.arg(i) == "inst":
		case key != "" && t.arg(i+1) != "":
			g.Set(t.at(), key, t.arg(i+1))
		default:
			m.Note(t.at(), fmt.Sprintf("lvs.cf has no %s of a sync daemon", t.arg(i)))
		}
	}
}

// syncWords are the options of lvs_sync_daemon, and what lvs.cf calls them;
// inst is the instance that it follows.
var syncWords = map[string]string{
	"id": "syncd_id", "maxlen": "syncd_maxlen", "port": "syncd_port", "ttl": "syncd_ttl", "group": "syncd_group", "inst": "inst",
}
