package draft

import (
	"fmt"
	"net/netip"
)

// A Vote is the forwarding method that a virtual or a server has in the source.
type Vote struct {
	At      Source
	Block   *Block
	Forward string // nat, direct, tunnel; else one that lvs.cf does not have
}

// Network sets the one forwarding method that lvs.cf has to that of most
// votes, and returns it. Blocks with another are switched off.
func (d *Draft) Network(votes []Vote) string {
	count := make(map[string]int)
	for _, v := range votes {
		count[v.Forward]++
	}
	network := "nat"
	for _, f := range []string{"direct", "tunnel"} {
		if count[f] > count[network] {
			network = f
		}
	}
	var first Source
	for _, v := range votes {
		switch {
		case v.Forward != network:
			v.Block.Set(v.At, "active", "0")
			d.Note(v.At, fmt.Sprintf("lvs.cf has one network for all virtual servers, %s here: what has another is switched off", network))
		case first.Line == 0:
			first = v.At
		}
	}
	d.Global().Set(first, "network", network)
	return network
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
