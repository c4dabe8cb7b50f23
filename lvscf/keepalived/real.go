package keepalived

import (
	"net/netip"
	"strconv"

	"pacu/lvscf/internal/draft"
)

// realServer reads a real_server of v, which is in, and its checks. chosen are
// those of the servers before it, or nil; those of all of them are returned.
func (m *importer) realServer(in, s *stmt, v *virtual, host string, chosen []*draft.Block) []*draft.Block {
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
	u := &subject{virtual: v, in: in, s: s, addr: addr, port: port, host: host}
	made := m.checks(u)
	if port = u.port; port != "" {
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
	case made == nil:
		m.Note(s.at(), "it has no check, and lvs.cf probes every server: as the others of its virtual, or by its port")
	case chosen == nil:
		return made
	case !draft.SameChecks(made, chosen):
		m.Note(made[0].From(), "all servers of a virtual have the same checks, and the first has others")
	}
	return chosen
}
