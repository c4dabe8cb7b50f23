package vip

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// ARP operations (RFC 826).
const (
	arpRequest = 1
	arpReply   = 2
)

// arpBytes is the length of an ARP packet for IPv4 over Ethernet.
const arpBytes = 28

// gratuitousARP is the body of an ARP packet in which mac tells everyone that
// it has ip: sender and target address are both ip.
//
// The request is RFC 5227's announcement, with an empty target hardware
// address. Some switches and routers believe only replies; in these the target
// hardware address is the sender's, as Linux asks of a gratuitous one
// (arp_is_garp in net/ipv4/arp.c).
func gratuitousARP(operation uint16, mac net.HardwareAddr, ip netip.Addr) []byte {
	addr := ip.As4()
	b := make([]byte, 0, arpBytes)
	b = binary.BigEndian.AppendUint16(b, 1)      // hardware: Ethernet
	b = binary.BigEndian.AppendUint16(b, 0x0800) // protocol: IPv4
	b = append(b, 6, 4)                          // lengths of their addresses
	b = binary.BigEndian.AppendUint16(b, operation)
	b = append(b, mac...)
	b = append(b, addr[:]...)
	if operation == arpReply {
		b = append(b, mac...)
	} else {
		b = append(b, make([]byte, 6)...)
	}
	return append(b, addr[:]...)
}
