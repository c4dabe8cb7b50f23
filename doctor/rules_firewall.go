package doctor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"pacu/doctor/nft"
	"pacu/lvscf"
)

// consolePort is lvsgui's.
const consolePort = 3636

// firewallRules judge whether packet filters stop what the routers need.
func firewallRules(f *Facts, to *Findings) {
	if len(f.LegacyTables) > 0 {
		to.add(Hint, "iptables-legacy", "it has tables: "+strings.Join(f.LegacyTables, ", "), "its rules may drop what the routers need, and are not read here",
			"iptables-legacy-save; better move them to nftables")
	}
	if f.Firewall == nil || f.Config == nil {
		return
	}
	f.heartbeatRules(to)
	if f.Boot.Enabled["lvsgui"] || f.Pulse != nil {
		p := nft.Packet{Hook: unix.NF_INET_LOCAL_IN, Protocol: unix.IPPROTO_TCP, Port: consolePort, New: true}
		if own, _ := f.routers(); len(own) > 0 {
			p.To = own[0]
			f.enters(&p, own[0])
			f.tell(to, p, "console", "operators' browsers do not reach the console", true)
		}
	}
	f.serviceRules(to)
}

// enters notes by which interface a packet to an own address comes in.
func (f *Facts) enters(p *nft.Packet, own netip.Addr) {
	for _, h := range f.held(own) {
		p.In = h.Interface
	}
	f.number(p)
}

func (f *Facts) number(p *nft.Packet) {
	if l, ok := f.link(p.In); ok {
		p.InIndex = uint32(l.Index)
	}
}

// heartbeatRules judge the way of heartbeats in and out.
func (f *Facts) heartbeatRules(to *Findings) {
	own, partner := f.routers()
	if !f.Config.BackupActive {
		return
	}
	port := f.Config.HeartbeatPort
	for i := range min(len(own), len(partner)) {
		in := nft.Packet{Hook: unix.NF_INET_LOCAL_IN, Protocol: unix.IPPROTO_UDP, From: partner[i], To: own[i], FromPort: port, Port: port}
		f.enters(&in, own[i])
		f.tell(to, in, "heartbeats from "+partner[i].String(), "the routers do not hear each other, and both serve", false)
		out := nft.Packet{Hook: unix.NF_INET_LOCAL_OUT, Protocol: unix.IPPROTO_UDP, From: own[i], To: partner[i], FromPort: port, Port: port}
		f.tell(to, out, "heartbeats to "+partner[i].String(), "the routers do not hear each other, and both serve", false)
	}
}

// serviceRules judge the way of clients to the VIPs, and of answers with nat
// back. IPVS takes packets at the input hook, after the filters.
func (f *Facts) serviceRules(to *Findings) {
	device := map[netip.Addr]string{}
	for _, fl := range f.floatings() {
		device[fl.addr] = fl.iface
	}
	first := map[string]realServer{} // of each virtual: the others are alike
	for _, rs := range f.realServers() {
		if _, known := first[rs.virtual.Name]; !known && len(f.held(rs.addr)) == 0 {
			first[rs.virtual.Name] = rs
		}
	}
	for _, v := range f.virtuals() {
		if rs, ok := first[v.Name]; ok && v.Forward == lvscf.NAT {
			f.wayBack(rs, to)
		}
		if v.FWMark != 0 && v.Ports == nil || !v.VIP.Addr.IsValid() {
			continue // which packets those are, only the marks' author knows
		}
		ports := []uint16{v.Port}
		if v.Ports != nil {
			ports = nil
			for _, r := range v.Ports {
				ports = append(ports, r.First)
			}
		}
		for _, proto := range protocols(v.Protocol) {
			for _, port := range ports {
				p := nft.Packet{Hook: unix.NF_INET_LOCAL_IN, Protocol: proto, To: v.VIP.Addr, Port: port, New: true, In: device[v.VIP.Addr]}
				f.number(&p)
				f.tell(to, p, "virtual "+v.Name, "clients get no answer", false)
			}
		}
	}
}

// wayBack judges the answers of a real server behind nat, which are forwarded.
func (f *Facts) wayBack(rs realServer, to *Findings) {
	p := nft.Packet{Hook: unix.NF_INET_FORWARD, Protocol: protocols(rs.virtual.Protocol)[0], From: rs.addr, FromPort: rs.server.Port}
	_, p.In, _ = f.onLink(rs.addr)
	f.number(&p)
	if got, where := f.Firewall.Judge(p); got == nft.Drops {
		to.add(Error, "virtual "+rs.virtual.Name, fmt.Sprintf("answers of real server %s are dropped by %s", rs.server.Name, where), "clients get no answer",
			fmt.Sprintf("nft insert rule %s %s saddr %s accept", chainOf(where), family(rs.addr), rs.addr))
	}
}

func protocols(word string) []uint8 {
	var all []uint8
	for name, number := range map[string]uint8{"tcp": unix.IPPROTO_TCP, "udp": unix.IPPROTO_UDP, "sctp": unix.IPPROTO_SCTP} {
		if slices.Contains(strings.Split(word, "+"), name) {
			all = append(all, number)
		}
	}
	slices.Sort(all)
	if all == nil {
		return []uint8{unix.IPPROTO_TCP}
	}
	return all
}

func protocolName(p uint8) string {
	return map[uint8]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp", unix.IPPROTO_SCTP: "sctp"}[p]
}

func family(a netip.Addr) string {
	if a.Is6() {
		return "ip6"
	}
	return "ip"
}

// tell judges a packet and tells of it.
func (f *Facts) tell(to *Findings, p nft.Packet, object, why string, soft bool) {
	got, where := f.Firewall.Judge(p)
	if got != nft.Drops && got != nft.MayDrop {
		return
	}
	what := fmt.Sprintf("%s port %d", protocolName(p.Protocol), p.Port)
	if p.Hook == unix.NF_INET_LOCAL_OUT {
		what += " to " + p.To.String()
	}
	fix := fmt.Sprintf("nft insert rule %s %s dport %d accept", chainOf(where), protocolName(p.Protocol), p.Port)
	s := Error
	switch {
	case got == nft.MayDrop:
		s, what = Warning, what+" may be dropped by "+where
	default:
		what += " is dropped by " + where
	}
	if soft && s == Error {
		s = Warning
	}
	to.add(s, object, what, why, fix+", and in the system's firewall set-up")
}

// chainOf is the chain that a place names, as nft wants it.
func chainOf(where string) string {
	_, chain, _ := strings.Cut(where, "chain ")
	chain, _, _ = strings.Cut(chain, ",")
	return chain
}

// markRules find virtuals by mark whose mark nobody sets.
func markRules(f *Facts, to *Findings) {
	if f.Firewall == nil {
		return
	}
	marks, unread := f.Firewall.Marks()
	for _, v := range f.virtuals() {
		if v.FWMark == 0 || v.Ports != nil || slices.Contains(marks, v.FWMark) {
			continue
		}
		fix := fmt.Sprintf("lvs.cf: ports = %d in virtual %s, and pulse marks the packets itself", v.Port, v.Name)
		what := fmt.Sprintf("no rule gives packets the mark %d", v.FWMark)
		if unread || len(f.LegacyTables) > 0 {
			to.add(Hint, "virtual "+v.Name, what+" that could be read here", "without the mark no packet comes to the service", fix)
			continue
		}
		to.add(Error, "virtual "+v.Name, what, "no packet comes to the service", fix)
	}
}
