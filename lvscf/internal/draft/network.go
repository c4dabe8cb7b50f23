package draft

import (
	"fmt"
	"net/netip"
)

// A Vote is the forwarding method that a virtual or a server has in the source.
type Vote struct {
	At      Source
	Virtual *Block
	Server  *Block // nil: the vote is that of Virtual itself
	Forward string // nat, direct, tunnel, fullnat; else one that lvs.cf does not have
}

// Network sets the forwarding method of the file to that of most votes, and
// returns it. A virtual of which most votes are for another gets that; what
// goes against its virtual, or has a method that lvs.cf does not, is switched
// off.
func (d *Draft) Network(votes []Vote) string {
	all := make(ballot)
	each := make(map[*Block]ballot)
	for _, v := range votes {
		all[v.Forward]++
		if each[v.Virtual] == nil {
			each[v.Virtual] = make(ballot)
		}
		each[v.Virtual][v.Forward]++
	}
	network := all.winner("nat")
	var first Source
	for _, v := range votes {
		forward := each[v.Virtual].winner(network)
		switch {
		case v.Forward != forward && v.Server != nil:
			v.Server.Set(v.At, "active", "0")
			d.Note(v.At, fmt.Sprintf("a virtual of lvs.cf has one way to its servers, %s here: what has another is switched off", forward))
			continue
		case v.Forward != forward:
			v.Virtual.Set(v.At, "active", "0")
			d.Note(v.At, "the virtual is switched off: write its forward")
			continue
		case forward != network:
			v.Virtual.Set(v.At, "forward", forward)
		case first.Line == 0:
			first = v.At
		}
	}
	d.Global().Set(first, "network", network)
	return network
}

// A ballot counts votes.
type ballot map[string]int

// winner is the method with most votes; home wins over equals.
func (b ballot) winner(home string) string {
	best := home
	for _, f := range []string{"nat", "direct", "tunnel", "fullnat"} {
		if b[f] > b[best] {
			best = f
		}
	}
	return best
}

// Forward is the forwarding method that b, a virtual, has after Network.
func (b *Block) Forward() string {
	if f := b.Get("forward"); f != nil {
		return f[0]
	}
	if f := b.draft.Global().Get("network"); f != nil {
		return f[0]
	}
	return "nat"
}

// EveryPort makes b, a virtual with an address, take every port of that, as a
// service of the kernel does that has none.
func (d *Draft) EveryPort(at Source, b *Block) {
	b.Set(at, "ports", "all")
	d.every = append(d.every, b)
}

// leaveRest switches off the virtuals that take every port of an address of
// which others take some: in lvs.cf each port is of one virtual.
func (d *Draft) leaveRest() {
	type listener struct{ addr, protocol string }
	of := func(b *Block) listener {
		l := listener{protocol: "tcp"}
		if a := b.Get("address"); a != nil {
			l.addr = a[0]
		}
		if p := b.Get("protocol"); p != nil {
			l.protocol = p[0]
		}
		return l
	}
	count := make(map[listener]int)
	for _, s := range d.services {
		if s.kind == "virtual" && s.Get("fwmark") == nil {
			count[of(s)]++
		}
	}
	for _, b := range d.every {
		if count[of(b)] > 1 {
			b.Set(b.from, "active", "0")
			d.Note(b.from, "it takes the ports that other services of its address leave, and lvs.cf wants a list: the virtual is switched off until you write its ports")
		}
	}
	d.every = nil
}

// Place gives the virtual b an address on a label of eth0, for want of a known
// interface, and notes that.
func (d *Draft) Place(at Source, b *Block, addr netip.Addr) {
	if d.devices == nil {
		d.devices = make(map[netip.Addr]string)
	}
	dev := d.devices[addr]
	if dev == "" {
		dev = "eth0"
		if addr.Is4() {
			dev = fmt.Sprintf("eth0:%d", len(d.devices)+1)
		}
		d.devices[addr] = dev
		d.Note(at, fmt.Sprintf("the interface of the address is not known: write it, where %s is written", dev))
	}
	b.Set(at, "address", addr.String(), dev)
}
