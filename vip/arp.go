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
	if operation == arpReply {
		return arpPacket(operation, mac, ip, mac, ip)
	}
	return arpPacket(operation, mac, ip, nil, ip)
}

// arpPacket is the body of an ARP packet (RFC 826). An unknown target hardware
// address is nil, and zero in the packet.
func arpPacket(operation uint16, mac net.HardwareAddr, ip netip.Addr, targetMAC net.HardwareAddr, target netip.Addr) []byte {
	b := make([]byte, arpBytes)
	binary.BigEndian.PutUint16(b[0:], 1)      // hardware: Ethernet
	binary.BigEndian.PutUint16(b[2:], 0x0800) // protocol: IPv4
	b[4], b[5] = 6, 4                         // lengths of their addresses
	binary.BigEndian.PutUint16(b[6:], operation)
	copy(b[8:14], mac)
	copy(b[14:18], ip.AsSlice())
	copy(b[18:24], targetMAC)
	copy(b[24:28], target.AsSlice())
	return b
}
