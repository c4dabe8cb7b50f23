package keepalived

import (
	"net/netip"
	"slices"
	"strconv"

	"pacu/lvscf/internal/draft"
)

// checked reports whether s, a real_server, has a check.
func (s *stmt) checked() bool {
	return slices.ContainsFunc(s.body, func(c *stmt) bool { return slices.Contains(checks, c.key()) })
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
	at, forward := v.at, v.forward
	for _, key := range []string{"lb_kind", "lvs_method"} {
		if t := s.take(key); t != nil {
			at, forward = t.at(), m.method(t, v)
		}
	}
	m.votes = append(m.votes, draft.Vote{At: at, Virtual: v.block, Server: b, Forward: forward})
	probe, c := m.check(s, port, addr, host, v.block.Get("timeout")[0])
	if port == "" && c != nil {
		if t := c.take("connect_port"); t != nil && v.mark != "" {
			port = t.arg(1)
		} else if t != nil {
			m.probed(t, v)
		}
	}
	if port != "" {
		b.Set(s.at(), "port", port)
	} else if v.mark != "" && forward == "nat" {
		m.Note(s.at(), "a server of lvs.cf has one port: all of the mark goes to it, 80 if you write no other")
	}
	b.Set(s.at(), "weight", "1")
	if t := s.take("weight"); t != nil {
		b.Set(t.at(), "weight", t.arg(1))
	}
	for _, w := range [][2]string{{"uthreshold", "max_connections"}, {"lthreshold", "min_connections"}} {
		if t := s.take(w[0]); t != nil && t.arg(1) != "0" {
			b.Set(t.at(), w[1], t.arg(1))
		}
	}
	switch {
	case v.unchecked:
	case c == nil && probe == nil:
		m.Note(s.at(), "it has no check, and lvs.cf probes every server: as the others of its virtual, or by its port")
	case chosen == nil:
		return probe
	case *probe != *chosen:
		m.Note(c.at(), "all servers of a virtual have one probe, and the first has another")
	}
	return chosen
}

// probed gives v, which takes every port, the port that t probes.
func (m *importer) probed(t *stmt, v *virtual) {
	switch port := v.block.Get("port"); {
	case port == nil:
		v.block.Set(t.at(), "port", t.arg(1))
	case port[0] != t.arg(1):
		m.Note(t.at(), "all servers of a virtual have one probe, and the first has another")
	}
}
