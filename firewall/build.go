package firewall

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

var networkOrder = binary.BigEndian

// nativeUint32 appends n as the processor holds it, as marks are compared.
func nativeUint32(b []byte, n uint32) []byte { return binary.NativeEndian.AppendUint32(b, n) }

// A version is what differs between the address families.
type version struct {
	suffix   string // of the names of maps
	proto    byte   // NFPROTO_*
	addr     datatype
	offset   uint32 // of the destination in the header
	original uint32 // NFT_CT_*, the destination of a connection
}

var (
	v4 = version{"4", unix.NFPROTO_IPV4, ipv4Addr, 16, unix.NFT_CT_DST_IP}
	v6 = version{"6", unix.NFPROTO_IPV6, ipv6Addr, 24, unix.NFT_CT_DST_IP6}
)

func (v version) of(a netip.Addr) bool { return a.BitLen() == 8*v.addr.bytes }

// only ends a rule for packets of the other family.
func (v version) only() []expression {
	return []expression{loadMeta(unix.NFT_META_NFPROTO, firstRegister), compare(firstRegister, unix.NFT_CMP_EQ, []byte{v.proto})}
}

// registers are where the parts of a key go: address, protocol, port.
func (v version) registers() (addr, proto, port uint32) {
	addr = firstRegister
	proto = addr + uint32(v.addr.bytes/4)
	return addr, proto, proto + 1
}

// A batch collects what the table shall be.
type batch struct {
	chains []chain
	sets   []set
	rules  []rule
	pools  map[string]string // the chain of a pool, by its ranges
	ranged int               // pools that have ranges
}

// build turns a ruleset into the messages that make a table of it, which is
// not there before. If the ruleset makes no sense, the error matches
// os.ErrInvalid.
func build(r Ruleset, table string) ([]message, error) {
	marked, err := targets(r.Marks)
	if err != nil {
		return nil, err
	}
	nats, err := sourceNATs(r.SourceNATs)
	if err != nil {
		return nil, err
	}
	b := batch{pools: map[string]string{}}
	if len(marked) > 0 {
		b.marks(marked)
	}
	if len(nats) > 0 {
		b.nats(nats)
	}
	return b.messages(table)
}

// marks makes one chain that marks packets that arrive, and this machine's
// own, before IPVS sees them.
func (b *batch) marks(marked []target) {
	b.chains = append(b.chains,
		chain{name: "marks"},
		chain{name: "prerouting", kind: "filter", hook: unix.NF_INET_PRE_ROUTING, priority: priorityMangle},
		chain{name: "output", kind: "route", hook: unix.NF_INET_LOCAL_OUT, priority: priorityMangle})
	for _, from := range []string{"prerouting", "output"} {
		b.rules = append(b.rules, rule{from, []expression{judge(unix.NFT_JUMP, "marks")}})
	}
	for _, v := range []version{v4, v6} {
		// All ports come first, so that what is said of some of them counts.
		every := set{name: "all" + v.suffix, key: []datatype{v.addr, inetProto}, value: &markType}
		ranges := set{name: "ranges" + v.suffix, key: []datatype{v.addr, inetProto, inetService}, value: &markType, interval: true}
		single := set{name: "ports" + v.suffix, key: ranges.key, value: &markType}
		for _, t := range marked {
			if !v.of(t.addr) {
				continue
			}
			e := element{key: append(t.addr.AsSlice(), t.proto, 0, 0, 0), mark: nativeUint32(nil, t.mark), comment: t.name}
			switch {
			case t.ports.all():
				every.elements = append(every.elements, e)
			case t.ports.First == t.ports.Last:
				e.key = appendPort(e.key, t.ports.First)
				single.elements = append(single.elements, e)
			default:
				e.key, e.end = appendPort(e.key, t.ports.First), appendPort(e.key, t.ports.Last)
				ranges.elements = append(ranges.elements, e)
			}
		}
		addr, proto, port := v.registers()
		for _, s := range []set{every, ranges, single} {
			steps := append(v.only(),
				loadPayload(unix.NFT_PAYLOAD_NETWORK_HEADER, v.offset, uint32(v.addr.bytes), addr),
				loadMeta(unix.NFT_META_L4PROTO, proto))
			if len(s.key) == 3 {
				steps = append(steps, loadPayload(unix.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, port))
			}
			b.use(s, "marks", append(steps, lookupIn(s.name, addr, unix.NFT_REG_1), setMark(unix.NFT_REG_1)))
		}
	}
}

