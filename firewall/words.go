package firewall

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Words is the ruleset as rules of nft(8), one a line, in an order that does
// not depend on that of the ruleset. The kernel's table says the same with
// maps. What makes no sense is left out, as Replace refuses it.
func (r Ruleset) Words() []string {
	var lines []string
	for _, m := range r.Marks {
		if m.check() == nil {
			lines = append(lines, m.words())
		}
	}
	slices.Sort(lines)
	nats := slices.Clone(r.SourceNATs)
	slices.SortStableFunc(nats, func(a, b SourceNAT) int {
		return cmp.Or(cmp.Compare(a.FWMark, b.FWMark), a.Addr.Compare(b.Addr),
			cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Name, b.Name))
	})
	for _, s := range nats {
		if s.check() == nil {
			lines = append(lines, s.words()...)
		}
	}
	return lines
}

func (m Mark) words() string {
	protos := slices.Clone(m.Protocols)
	slices.Sort(protos)
	var names, ports []string
	for _, p := range slices.Compact(protos) {
		names = append(names, protocolName(p))
	}
	all := false
	ranges := slices.Clone(m.Ports)
	slices.SortFunc(ranges, func(a, b PortRange) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
	})
	for _, p := range ranges {
		all = all || p.all()
		ports = append(ports, p.String())
	}
	line := family(m.Addr) + " daddr " + m.Addr.String() + " meta l4proto " + choice(names)
	if !all {
		line += " th dport " + choice(ports)
	}
	return line + fmt.Sprintf(" meta mark set %d", m.Mark) + comment(m.Name)
}

// words is a line, or one for each range of the pool after the first has had
// its share of the connections.
func (s SourceNAT) words() []string {
	fam := family(s.Addr)
	match := "ct original " + fam + " daddr " + s.Addr.String() + " meta l4proto " + protocolName(s.Protocol)
	switch {
	case s.FWMark != 0:
		match = "meta nfproto " + nfproto(s.Addr) + " meta mark " + strconv.FormatUint(uint64(s.FWMark), 10)
	case s.Port != 0:
		match += " ct original proto-dst " + strconv.Itoa(int(s.Port))
	}
	pool := s.pool()
	if len(pool) == 0 {
		return []string{match + " masquerade" + comment(s.Name)}
	}
	var lines []string
	for i, share := range shares(pool) {
		line := match
		if i < len(pool)-1 {
			line += fmt.Sprintf(" meta random < %d", share)
		}
		lines = append(lines, line+" snat "+fam+" to "+pool[i].String()+comment(s.Name))
	}
	return lines
}

// choice is one word, or several as a set of nft's.
func choice(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return "{ " + strings.Join(words, ", ") + " }"
}

func comment(name string) string {
	if name == "" {
		return ""
	}
	return ` comment "` + commentText(name) + `"`
}

// maxComment is nft's NFTNL_UDATA_COMMENT_MAXLEN, less the byte that ends it.
const maxComment = 127

// commentText is the name as nft can print and read it: it knows no escapes.
func commentText(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	if len(name) > maxComment {
		name = strings.ToValidUTF8(name[:maxComment], "")
	}
	return name
}

func protocolName(proto uint8) string {
	switch proto {
	case unix.IPPROTO_TCP:
		return "tcp"
	case unix.IPPROTO_UDP:
		return "udp"
	case unix.IPPROTO_SCTP:
		return "sctp"
	}
	return strconv.Itoa(int(proto))
}

// family is the address family as nft names its header.
func family(a netip.Addr) string {
	if a.Is4() {
		return "ip"
	}
	return "ip6"
}

func nfproto(a netip.Addr) string {
	if a.Is4() {
		return "ipv4"
	}
	return "ipv6"
}
