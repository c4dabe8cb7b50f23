package firewall

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// hushTable keeps refusals back, apart from the other tables.
const hushTable = "pacu_hush"

// hushFor ends a hush whose maker did not live to end it.
const hushFor = 4 * time.Second

// Hush keeps this machine's own network stack from refusing, from these
// addresses, packets of connections that it does not know: TCP resets that
// answer a packet other than the first of a connection (RFC 9293, 3.10.7.1:
// they have no ACK), and the ports that ICMP says to be unreachable. A router
// that is taking over learns of connections in a moment, and a packet that
// vanishes until then comes again; a refusal would end its connection. What
// real servers refuse passes, and so do refusals of new connections. Hush takes
// the place of the one before; without an Unhush it ends after 4 seconds. Intact
// has no eye on it; Remove ends it. The errors are those of Replace.
func (c *Conn) Hush(addresses []netip.Addr) error {
	made, err := buildHush(addresses)
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return c.aside(hushTable, made)
}

// Unhush ends what Hush began. It is not an error when there is nothing to
// end, nor when the kernel has no nftables.
func (c *Conn) Unhush() error { return c.dismiss(hushTable) }

func buildHush(addresses []netip.Addr) ([]message, error) {
	for _, a := range addresses {
		if err := checkAddr(a); err != nil {
			return nil, fmt.Errorf("hush of %s: %w", a, err)
		}
	}
	b := batch{
		chains: []chain{
			{name: "output", kind: "filter", hook: unix.NF_INET_LOCAL_OUT, priority: priorityFilter},
			{name: "refusals"},
		},
		rules: []rule{
			backtalk(unix.IPPROTO_TCP, 13, []byte{0x14}, []byte{0x04}), // RST without ACK, RFC 9293 3.1
			backtalk(unix.IPPROTO_ICMP, 0, nil, []byte{3, 3}),          // port unreachable, RFC 792
			backtalk(unix.IPPROTO_ICMPV6, 0, nil, []byte{1, 4}),        // port unreachable, RFC 4443 3.1
		},
	}
	for _, v := range []version{v4, v6} {
		from := set{name: "from" + v.suffix, key: []datatype{v.addr}, timeout: hushFor}
		for _, a := range addresses {
			if v.of(a) {
				from.elements = append(from.elements, element{key: a.AsSlice()})
			}
		}
		// The source stands before the destination in either header.
		source := v.offset - uint32(v.addr.bytes)
		b.use(from, "refusals", append(v.only(),
			loadPayload(unix.NFT_PAYLOAD_NETWORK_HEADER, source, uint32(v.addr.bytes), firstRegister),
			lookup(from.name, firstRegister), judge(verdictDrop, "")))
	}
	return b.messages(hushTable)
}

// backtalk sends packets of proto on whose bytes at offset, masked, are value.
func backtalk(proto byte, offset uint32, bits, value []byte) rule {
	steps := []expression{
		loadMeta(unix.NFT_META_L4PROTO, firstRegister), compare(firstRegister, unix.NFT_CMP_EQ, []byte{proto}),
		loadPayload(unix.NFT_PAYLOAD_TRANSPORT_HEADER, offset, uint32(len(value)), firstRegister),
	}
	if bits != nil {
		steps = append(steps, mask(firstRegister, bits))
	}
	return rule{"output", append(steps, compare(firstRegister, unix.NFT_CMP_EQ, value), judge(unix.NFT_GOTO, "refusals"))}
}
