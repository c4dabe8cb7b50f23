package keepalived

import (
	"fmt"
	"net/netip"
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
		b.Set(s.at(), "active", "0")
		m.Note(s.at(), "it takes every port, and lvs.cf needs one, or a fwmark: the virtual is switched off")
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
	var chosen *draft.Probe
	for _, rs := range servers {
		chosen = m.realServer(rs, v, host, chosen)
	}
	if chosen != nil {
		b.Probe(s.at(), *chosen, t.port)
	}
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
			v.forward = m.method(t)
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
	s.take("alpha") // lvs.cf waits for the first good probe always
	if t := s.take("sorry_server"); t != nil {
		b.Set(t.at(), "sorry_server", t.arg(1))
		if port := t.arg(2); port != "" && port != v.port {
			m.Note(t.at(), "lvs.cf's sorry_server gets the virtual's port")
		}
	}
}

// method is t's forwarding method as lvs.cf has it.
func (m *importer) method(t *stmt) string {
	switch strings.ToUpper(t.arg(1)) {
	case "NAT":
	case "DR":
		return "direct"
	case "TUN":
		if len(t.words) > 2 {
			m.Note(t.at(), "lvs.cf has IPIP tunnels alone")
		}
		return "tunnel"
	default:
		m.Note(t.at(), fmt.Sprintf("lvs.cf has no forwarding method %s", t.arg(1)))
		return ""
	}
	return "nat"
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

// realServer reads a real_server and its check. chosen is the probe of those
// before it, or nil; that of all of them is returned.
func (m *importer) realServer(s *stmt, v *virtual, host string, chosen *draft.Probe) *draft.Probe {
	s.used = true
	addr, port := s.arg(1), s.arg(2)
	if ap, err := netip.ParseAddrPort(addr); err == nil && port == "" {
		addr, port = ap.Addr().String(), strconv.Itoa(int(ap.Port()))
	}
	if port == "0" {
		port = ""
	}
	b := v.block.Server(s.at(), addr)
	b.Set(s.at(), "address", addr)
	b.Set(s.at(), "active", "1")
	for _, key := range []string{"lb_kind", "lvs_method"} {
		if t := s.take(key); t != nil && m.method(t) != v.forward {
			b.Set(t.at(), "active", "0")
			m.Note(t.at(), "lvs.cf has one network for all servers: this one is switched off")
		}
	}
	probe, c := m.check(s, port, addr, host, v.block.Get("timeout")[0])
	if port == "" && v.mark != "" && c != nil {
		if t := c.take("connect_port"); t != nil {
			port = t.arg(1)
		}
	}
	if port != "" {
		b.Set(s.at(), "port", port)
	} else if v.mark != "" && v.forward == "nat" {
		m.Note(s.at(), "a server of lvs.cf has one port: all of the mark goes to it, 80 if you write no other")
	}
	b.Set(s.at(), "weight", "1")
	if t := s.take("weight"); t != nil {
		b.Set(t.at(), "weight", t.arg(1))
	}
	switch {
	case c == nil && probe == nil:
		m.Note(s.at(), "it has no check, and lvs.cf probes every server: as the others of its virtual, or by its port")
	case chosen == nil:
		return probe
	case *probe != *chosen:
		m.Note(c.at(), "all servers of a virtual have one probe, and the first has another")
	}
	return chosen
}
