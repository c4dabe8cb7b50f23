package scenario

import (
	"fmt"
	"net/netip"
)

// The networks.
const (
	public  = 1
	private = 2
	other   = 3
)

// The machines that are the same everywhere.
const (
	stranger  = 66
	beside    = 67
	client    = 100
	vip       = 200
	natRouter = 254
	gateway   = 253
)

// A family is IPv4 or IPv6: every scenario that can is played in both.
type family string

const (
	v4 family = "ipv4"
	v6 family = "ipv6"
)

var families = []family{v4, v6}

// addr is a machine's address in a network.
func (f family) addr(network, machine int) string {
	if f == v6 {
		return fmt.Sprintf("fd%02d::%d", network, machine)
	}
	return fmt.Sprintf("10.%d.0.%d", network, machine)
}

// prefix is addr with the length of the network's prefix.
func (f family) prefix(network, machine int) string {
	if f == v6 {
		return f.addr(network, machine) + "/64"
	}
	return f.addr(network, machine) + "/24"
}

// host is addr with the length of a host's prefix.
func (f family) host(network, machine int) string {
	return netip.PrefixFrom(f.ip(network, machine), f.bits()).String()
}

func (f family) bits() int {
	if f == v6 {
		return 128
	}
	return 32
}

func (f family) ip(network, machine int) netip.Addr {
	return netip.MustParseAddr(f.addr(network, machine))
}

// at is addr with a port, as ipvsadm -n writes it.
func (f family) at(network, machine int, port uint16) string {
	return netip.AddrPortFrom(f.ip(network, machine), port).String()
}

// mask is the netmask of a network in lvs.cf.
func (f family) mask() string {
	if f == v6 {
		return "64"
	}
	return "255.255.255.0"
}

// forwarding is the sysctl that makes a router of a machine.
func (f family) forwarding() string {
	if f == v6 {
		return "net.ipv6.conf.all.forwarding"
	}
	return "net.ipv4.ip_forward"
}
