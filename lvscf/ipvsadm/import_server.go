package ipvsadm

import (
	"fmt"
	"strings"

	"pacu/lvscf/internal/draft"
)

// server reads -a or -e.
func (m *importer) server(at draft.Source, set map[string]given) {
	key, _, _ := m.key(at, set)
	if key == "" {
		return
	}
	s := m.services[key]
	switch {
	case s == nil:
		m.Note(at, "no rule before it adds its service: it is not carried")
		return
	case s.block == nil:
		m.Note(at, "its service is not carried")
		return
	}
	real := set["real-server"].arg(0)
	if real == "" {
		m.Note(at, "it names no real server")
		return
	}
	host, port := hostPort(real)
	forward := "direct"
	if _, ok := set["masquerading"]; ok {
		forward = "nat"
	} else if _, ok := set["ipip"]; ok {
		forward = "tunnel"
	}
	b := s.dests[real]
	if b == nil {
		b = s.block.Server(at, host)
		s.dests[real] = b
		s.votes[real] = len(m.votes)
		m.votes = append(m.votes, draft.Vote{})
		b.Set(at, "address", host)
		b.Set(at, "active", "1")
		if port != "" {
			b.Set(at, "port", port)
		} else if s.mark && forward == "nat" {
			m.Note(at, "a server of lvs.cf has one port: all of the mark goes to it, 80 if you write no other")
		}
		b.Set(at, "weight", "1")
	}
	m.votes[s.votes[real]] = draft.Vote{At: at, Virtual: s.block, Server: b, Forward: forward}
	if g, ok := set["weight"]; ok {
		b.Set(at, "weight", g.arg(0))
	}
	for _, limit := range [][2]string{{"u-threshold", "max_connections"}, {"l-threshold", "min_connections"}} {
		if n := set[limit[0]].arg(0); n != "" && n != "0" {
			b.Set(at, limit[1], n)
		}
	}
	if forward == "tunnel" {
		m.tunnel(at, s, b, set)
	}
	m.leftovers(at, set, "add-server", "edit-server", "tcp-service", "udp-service", "sctp-service", "fwmark-service",
		"ipv6", "real-server", "masquerading", "ipip", "gatewaying", "weight", "u-threshold", "l-threshold",
		"tun-type", "tun-port", "tun-nocsum", "tun-csum", "tun-remcsum")
}

// tunnel reads what a rule of a server of s says of its tunnel, which in
// lvs.cf is one for all.
func (m *importer) tunnel(at draft.Source, s *service, b *draft.Block, set map[string]given) {
	t := tunnel{kind: set["tun-type"].arg(0), port: set["tun-port"].arg(0), checksum: "none"}
	if t.kind == "" {
		t.kind = "ipip"
	}
	for _, sum := range []string{"csum", "remcsum"} {
		if _, ok := set["tun-"+sum]; ok {
			t.checksum = sum
		}
	}
	if s.tunnel != nil {
		if *s.tunnel != t {
			b.Set(at, "active", "0")
			m.Note(at, "a virtual of lvs.cf has one kind of tunnel, that of its first server: this one is switched off")
		}
		return
	}
	s.tunnel = &t
	if t.kind != "ipip" {
		s.block.Set(at, "tunnel", t.kind)
	}
	if t.port != "" {
		s.block.Set(at, "tunnel_port", t.port)
	}
	if t.checksum != "none" {
		s.block.Set(at, "tunnel_checksum", t.checksum)
	}
}

// flags reads the flags of b's scheduler, as sh-fallback,sh-port or flag-1.
func (m *importer) flags(at draft.Source, b *draft.Block, list string) {
	var words []string
	for w := range strings.SplitSeq(list, ",") {
		switch w {
		case "sh-fallback", "mh-fallback":
			words = append(words, "fallback")
		case "sh-port", "mh-port":
			words = append(words, "port")
		case "flag-1", "flag-2", "flag-3":
			words = append(words, strings.Replace(w, "-", "", 1))
		default:
			m.Note(at, fmt.Sprintf("lvs.cf has no flag %q of a scheduler", w))
		}
	}
	if len(words) > 0 {
		b.Set(at, "scheduler_flags", words...)
	}
}
