package keepalived

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"pacu/lvscf/internal/draft"
)

// A tunnel is what lvs_method says of one.
type tunnel struct{ kind, port, checksum string }

// method is t's forwarding method as lvs.cf has it, for v or a server of it.
func (m *importer) method(t *stmt, v *virtual) string {
	switch strings.ToUpper(t.arg(1)) {
	case "NAT":
		return "nat"
	case "DR":
		return "direct"
	case "TUN":
		if !m.tunnel(t, v) {
			return ""
		}
		return "tunnel"
	case "FNAT", "FULLNAT": // of Alibaba's keepalived
		return "fullnat"
	}
	m.Note(t.at(), fmt.Sprintf("lvs.cf has no forwarding method %s", t.arg(1)))
	return ""
}

// tunnel reads what stands behind TUN: type ipip, type gue port 6080 csum. It
// reports false for a tunnel other than v has.
func (m *importer) tunnel(t *stmt, v *virtual) bool {
	u := tunnel{kind: "ipip", checksum: "none"}
	for i := 2; i < len(t.words); i++ {
		switch w := t.arg(i); w {
		case "type":
			i++
			u.kind = t.arg(i)
		case "port":
			i++
			u.port = t.arg(i)
		case "csum", "remcsum":
			u.checksum = w
		case "nocsum":
			u.checksum = "none"
		default:
			m.Note(t.at(), fmt.Sprintf("lvs.cf has no %s of a tunnel", w))
		}
	}
	if v.tunnel != nil {
		if *v.tunnel != u {
			m.Note(t.at(), "a virtual of lvs.cf has one kind of tunnel, the first of those here")
		}
		return *v.tunnel == u
	}
	v.tunnel = &u
	if u.kind != "ipip" {
		v.block.Set(t.at(), "tunnel", u.kind)
	}
	if u.port != "" {
		v.block.Set(t.at(), "tunnel_port", u.port)
	}
	if u.checksum != "none" {
		v.block.Set(t.at(), "tunnel_checksum", u.checksum)
	}
	return true
}

// flags reads the words of s that stand alone.
func (m *importer) flags(s *stmt, b *draft.Block) {
	if t := s.take("ops"); t != nil {
		b.Set(t.at(), "one_packet", "1")
	}
	if t := s.take("persistence_engine"); t != nil {
		b.Set(t.at(), "persistence_engine", t.arg(1))
	}
	var words []string
	at := s.at()
	for _, w := range [][2]string{
		{"sh-fallback", "fallback"}, {"mh-fallback", "fallback"}, {"sh-port", "port"}, {"mh-port", "port"},
		{"flag-1", "flag1"}, {"flag-2", "flag2"}, {"flag-3", "flag3"},
	} {
		if t := s.take(w[0]); t != nil {
			at = t.at()
			words = append(words, w[1])
		}
	}
	if len(words) > 0 {
		b.Set(at, "scheduler_flags", words...)
	}
}

// quorum reads when the sorry server of s, which became b, serves. keepalived
// counts weights, and is generous both ways: down below quorum - hysteresis,
// up from quorum + hysteresis.
func (m *importer) quorum(s *stmt, b *draft.Block) {
	q, h := 1, 0
	var at *stmt
	for _, w := range []struct {
		key string
		n   *int
	}{{"quorum", &q}, {"hysteresis", &h}} {
		t := s.take(w.key)
		if t == nil {
			continue
		}
		n, err := strconv.Atoi(t.arg(1))
		if err != nil || n < 0 || n > 1<<30 {
			m.Note(t.at(), fmt.Sprintf("%q is no number of servers", t.arg(1)))
			return
		}
		at, *w.n = t, n
	}
	if at == nil {
		return
	}
	weight := 0
	for _, r := range b.Servers() {
		w, err := strconv.Atoi(r.Get("weight")[0])
		if err != nil || w <= 0 || weight != 0 && w != weight {
			m.Note(at.at(), "keepalived counts the weights of servers, which differ here, and lvs.cf the servers: write how many as quorum")
			return
		}
		weight = w
	}
	switch {
	case b.Get("sorry_server") == nil:
		m.Note(at.at(), "without a sorry_server only scripts follow the quorum, and lvs.cf has none")
	case h >= q:
		m.Note(at.at(), "keepalived ignores a hysteresis that is not below the quorum")
	case weight > 0:
		low, high := (q-h+weight-1)/weight, (q+h+weight-1)/weight
		if low != 1 {
			b.Set(at.at(), "quorum", strconv.Itoa(low))
		}
		if high != low {
			b.Set(at.at(), "hysteresis", strconv.Itoa(high-low))
		}
	}
}

// localAddresses reads the local addresses of s, of full NAT.
func (m *importer) localAddresses(s *stmt, v *virtual) {
	t := s.take("laddr_group_name")
	if t == nil {
		return
	}
	g := m.pools[t.arg(1)]
	if g == nil {
		m.Note(t.at(), fmt.Sprintf("there is no local_address_group %q", t.arg(1)))
		return
	}
	var parts []string
	for _, c := range g.body {
		first, last, ranged := strings.Cut(c.key(), "-")
		a, err := netip.ParseAddr(first)
		if err != nil {
			m.Note(c.at(), "it is no address")
			continue
		}
		part := a.String()
		if ranged {
			if i := strings.LastIndexAny(first, ".:"); !strings.ContainsAny(last, ".:") {
				last = first[:i+1] + last
			}
			part += "-" + last
		}
		parts = append(parts, part)
	}
	if len(parts) > 0 {
		v.block.Set(t.at(), "snat_pool", strings.Join(parts, ","), "eth0")
		m.Note(t.at(), "the interface of the local addresses is not known: write it, where eth0 is written behind snat_pool")
	}
}
