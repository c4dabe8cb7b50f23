package lvscf

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

var (
	rowWitness       = lookup(Global, "witness")
	rowWitnessQuorum = lookup(Global, "witness_quorum")
	rowWitnessCheck  = lookup(Global, "witness_check")
	rowMinServers    = lookup(Global, "min_servers")
	rowPreemptDelay  = lookup(Global, "preempt_delay")
	rowRefresh       = lookup(Global, "announce_refresh")
	rowCommand       = lookup(InTrackScript, "command")
)

// idle warns of d, which does nothing outside blocks as they are.
func (c *checker) idle(d *Directive, why, hint string) {
	if c.global.has(d) && !c.global.bad(d) {
		c.blame(&c.global, d, Pos{1, 1}, Warning, "no-effect", d.Name+" counts for nothing "+why, hint)
	}
}

// fitness judges what makes a router fit, and when it takes the role.
func (c *checker) fitness() {
	cfg := &c.cfg
	switch n := len(cfg.Witnesses); {
	case n == 0 && !c.global.has(rowWitness):
		c.idle(rowWitnessQuorum, "without witness", "write 'witness = ADDRESS', or delete it")
		c.idle(rowWitnessCheck, "without witness", "write 'witness = ADDRESS', or delete it")
	case n > 0 && cfg.WitnessQuorum > n:
		c.blame(&c.global, rowWitnessQuorum, Pos{1, 1}, Error, "witness",
			fmt.Sprintf("witness_quorum is %d, and witness has %s: no router would ever be fit", cfg.WitnessQuorum, addresses(n)), fmt.Sprintf("write 'witness_quorum = %d', or less", n))
	}
	for _, a := range cfg.Witnesses {
		for _, own := range c.routerAddrs() {
			if a == own.addr {
				c.blame(&c.global, rowWitness, Pos{1, 1}, Error, "witness", fmt.Sprintf("witness has %s, a router's own address, %s", a, own.name), "write addresses of other machines, such as a gateway's")
			}
		}
	}
	if cfg.PreemptDelay > 0 && !cfg.Preempt {
		c.idle(rowPreemptDelay, "without preempt", "write 'preempt = 1', or delete it")
	}
	if d := cfg.AnnounceRefresh; d > 0 && d < time.Second {
		c.blame(&c.global, rowRefresh, Pos{1, 1}, Error, "range", fmt.Sprintf("announce_refresh %s is below a second", seconds(d)), "write 1 or more, or 0 for none")
	}
}

func addresses(n int) string {
	if n == 1 {
		return "1 address"
	}
	return fmt.Sprintf("%d addresses", n)
}

// witnesses reports witnesses that the routers hold themselves.
func (c *checker) witnesses() {
	for _, a := range c.cfg.Witnesses {
		if other := c.floats(a); other != "" {
			c.blame(&c.global, rowWitness, Pos{1, 1}, Error, "witness", fmt.Sprintf("witness has %s, which is %s", a, other), "write addresses of other machines, such as a gateway's")
		}
	}
}

// floats tells what floating address a is, empty for none.
func (c *checker) floats(a netip.Addr) string {
	if i, ok := c.pairs.vips[a]; ok {
		v := &c.cfg.Virtuals[i]
		return fmt.Sprintf("the address of virtual %s of line %d", quoted(v.Name), v.Pos.Line)
	}
	for i := range c.cfg.Failovers {
		if f := &c.cfg.Failovers[i]; f.Active && f.VIP.Addr == a {
			return fmt.Sprintf("the address of failover %s of line %d", quoted(f.Name), f.Pos.Line)
		}
	}
	if n := c.cfg.NATRouter; n != nil && n.Addr == a {
		return "nat_router"
	}
	for _, p := range c.pools {
		for _, r := range p.pool.Ranges {
			if r.Contains(a) {
				return fmt.Sprintf("in the snat_pool of line %d", p.at.Line)
			}
		}
	}
	return ""
}

// minServers warns of more servers asked for than there are.
func (c *checker) minServers() {
	most := c.cfg.MinServers
	if most == 0 {
		return
	}
	if c.cfg.Service == "fos" {
		c.idle(rowMinServers, "with service = fos", "delete it")
		return
	}
	all := 0
	for i := range c.cfg.Virtuals {
		if v := &c.cfg.Virtuals[i]; v.Active {
			all += v.actives()
		}
	}
	if most > all {
		c.blame(&c.global, rowMinServers, Pos{1, 1}, Warning, "min-servers", fmt.Sprintf("min_servers is %d, and the file has %s: no router is ever fit", most, servers(all)),
			fmt.Sprintf("write 'min_servers = %d', or less", all))
	}
}

// actives is the number of active servers of v.
func (v *Virtual) actives() int {
	n := 0
	for i := range v.Servers {
		if v.Servers[i].Active {
			n++
		}
	}
	return n
}

// trackScript reads the track_script that n opens.
func (c *checker) trackScript(n *node) {
	t := defaults().script
	t.Name, t.Pos = c.heading(n)
	c.block.begin()
	for m := n.body.first; m != nil; m = m.next {
		c.num++
		if m.body != nil {
			c.num += m.body.lines
		} else if c.begin(&c.block, m) {
			c.applyTrackScript(&t, m.dir)
		}
	}
	c.programPath(&c.block, rowCommand, t.Pos, t.Command)
	for i := range c.cfg.TrackScripts {
		if other := &c.cfg.TrackScripts[i]; other.Name == t.Name && t.Name != "" {
			c.reportAt(t.Pos, Error, "same-script", t.Name, fmt.Sprintf("track_script %s stands in line %d too", quoted(t.Name), other.Pos.Line), "give each its own name")
			break
		}
	}
	if _, text, tried := c.find(&c.block, rowCommand); len(t.Command) == 0 && (!tried || strings.TrimSpace(text) == "") {
		c.blame(&c.block, rowCommand, t.Pos, Error, "no-command", fmt.Sprintf("track_script %s has no command", quoted(t.Name)), `write 'command = "/PATH/TO/PROGRAM"'`)
	}
	c.cfg.TrackScripts = append(c.cfg.TrackScripts, t)
}
