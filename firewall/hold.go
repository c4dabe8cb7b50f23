package firewall

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// holdTable holds openings, apart from the table that Replace is about.
const holdTable = "pacu_hold"

// holdsFor ends a hold that its holder did not live to release.
const holdsFor = 10 * time.Second

// Priorities of the hooks next before IPVS: marks were made, and destinations
// are the service's.
const (
	priorityBeforeIPVSIn  = 97  // NF_IP_PRI_NAT_SRC - 3
	priorityBeforeIPVSOut = -99 // NF_IP_PRI_NAT_DST + 1
)

// A Hold keeps connections to a service from being opened.
type Hold struct {
	Name     string     // of the virtual server, a comment in the kernel
	Addr     netip.Addr // the VIP
	Protocol uint8      // IPPROTO_TCP or IPPROTO_SCTP
	Port     uint16     // of the VIP; 0 is every port
	// FWMark, when it is not 0, is what tells the packets, of Addr's family:
	// Addr itself, Protocol and Port mean nothing.
	FWMark uint32
}

func (h Hold) check() error {
	if err := checkAddr(h.Addr); err != nil {
		return fmt.Errorf("hold of %q: %w", h.Name, err)
	}
	if h.FWMark == 0 && h.Protocol != unix.IPPROTO_TCP && h.Protocol != unix.IPPROTO_SCTP {
		return invalid("hold of %q: protocol %s cannot be held", h.Name, protocolName(h.Protocol))
	}
	return nil
}

// Hold lets the first packets of new TCP connections and SCTP associations
// to the services vanish until Release, in place of what was held before.
// Clients send theirs again after a second or more, so none of them is refused
// for what is done to the services meanwhile. Without a Release it ends after 10
// seconds. Intact has no eye on it; Replace and Remove end it. The errors are
// those of Replace.
func (c *Conn) Hold(holds []Hold) error {
	made, err := buildHolds(holds)
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return c.aside(holdTable, made)
}

// Release ends what Hold began. It is not an error when nothing is held, nor
// when the kernel has no nftables.
func (c *Conn) Release() error { return c.dismiss(holdTable) }

// buildHolds turns holds into the messages that make a table of them. If they
// make no sense, the error matches os.ErrInvalid.
func buildHolds(holds []Hold) ([]message, error) {
	for _, h := range holds {
		if err := h.check(); err != nil {
			return nil, err
		}
	}
	b := batch{chains: []chain{
		{name: "input", kind: "filter", hook: unix.NF_INET_LOCAL_IN, priority: priorityBeforeIPVSIn},
		{name: "output", kind: "filter", hook: unix.NF_INET_LOCAL_OUT, priority: priorityBeforeIPVSOut},
		{name: "openings"},
		{name: "held"},
	}}
	for _, from := range []string{"input", "output"} {
		b.rules = append(b.rules, rule{from, []expression{judge(unix.NFT_JUMP, "openings")}})
	}
	b.rules = append(b.rules, opening(unix.IPPROTO_TCP, 13, 0x12, 0x02), // SYN without ACK, RFC 9293 3.1
		opening(unix.IPPROTO_SCTP, 12, 0xff, 1)) // an INIT chunk, RFC 9260 3.3.2
	for _, v := range []version{v4, v6} {
		every := set{name: "all" + v.suffix, key: []datatype{v.addr, inetProto}, timeout: holdsFor}
		ports := set{name: "ports" + v.suffix, key: []datatype{v.addr, inetProto, inetService}, timeout: holdsFor}
		marks := set{name: "marks" + v.suffix, key: []datatype{markType}, timeout: holdsFor}
		for _, h := range holds {
			if !v.of(h.Addr) {
				continue
			}
			e := element{key: append(h.Addr.AsSlice(), h.Protocol, 0, 0, 0), comment: h.Name}
			switch {
			case h.FWMark != 0:
				e.key = nativeUint32(nil, h.FWMark)
				marks.elements = append(marks.elements, e)
			case h.Port != 0:
				e.key = appendPort(e.key, h.Port)
				ports.elements = append(ports.elements, e)
			default:
				every.elements = append(every.elements, e)
			}
		}
		addr, proto, port := v.registers()
		drop := judge(verdictDrop, "")
		to := append(v.only(),
			loadPayload(unix.NFT_PAYLOAD_NETWORK_HEADER, v.offset, uint32(v.addr.bytes), addr),
			loadMeta(unix.NFT_META_L4PROTO, proto))
		b.use(every, "held", append(to[:len(to):len(to)], lookup(every.name, addr), drop))
		b.use(ports, "held", append(to[:len(to):len(to)],
			loadPayload(unix.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, port), lookup(ports.name, addr), drop))
		b.use(marks, "held", append(v.only(),
			loadMeta(unix.NFT_META_MARK, firstRegister), lookup(marks.name, firstRegister), drop))
	}
	return b.messages(holdTable)
}

// opening sends packets of proto on whose byte at offset, masked, is value.
func opening(proto byte, offset uint32, bits, value byte) rule {
	return rule{"openings", []expression{
		loadMeta(unix.NFT_META_L4PROTO, firstRegister), compare(firstRegister, unix.NFT_CMP_EQ, []byte{proto}),
		loadPayload(unix.NFT_PAYLOAD_TRANSPORT_HEADER, offset, 1, firstRegister), mask(firstRegister, []byte{bits}),
		compare(firstRegister, unix.NFT_CMP_EQ, []byte{value}), judge(unix.NFT_GOTO, "held"),
	}}
}
