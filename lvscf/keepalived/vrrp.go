package keepalived

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"pacu/lvscf/internal/draft"
)

// syncGroup reads a vrrp_sync_group. That its instances move together is what
// lvs.cf does anyway.
func (m *importer) syncGroup(s *stmt) {
	s.used = true
	if g := s.take("group"); g != nil {
		g.all()
	}
	m.commands(s)
}

// instance reads a vrrp_instance.
func (m *importer) instance(s *stmt) {
	s.used = true
	dev := ""
	if t := s.take("interface"); t != nil {
		dev = t.arg(1)
	}
	if s.take("dont_track_primary") == nil {
		m.links = true
	}
	if t := s.take("track_interface"); t != nil {
		m.links = true
		for _, c := range t.all() {
			if c.key() != dev || len(c.words) > 1 {
				m.Note(c.at(), "monitor_links watches the interfaces of the routers' own addresses alone")
			}
		}
	}
	for _, key := range []string{"virtual_ipaddress", "virtual_ipaddress_excluded"} {
		if t := s.take(key); t != nil {
			for _, c := range t.all() {
				m.address(c, dev)
			}
		}
	}
	m.intervals(s)
	m.peers(s, m.role(s))
	m.commands(s)
	m.refresh(s.take("garp_master_refresh"))
}

// address reads a line of virtual_ipaddress: ADDRESS[/BITS] with options.
func (m *importer) address(s *stmt, dev string) {
	f := &floating{bits: -1, dev: dev, stmt: s}
	text, bits, cut := strings.Cut(s.key(), "/")
	addr, err := netip.ParseAddr(text)
	if err != nil {
		m.Note(s.at(), "it is no address")
		return
	}
	f.addr = addr.WithZone("")
	if cut {
		n, err := strconv.Atoi(bits)
		if err != nil || n < 0 || n > addr.BitLen() {
			m.Note(s.at(), fmt.Sprintf("/%s is no netmask: the address is carried without", bits))
			n = -1
		}
		f.bits = n
	}
	for i := 1; i < len(s.words); i++ {
		switch s.words[i] {
		case "dev":
			i++
			f.dev, f.label = s.arg(i), s.arg(i) // unless it has a label
		case "label":
			i++
			f.label = s.arg(i)
		case "brd", "scope", "peer", "preferred_lft":
			m.Note(s.at(), fmt.Sprintf("lvs.cf has no %s of an address", s.words[i]))
			i++
		default:
			m.Note(s.at(), fmt.Sprintf("lvs.cf has no %s of an address", s.words[i]))
		}
	}
	m.floating = append(m.floating, f)
}

// intervals makes keepalive and deadtime of the advertisements.
func (m *importer) intervals(s *stmt) {
	advert := s.take("advert_int")
	at, every := s.at(), time.Second
	if advert != nil {
		at = advert.at()
		f, err := strconv.ParseFloat(advert.arg(1), 64)
		if err != nil || !(f >= 0.001 && f <= 3600) {
			m.Note(at, "advert_int is no number of seconds: 1 is written, keepalived's default")
		} else {
			every = time.Duration(f * float64(time.Second)).Round(time.Millisecond)
		}
	}
	g := m.Global()
	if was := g.Get("keepalive"); was != nil {
		if was[0] != draft.Seconds(every) {
			m.Note(at, fmt.Sprintf("lvs.cf has one keepalive for all addresses, %s", was[0]))
		}
		return
	}
	g.Set(at, "keepalive", draft.Seconds(every))
	// A VRRP master is down after three intervals and a skew below one.
	g.Set(at, "deadtime", draft.Seconds(4*every))
}

// peers makes primary and backup of the addresses that unicast names. equal
// tells that the state says nothing of which router this is.
func (m *importer) peers(s *stmt, equal bool) {
	src := s.take("unicast_src_ip")
	if src == nil {
		src = s.take("mcast_src_ip")
	}
	state := "BACKUP"
	if t := s.take("state"); t != nil {
		state = strings.ToUpper(t.arg(1))
	}
	own, other := "primary", "backup"
	if state != "MASTER" && !equal {
		own, other = other, own
	}
	g := m.Global()
	set := func(at draft.Source, key, addr string) {
		was := g.Get(key)
		if private := key + "_private"; was != nil && was[0] != addr && g.Get(private) == nil {
			key, was = private, nil
		}
		if was == nil {
			g.Set(at, key, addr)
		} else if was[0] != addr {
			m.Note(at, "lvs.cf has two addresses of a router")
		}
	}
	if src != nil {
		set(src.at(), own, src.arg(1))
	}
	peers := s.take("unicast_peer")
	if peers == nil {
		return
	}
	for i, c := range peers.all() {
		if i > 0 {
			m.Note(c.at(), "lvs.cf has two routers, and no third")
			continue
		}
		set(c.at(), other, c.key())
		if src != nil {
			g.Set(c.at(), "backup_active", "1")
		}
	}
}

// commands makes active_cmd and inactive_cmd of the scripts of an instance or
// a group.
func (m *importer) commands(s *stmt) {
	for _, c := range [][2]string{{"notify_master", "active_cmd"}, {"notify_backup", "inactive_cmd"}} {
		t := s.take(c[0])
		if t == nil || t.arg(1) == "" {
			continue
		}
		cmd := t.arg(1)
		if len(t.words) > 2 {
			m.Note(t.at(), "the user a command runs as cannot be given")
		}
		if was := m.Global().Get(c[1]); was != nil && was[0] != cmd {
			m.Note(t.at(), fmt.Sprintf("lvs.cf has one %s for all addresses, %q", c[1], was[0]))
			continue
		}
		m.Global().Set(t.at(), c[1], cmd)
	}
}
