package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
)

var rowPool = lookup(Global, "snat_pool")

// A poolPlace is a pool, and where it stands.
type poolPlace struct {
	pool *Pool
	at   Pos
	text string
}

// notePool keeps the pool that d in the block s gave, to be judged when all
// other addresses are known, and reports a router's own address in it.
func (c *checker) notePool(s *seen, d *Directive, p *Pool) {
	at, text, _ := c.find(s, d)
	c.pools = append(c.pools, poolPlace{p, at, text})
	for _, r := range p.Ranges {
		for _, own := range c.routerAddrs() {
			if r.Contains(own.addr) {
				c.reportAt(at, Error, "router-address", text, fmt.Sprintf("snat_pool has %s, a router's own address", own.addr), "write addresses that can move between the routers")
				return
			}
		}
	}
}

// poolOf gives s, which is of fullnat, the file's pool if it has none of its
// own and there are addresses of its family in that.
func (c *checker) poolOf(s *Virtual) {
	if s.SNATPool == nil {
		if p := c.cfg.SNATPool; p != nil && !c.block.has(rowVirtualPool) && p.fits(s.VIP.Addr) {
			s.SNATPool = p
		}
		return
	}
	c.notePool(&c.block, rowVirtualPool, s.SNATPool)
	if !s.SNATPool.fits(s.VIP.Addr) {
		c.blame(&c.block, rowVirtualPool, s.Pos, Error, "family",
			fmt.Sprintf("the address of virtual %s is %s, and its snat_pool has none of that family", quoted(s.Name), s.VIP.Addr),
			"write addresses of the same family into the pool")
	}
}

// fits reports whether p has addresses of the family of vip, which may not be
// known.
func (p *Pool) fits(vip netip.Addr) bool {
	return !vip.IsValid() || slices.ContainsFunc(p.Ranges, func(r AddrRange) bool { return r.First.Is6() == vip.Is6() })
}

// poolsTogether reports addresses of pools that are also something else.
func (c *checker) poolsTogether() {
	type use struct {
		device string
		line   int
	}
	known := make(map[netip.Addr]use)
	for _, p := range c.pools {
		for _, r := range p.pool.Ranges {
			if c.pooled(p, r, func(a netip.Addr) bool {
				u, again := known[a]
				known[a] = use{p.pool.Device, p.at.Line}
				if again && u.device != p.pool.Device {
					c.reportAt(p.at, Warning, "same-pool", p.text, fmt.Sprintf("%s has device %s in the snat_pool of line %d", a, u.device, u.line), fmt.Sprintf("write %s in both", u.device))
					return true
				}
				return false
			}) {
				break
			}
		}
	}
}

// pooled goes through r, a part of the pool at p, until it has reported an
// address.
func (c *checker) pooled(p poolPlace, r AddrRange, next func(netip.Addr) bool) bool {
	for a := r.First; ; a = a.Next() {
		other := ""
		if i, ok := c.pairs.vips[a]; ok {
			v := &c.cfg.Virtuals[i]
			other = fmt.Sprintf("the address of virtual %s of line %d", quoted(v.Name), v.Pos.Line)
		} else if n := c.cfg.NATRouter; n != nil && n.Addr == a {
			other = "nat_router"
		}
		if other != "" {
			c.reportAt(p.at, Error, "pool", p.text, fmt.Sprintf("snat_pool has %s, which is %s", a, other), "leave it out of the pool: replies to the pool would be taken for requests")
			return true
		}
		if next(a) {
			return true
		}
		if a == r.Last {
			return false
		}
	}
}

// unused warns of what stands outside blocks for forwarding methods that no
// virtual has.
func (c *checker) unused() {
	used := map[Forward]bool{}
	ownPool := true // every virtual of fullnat has its own
	for i := range c.cfg.Virtuals {
		v := &c.cfg.Virtuals[i]
		used[v.Forward] = true
		ownPool = ownPool && (v.Forward != FullNAT || v.SNATPool != c.cfg.SNATPool)
	}
	if len(c.cfg.Virtuals) == 0 {
		used[c.cfg.Network] = true
		ownPool = false
	}
	why := fmt.Sprintf("with network = %s", c.cfg.Network)
	if c.cfg.NATRouter != nil && !c.cfg.NATRouter.Addr.IsUnspecified() && !used[NAT] {
		if c.cfg.Network == NAT {
			why = "where no virtual has forward = nat"
		}
		c.blame(&c.global, rowNATRouter, Pos{1, 1}, Warning, "nat-router", "nat_router counts for nothing "+why, "delete it")
	}
	if c.cfg.SNATPool != nil && (!used[FullNAT] || ownPool) {
		if c.cfg.Network == FullNAT {
			why = "where no virtual has forward = fullnat without a pool of its own"
		}
		c.blame(&c.global, rowPool, Pos{1, 1}, Warning, "no-effect", "snat_pool counts for nothing "+why, "delete it")
	}
}
