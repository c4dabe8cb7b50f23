package ldirectord

import (
	"fmt"
	"net/netip"
	"strings"

	"pacu/lvscf/internal/draft"
)

var methods = map[string]string{"gate": "direct", "masq": "nat", "ipip": "tunnel"}

// real reads ADDRESS[->ADDRESS][:PORT] METHOD [WEIGHT] ["REQUEST", "RECEIVE"].
func (m *importer) real(v *virtual, l line) {
	rest, quoted, _ := strings.Cut(l.value, `"`)
	words := strings.Fields(rest)
	if len(words) == 0 {
		m.Note(l.at, "it names no server")
		return
	}
	if quoted != "" {
		v.pairs = append(v.pairs, l)
	}
	forward, weight := "", "1"
	for i, w := range words[1:] {
		switch {
		case i == 0:
			forward = methods[w]
		case i == 1:
			weight = w
		default:
			m.Note(l.at, fmt.Sprintf("%q is more than a server has", w))
		}
	}
	if forward == "" {
		m.Note(l.at, "it has no method: gate, masq or ipip")
	}
	for _, t := range m.span(l, words[0]) {
		b := v.block.Server(l.at, t.host)
		b.Set(l.at, "address", t.host)
		b.Set(l.at, "active", "1")
		switch {
		case t.port != "" && t.port != "0":
			b.Set(l.at, "port", t.port)
		case v.mark && forward == "nat":
			m.Note(l.at, "a server of lvs.cf has one port: all of the mark goes to it, 80 if you write no other")
		}
		b.Set(l.at, "weight", weight)
		m.votes = append(m.votes, draft.Vote{At: l.at, Virtual: v.block, Server: b, Forward: forward})
	}
}

// A target is where a real server listens.
type target struct{ host, port string }

// span are the servers of a range of addresses, or the one there is.
func (m *importer) span(l line, text string) []target {
	from, to, ranged := strings.Cut(text, "->")
	if !ranged {
		m.made++
		host, port := hostPort(text)
		return []target{{host, port}}
	}
	end, port := hostPort(to)
	a, err1 := netip.ParseAddr(from)
	z, err2 := netip.ParseAddr(end)
	if err1 != nil || err2 != nil || a.Is4() != z.Is4() || z.Less(a) {
		m.Note(l.at, "it is no range of addresses: it is not carried")
		return nil
	}
	var all []target
	for ; a.IsValid() && !z.Less(a); a = a.Next() {
		if m.made++; m.made > most {
			m.Note(l.at, fmt.Sprintf("with it the file would have more than %d servers: %s and those after it are not carried", most, a))
			break
		}
		all = append(all, target{a.String(), port})
	}
	return all
}
