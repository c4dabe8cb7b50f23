package keepalived

import (
	"net/netip"
	"slices"
	"strconv"
)

// addresses gives the virtuals their devices, and finds the NAT router among
// the addresses that none of them has.
func (m *importer) addresses() {
	labels := make(map[string]int)
	byAddr := make(map[netip.Addr]*floating)
	listens := make(map[netip.Addr]bool)
	for _, v := range m.virtuals {
		listens[v.addr] = true
	}
	for _, f := range m.floating {
		byAddr[f.addr] = f
		f.used = listens[f.addr]
	}
	router := m.router()
	only := m.only()
	for _, v := range m.virtuals {
		f := byAddr[v.addr]
		switch {
		case v.mark != "" && only != nil:
			f = only
		case v.mark != "":
			m.Note(v.block.From(), "which address belongs to the mark cannot be told: write 'address = ADDRESS DEVICE'")
			continue
		case f == nil:
			f = &floating{addr: v.addr, bits: -1, dev: "eth0"}
			byAddr[v.addr] = f
			m.Note(v.block.From(), "no VRRP instance has its address: write its interface, where eth0 is written")
		}
		at := v.block.From()
		if f.stmt != nil {
			at = f.stmt.at()
		}
		v.block.Set(at, "address", f.addr.String(), f.device(labels))
		if f.bits > 0 && f.bits < f.addr.BitLen() {
			v.block.Set(at, "vip_nmask", mask(f.addr, f.bits))
		}
	}
	if router != nil {
		g := m.Global()
		g.Set(router.stmt.at(), "nat_router", router.addr.String(), router.device(labels))
		if router.bits > 0 && router.bits < router.addr.BitLen() {
			g.Set(router.stmt.at(), "nat_nmask", mask(router.addr, router.bits))
		}
	}
	m.lonely(labels)
}

// router finds the gateway of the real servers: the one address that no
// virtual has and that is of a real server's network, or else on an interface
// of its own.
func (m *importer) router() *floating {
	if !slices.ContainsFunc(m.virtuals, func(v *virtual) bool { return v.block.Forward() == "nat" }) {
		return nil
	}
	vips := make(map[string]bool)
	for _, f := range m.floating {
		if f.used {
			vips[f.dev] = true
		}
	}
	served := m.served()
	var found *floating
	for _, f := range m.floating {
		if f.used || !(served[f.network()] || len(vips) > 0 && !vips[f.dev]) {
			continue
		}
		if found != nil {
			return nil
		}
		found = f
	}
	if found != nil {
		found.used = true
	}
	return found
}

// network is the network of f; it is not valid where f has none of its own.
func (f *floating) network() netip.Prefix {
	if f.bits <= 0 || f.bits == f.addr.BitLen() {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(f.addr, f.bits).Masked()
}

// served are the networks that real servers are in, of the sizes that the
// instances' addresses have.
func (m *importer) served() map[netip.Prefix]bool {
	sizes := make(map[int]bool)
	for _, f := range m.floating {
		if n := f.network(); n.IsValid() {
			sizes[n.Bits()] = true
		}
	}
	served := make(map[netip.Prefix]bool)
	for _, v := range m.virtuals {
		for _, s := range v.block.Servers() {
			a, err := netip.ParseAddr(s.Get("address")[0])
			if err != nil {
				continue
			}
			for bits := range sizes {
				if p, err := a.WithZone("").Prefix(bits); err == nil {
					served[p] = true
				}
			}
		}
	}
	return served
}

// only is the one address left, if virtuals of a firewall mark need one.
func (m *importer) only() *floating {
	var only *floating
	for _, f := range m.floating {
		if f.used {
			continue
		}
		if only != nil {
			return nil
		}
		only = f
	}
	for _, v := range m.virtuals {
		if v.mark != "" && only != nil {
			only.used = true
			return only
		}
	}
	return nil
}

// lonely carries the addresses without a virtual server: beside virtual
// servers not at all, else as failover services, switched off until somebody
// writes what they run.
func (m *importer) lonely(labels map[string]int) {
	if len(m.virtuals) > 0 {
		for _, f := range m.floating {
			if !f.used {
				m.Note(f.stmt.at(), "no virtual server has this address, and lvs.cf has no address without one")
			}
		}
		return
	}
	for _, f := range m.floating {
		at := f.stmt.at()
		m.Global().Set(at, "service", "fos")
		b := m.Service(at, "failover", f.addr.String())
		b.Set(at, "active", "0")
		b.Set(at, "address", f.addr.String(), f.device(labels))
		if f.bits > 0 && f.bits < f.addr.BitLen() {
			b.Set(at, "vip_nmask", mask(f.addr, f.bits))
		}
		m.Note(at, "it has no virtual server: it became a failover service, switched off until you write its port, start_cmd and stop_cmd")
	}
}

// device is the interface of f as its line has it. Where the line has none it
// is that of the instance with the next of labels, as Piranha wants it; IPv6
// has no labels.
func (f *floating) device(labels map[string]int) string {
	const longest = 15
	if f.label == "" {
		f.label = f.dev
		if f.addr.Is4() {
			labels[f.dev]++
			if l := f.dev + ":" + strconv.Itoa(labels[f.dev]); len(l) <= longest {
				f.label = l
			}
		}
	}
	return f.label
}

// mask is the netmask of bits bits, as lvs.cf writes that of a.
func mask(a netip.Addr, bits int) string {
	if a.Is6() {
		return strconv.Itoa(bits)
	}
	n := ^uint32(0) << (32 - bits)
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
}