// nats makes one chain that sends the first packet of a connection to the
// chain of its pool. What goes to a VIP has not been through IPVS: this router
// passes it on to its partner.
func (b *batch) nats(nats []SourceNAT) {
	b.chains = append(b.chains, chain{name: "postrouting", kind: "nat", hook: unix.NF_INET_POST_ROUTING, priority: prioritySourceNAT})
	for _, v := range []version{v4, v6} {
		vips := set{name: "vips" + v.suffix, key: []datatype{v.addr}}
		ports := set{name: "nat_ports" + v.suffix, key: []datatype{v.addr, inetProto, inetService}, value: &verdictType}
		every := set{name: "nat_all" + v.suffix, key: ports.key[:2], value: &verdictType}
		marks := set{name: "nat_marks" + v.suffix, key: []datatype{markType}, value: &verdictType}
		var seen []netip.Addr
		for _, n := range nats {
			if !v.of(n.Addr) {
				continue
			}
			seen = append(seen, n.Addr)
			e := element{key: append(n.Addr.AsSlice(), n.Protocol, 0, 0, 0), chain: b.pool(v, n.Pool), comment: n.Name}
			switch {
			case n.FWMark != 0:
				e.key = nativeUint32(nil, n.FWMark)
				marks.elements = append(marks.elements, e)
			case n.Port != 0:
				e.key = appendPort(e.key, n.Port)
				ports.elements = append(ports.elements, e)
			default:
				every.elements = append(every.elements, e)
			}
		}
		slices.SortFunc(seen, netip.Addr.Compare)
		for _, a := range slices.Compact(seen) {
			vips.elements = append(vips.elements, element{key: a.AsSlice()})
		}
		addr, proto, port := v.registers()
		b.use(vips, "postrouting", append(v.only(),
			loadPayload(unix.NFT_PAYLOAD_NETWORK_HEADER, v.offset, uint32(v.addr.bytes), addr),
			lookup(vips.name, addr), judge(unix.NFT_RETURN, "")))
		original := append(v.only(), loadOriginal(v.original, addr), loadMeta(unix.NFT_META_L4PROTO, proto))
		b.use(ports, "postrouting", append(slices.Clone(original),
			loadOriginal(unix.NFT_CT_PROTO_DST, port), lookupIn(ports.name, addr, verdictRegister)))
		b.use(every, "postrouting", append(original, lookupIn(every.name, addr, verdictRegister)))
		b.use(marks, "postrouting", append(v.only(),
			loadMeta(unix.NFT_META_MARK, firstRegister), lookupIn(marks.name, firstRegister, verdictRegister)))
	}
}

// pool is the chain that gives a connection an address of the ranges.
func (b *batch) pool(v version, ranges []AddrRange) string {
	what := fmt.Sprint(ranges)
	if name, ok := b.pools[what]; ok {
		return name
	}
	b.ranged += min(len(ranges), 1)
	name := "pool" + strconv.Itoa(b.ranged)
	if len(ranges) == 0 {
		name = "own_address"
		b.rules = append(b.rules, rule{name, []expression{masquerade()}})
	}
	b.pools[what] = name
	b.chains = append(b.chains, chain{name: name})
	for i, share := range shares(ranges) {
		var steps []expression
		if i < len(ranges)-1 {
			steps = append(steps, loadMeta(unix.NFT_META_PRANDOM, firstRegister),
				compare(firstRegister, unix.NFT_CMP_LT, networkOrder.AppendUint32(nil, share)))
		}
		steps = append(steps, load(ranges[i].First.AsSlice(), firstRegister))
		last := uint32(firstRegister)
		if ranges[i].Last != ranges[i].First {
			last = secondRegister
			steps = append(steps, load(ranges[i].Last.AsSlice(), last))
		}
		b.rules = append(b.rules, rule{name, append(steps, translate(uint32(v.proto), firstRegister, last))})
	}
	return name
}

// use adds a set and the rule that looks into it, unless it is empty.
func (b *batch) use(s set, chain string, steps []expression) {
	if len(s.elements) == 0 {
		return
	}
	s.id = uint32(len(b.sets) + 1)
	b.sets = append(b.sets, s)
	b.rules = append(b.rules, rule{chain, steps})
}

// messages is the batch in the order that the kernel wants: chains before the
// elements and rules that go to them, sets before the rules that look there.
func (b *batch) messages(table string) ([]message, error) {
	first, err := newTable(table)
	if err != nil {
		return nil, err
	}
	out := []message{first}
	for _, c := range b.chains {
		m, err := c.message(table)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	for _, s := range b.sets {
		m, err := s.message(table)
		if err != nil {
			return nil, err
		}
		fill, err := s.fill(table)
		if err != nil {
			return nil, err
		}
		out = append(append(out, m), fill...)
	}
	for _, r := range b.rules {
		m, err := r.message(table)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Priorities of linux/netfilter_ipv4.h. IPVS comes after both: at 98 of the
// input hook, at -98 of the output hook.
const (
	priorityMangle    = -150 // NF_IP_PRI_MANGLE
	priorityFilter    = 0    // NF_IP_PRI_FILTER
	prioritySourceNAT = 100  // NF_IP_PRI_NAT_SRC
)

func appendPort(key []byte, port uint16) []byte {
	return append(networkOrder.AppendUint16(slices.Clone(key), port), 0, 0)
}
