package keepalived

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"pacu/lvscf/internal/draft"
)

// most bounds how many statements groups and ranges of addresses may repeat.
const most = 1 << 20

// A virtual is a virtual server on its way into lvs.cf.
type virtual struct {
	*target
	block   *draft.Block
	forward string // of lvs.cf
	at      draft.Source
	tunnel  *tunnel // of the first that has one
	// unchecked: none of its servers has a check.
	unchecked bool
	pace      *pace // of the first check
}

// A target is what a virtual server listens on.
type target struct {
	addr netip.Addr // invalid for a mark
	port string     // empty: all
	mark string
	name string
}

// virtualServer reads a virtual_server, which becomes as many virtuals as it
// has addresses.
func (m *importer) virtualServer(s *stmt) {
	s.used = true
	size := s.size()
	room := 1 + (most-m.repeated)/size
	targets := m.targets(s, room)
	if len(targets) > room {
		m.Note(s.at(), fmt.Sprintf("it has too many addresses for one file: %s and those after it are not carried", targets[room].name))
		targets = targets[:room]
	}
	m.repeated += size * max(0, len(targets)-1)
	for i := range targets {
		m.virtual(s, &targets[i])
	}
}

// targets are what s listens on: all, or the first few but more than room.
func (m *importer) targets(s *stmt, room int) []target {
	switch s.arg(1) {
	case "fwmark":
		return []target{{mark: s.arg(2), name: "fwmark-" + s.arg(2)}}
	case "group":
		g := m.groups[s.arg(2)]
		if g == nil {
			m.Note(s.at(), fmt.Sprintf("there is no virtual_server_group %q: the virtual server is not carried", s.arg(2)))
			return nil
		}
		var all []target
		for _, c := range g.body {
			if len(all) > room {
				break
			}
			if c.key() == "fwmark" {
				all = append(all, target{mark: c.arg(1), name: s.arg(2) + "-fwmark-" + c.arg(1)})
				continue
			}
			all = append(all, m.span(c, c.key(), c.arg(1), s.arg(2)+"-", room)...)
		}
		return all
	}
	host, port := s.arg(1), s.arg(2)
	if ap, err := netip.ParseAddrPort(host); err == nil && port == "" {
		host, port = ap.Addr().String(), strconv.Itoa(int(ap.Port()))
	}
	return m.span(s, host, port, "", room)
}

// span reads an address, or a range of them: 192.0.2.1-9, 2001:db8::1-f. Of a
// range it returns no more than one above room.
func (m *importer) span(s *stmt, text, port, prefix string, room int) []target {
	first, last, ranged := strings.Cut(text, "-")
	a, err := netip.ParseAddr(first)
	if err != nil || a.Zone() != "" {
		m.Note(s.at(), fmt.Sprintf("%q is no address: the virtual server is not carried", text))
		return nil
	}
	if port == "0" {
		port = ""
	}
	n := 1
	if ranged {
		base := 10
		bytes := a.AsSlice()
		from := int(bytes[len(bytes)-1])
		if a.Is6() {
			base = 16
			from |= int(bytes[len(bytes)-2]) << 8
		}
		to, err := strconv.ParseUint(last, base, 16)
		if err != nil || int(to) < from || a.Is4() && to > 255 {
			m.Note(s.at(), fmt.Sprintf("%q is no range of addresses: its first is carried", text))
		} else {
			n = min(int(to)-from, room) + 1
		}
	}
	all := make([]target, 0, n)
	for range n {
		name := prefix + a.String()
		if port != "" {
			name += "-" + port
		}
		all = append(all, target{addr: a, port: port, name: name})
		a = a.Next()
	}
	return all
}

// virtual makes a virtual of s, listening on t.
func (m *importer) virtual(s *stmt, t *target) {
	b := m.Service(s.at(), "virtual", t.name)
	v := &virtual{target: t, block: b, at: s.at()}
	m.virtuals = append(m.virtuals, v)
	b.Set(s.at(), "active", "1")
	if t.mark != "" {
		b.Set(s.at(), "fwmark", t.mark)
	}
	switch {
	case t.port != "":
		b.Set(s.at(), "port", t.port)
	case t.mark == "":
		m.EveryPort(s.at(), b)
	}
	b.Set(s.at(), "reentry", "0") // keepalived uses a server again at once
	b.Set(s.at(), "timeout", "60")
	if d := s.take("delay_loop"); d != nil {
		b.Set(d.at(), "timeout", d.arg(1))
	}
	m.options(s, v)

	var servers []*stmt
	for _, c := range s.body {
		if c.key() == "real_server" {
			servers = append(servers, c)
		}
	}
	m.quiesce(s, v, servers)
	host := ""
	if h := s.take("virtualhost"); h != nil {
		host = h.arg(1)
	}
	v.unchecked = !slices.ContainsFunc(servers, (*stmt).checked)
	if v.unchecked && len(servers) > 0 {
		b.Set(s.at(), "check", "none")
	}
	var chosen []*draft.Block
	for _, rs := range servers {
		chosen = m.realServer(s, rs, v, host, chosen)
	}
	if len(servers) == 0 {
		m.votes = append(m.votes, draft.Vote{At: v.at, Virtual: b, Forward: v.forward})
	}
	m.quorum(s, b)
	m.localAddresses(s, v)
	b.Checks(chosen)
}

// options reads the words of s that are one in lvs.cf.
func (m *importer) options(s *stmt, v *virtual) {
	b := v.block
	for _, w := range [][2]string{{"lb_algo", "scheduler"}, {"lvs_sched", "scheduler"}, {"protocol", "protocol"}} {
		if t := s.take(w[0]); t != nil {
			b.Set(t.at(), w[1], strings.ToLower(t.arg(1)))
		}
	}
	v.forward = "nat"
	for _, key := range []string{"lb_kind", "lvs_method"} {
		if t := s.take(key); t != nil {
			v.at = t.at()
			v.forward = m.method(t, v)
		}
	}
	if t := s.take("persistence_timeout"); t != nil {
		seconds := t.arg(1)
		if seconds == "" {
			seconds = "360" // keepalived's
		}
		b.Set(t.at(), "persistent", seconds)
	}
	if t := s.take("persistence_granularity"); t != nil {
		b.Set(t.at(), "pmask", t.arg(1))
	}
	m.flags(s, b)
	s.take("alpha") // lvs.cf waits for the first good probe always
	if t := s.take("sorry_server"); t != nil {
		b.Set(t.at(), "sorry_server", t.arg(1))
		if port := t.arg(2); port != "" && port != v.port {
			m.Note(t.at(), "lvs.cf's sorry_server gets the virtual's port")
		}
	}
}

// quiesce reads inhibit_on_failure, which lvs.cf has for all servers of a
// virtual or none.
func (m *importer) quiesce(s *stmt, v *virtual, servers []*stmt) {
	if t := s.take("inhibit_on_failure"); t != nil {
		v.block.Set(t.at(), "quiesce_server", "1")
		return
	}
	var with []*stmt
	for _, rs := range servers {
		if t := rs.take("inhibit_on_failure"); t != nil {
			with = append(with, t)
		}
	}
	switch {
	case len(with) == 0:
	case len(with) == len(servers):
		v.block.Set(with[0].at(), "quiesce_server", "1")
	default:
		for _, t := range with {
			m.Note(t.at(), "quiesce_server is for all servers of a virtual, and others here have no inhibit_on_failure")
		}
	}
}
