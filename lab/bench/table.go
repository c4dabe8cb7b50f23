package bench

import (
	"bytes"
	"fmt"
	"net/netip"

	"pacu/ipvs"
)

// A table is what the systems are to bring into the kernel: so many virtuals
// that share so many servers evenly, on a few addresses. All virtuals have the
// same real servers.
type table struct {
	virtuals int
	servers  int  // of all virtuals together
	heavy    bool // one server in the middle has weight 2; all others have 1
	// addresses is how many floating addresses the virtuals share, in turn; 0
	// is one for each thousand of them.
	addresses int
}

// String is "4000x10", or "2277/37205" where they do not have the same number.
func (t table) String() string {
	if t.servers%t.virtuals == 0 {
		return fmt.Sprintf("%dx%d", t.virtuals, t.servers/t.virtuals)
	}
	return fmt.Sprintf("%d/%d", t.virtuals, t.servers)
}

// ports is how many virtuals share an address.
const ports = 1000

func (t table) vip(v int) netip.AddrPort {
	if t.addresses > 0 {
		return netip.AddrPortFrom(t.address(v%t.addresses), uint16(1000+v/t.addresses))
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 77, 0, byte(100 + v/ports)}), uint16(1000+v%ports))
}

// address is the i-th of the addresses.
func (t table) address(i int) netip.Addr {
	const each = 250
	return netip.AddrFrom4([4]byte{10, 77, byte(1 + i/each), byte(1 + i%each)})
}

// label is the number of a virtual's alias interface.
func (t table) label(v int) int {
	if t.addresses > 0 {
		return 1 + v%t.addresses
	}
	return 1 + v/ports
}

// count is how many servers virtual v has.
func (t table) count(v int) int {
	n := t.servers / t.virtuals
	if v < t.servers%t.virtuals {
		n++
	}
	return n
}

func (table) server(s int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 78, byte(s >> 8), byte(s)}).Next()
}

const serverPort = 80

// middle is the virtual and the server whose weight changes.
func (t table) middle() (v, s int) { return t.virtuals / 2, t.count(t.virtuals/2) / 2 }

func (t table) weight(v, s int) uint32 {
	if mv, ms := t.middle(); t.heavy && v == mv && s == ms {
		return 2
	}
	return 1
}

func (t table) key(v int) ipvs.Key {
	at := t.vip(v)
	return ipvs.Key{Protocol: ipvs.TCP, Addr: at.Addr(), Port: at.Port()}
}

// ops make the table with package ipvs.
func (t table) ops() []ipvs.Op {
	ops := make([]ipvs.Op, 0, t.virtuals+t.servers)
	for v := range t.virtuals {
		k := t.key(v)
		ops = append(ops, ipvs.AddService(ipvs.Service{Key: k, Scheduler: "wlc"}))
		for s := range t.count(v) {
			ops = append(ops, ipvs.AddDestination(k, ipvs.Destination{Addr: t.server(s), Port: serverPort, Weight: t.weight(v, s)}))
		}
	}
	return ops
}

// saved is the table as ipvsadm saves and restores it.
func (t table) saved() []byte {
	var b bytes.Buffer
	for v := range t.virtuals {
		fmt.Fprintf(&b, "-A -t %s -s wlc\n", t.vip(v))
		for s := range t.count(v) {
			fmt.Fprintf(&b, "-a -t %s -r %s:%d -m -w %d\n", t.vip(v), t.server(s), serverPort, t.weight(v, s))
		}
	}
	return b.Bytes()
}

// alone is the beginning of an lvs.cf of a router without a partner.
const alone = "serial_no = 1\nprimary = 10.77.0.1\nservice = lvs\nnetwork = nat\n"

// lvsFile is the table as an lvs.cf with that beginning. Nobody probes the
// servers.
func (t table) lvsFile(head string) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	for v := range t.virtuals {
		at := t.vip(v)
		fmt.Fprintf(&b, "virtual %s {\n     active = 1\n     address = %s eth0:%d\n     vip_nmask = 255.255.255.255\n     port = %d\n"+
			"     scheduler = wlc\n     protocol = tcp\n     check = none\n", virtualName(v), at.Addr(), t.label(v), at.Port())
		for s := range t.count(v) {
			fmt.Fprintf(&b, "     server %s {\n         address = %s\n         active = 1\n         port = %d\n         weight = %d\n     }\n", serverName(s), t.server(s), serverPort, t.weight(v, s))
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

// keepalivedFile is the table as a keepalived.conf without checkers.
func (t table) keepalivedFile() []byte {
	var b bytes.Buffer
	for v := range t.virtuals {
		at := t.vip(v)
		fmt.Fprintf(&b, "virtual_server %s %d {\n    delay_loop 6\n    lb_algo wlc\n    lb_kind NAT\n    protocol TCP\n", at.Addr(), at.Port())
		for s := range t.count(v) {
			fmt.Fprintf(&b, "    real_server %s %d {\n        weight %d\n    }\n", t.server(s), serverPort, t.weight(v, s))
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}
