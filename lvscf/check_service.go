package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

var (
	rowPort      = lookup(InVirtual, "port")
	rowAddress   = lookup(InVirtual, "address")
	rowVIPMask   = lookup(InVirtual, "vip_nmask")
	rowPMask     = lookup(InVirtual, "pmask")
	rowSorry     = lookup(InVirtual, "sorry_server")
	rowStartCmd  = lookup(InVirtual, "start_cmd")
	rowStopCmd   = lookup(InVirtual, "stop_cmd")
	rowRSAddress = lookup(InServer, "address")
	rowRSPort    = lookup(InServer, "port")
)

// service reads the virtual or failover that n opens.
func (c *checker) service(n *node) {
	s := defaults().block
	s.Name, s.Pos = c.heading(n)
	c.vip, c.persist, c.portless = mask{}, mask{}, false
	c.servers, c.probeBlocks = c.servers[:0], c.probeBlocks[:0]
	c.ownCheck, c.checkWords = Check{Pos: s.Pos}, false
	c.block.begin()
	for m := n.body.first; m != nil; m = m.next {
		c.num++
		switch {
		case m.body == nil:
			if c.begin(&c.block, m) {
				c.applyService(&s, m.dir)
			}
		case m.body.where == InServer:
			c.realServer(m, &s)
		case m.body.where == InProbe:
			c.probeBlocks = append(c.probeBlocks, nodeAt{m, c.num})
			c.num += m.body.lines
		default:
			c.num += m.body.lines
		}
	}
	if len(c.servers) > 0 {
		s.Servers = slices.Clone(c.servers)
	}
	c.finishService(&s, n.body.where)
	if n.body.where == InVirtual {
		c.pairs.virtual(c, &s, len(c.cfg.Virtuals))
		c.cfg.Virtuals = append(c.cfg.Virtuals, s)
	} else {
		c.failover(&s)
		c.cfg.Failovers = append(c.cfg.Failovers, s)
	}
}

// heading makes n, which opens a block, the line at hand, and returns its name.
func (c *checker) heading(n *node) (name string, at Pos) {
	c.line = content(n.raw)
	if n.to != 0 {
		return strings.Clone(n.raw[n.from:n.to]), c.pos(len(indentation(c.line)))
	}
	c.words, _ = split(c.line, c.words)
	return clone(headingName(c.words)), c.pos(c.words[0].start)
}

// headingName is the name in toks, a block's first line in whatever form.
func headingName(toks []token) string {
	switch {
	case len(toks) == 3 && toks[2].is("{"):
		return toks[1].text
	case len(toks) < 2 || toks[1].is("{"):
		return ""
	case toks[1].quote == 0 && len(toks) == 2:
		return trimBrace(toks[1].text)
	}
	return toks[1].text
}

// trimBrace returns name without a brace written to its end.
func trimBrace(name string) string {
	for len(name) > 1 && name[len(name)-1] == '{' {
		name = name[:len(name)-1]
	}
	return name
}

// finishService judges s, whose lines have been read.
func (c *checker) finishService(s *Virtual, w Where) {
	s.VIP.Bits = c.resolve(&c.block, rowVIPMask, c.vip, s.VIP.Addr)
	s.PersistMask = c.resolve(&c.block, rowPMask, c.persist, s.VIP.Addr)
	if s.Forward == "" {
		s.Forward = c.cfg.Network
	}
	c.floating(s, w)
	c.checks(s, w)
	c.families(s)
	if w == InFailover {
		return
	}
	for _, row := range []*Directive{rowStartCmd, rowStopCmd} {
		if c.block.has(row) {
			c.blame(&c.block, row, s.Pos, Warning, "no-effect", row.Name+" counts only in failover blocks", "delete it")
		}
	}
	c.forwarding(s)
	c.scheduling(s)
	c.quorum(s)
	c.pace(s)
	c.load(s)
	if s.Active && !s.SorryServer.IsValid() && !slices.ContainsFunc(s.Servers, func(r Server) bool { return r.Active }) {
		c.reportAt(s.Pos, Warning, "no-server", s.Name, fmt.Sprintf("virtual %s has no active server", quoted(s.Name)), "")
	}
}

// floating judges the address of s.
func (c *checker) floating(s *Virtual, w Where) {
	kind := kindWord(w)
	vip := s.VIP.Addr
	if !vip.IsValid() {
		_, text, tried := c.find(&c.block, rowAddress)
		if tried && !Host(text).unspecified() || !s.Active {
			return // told already, or not wanted
		}
		if w == InFailover && c.cfg.Service == "fos" {
			c.reportAt(s.Pos, Error, "no-address", s.Name, fmt.Sprintf("failover %s is active and has no address", quoted(s.Name)), "write 'address = ADDRESS DEVICE', or 'active = 0'")
			return
		}
		if s.Ports != nil {
			c.reportAt(s.Pos, Error, "no-address", s.Name, fmt.Sprintf("virtual %s has ports and no address: its packets cannot be told from others", quoted(s.Name)), "write 'address = ADDRESS DEVICE', or 'active = 0'")
			return
		}
		if s.FWMark != 0 {
			c.reportAt(s.Pos, Warning, "no-address", s.Name, fmt.Sprintf("%s %s has no address: packets must find their way by the mark alone", kind, quoted(s.Name)), "write 'address = ADDRESS DEVICE'")
			return
		}
		c.reportAt(s.Pos, Error, "no-address", s.Name, fmt.Sprintf("%s %s is active and has no address", kind, quoted(s.Name)), "write 'address = ADDRESS DEVICE', or 'active = 0'")
		return
	}
	c.notARouter(&c.block, rowAddress, s.Pos, vip)
	if what := edge(vip, s.VIP.Bits); what != "" {
		c.blame(&c.block, rowAddress, s.Pos, Warning, "network-address", fmt.Sprintf("%s is the %s address of %s", vip, what, netip.PrefixFrom(vip, s.VIP.Bits).Masked()), "write the address of a host, or another vip_nmask")
	}
}

// families reports addresses that packets to s cannot be sent on to.
func (c *checker) families(s *Virtual) {
	if !s.VIP.Addr.IsValid() {
		return
	}
	why, hint := "", "only a tunnel can join IPv4 and IPv6"
	if s.Forward == Tunnel {
		if !c.cfg.SyncDaemon {
			return
		}
		why, hint = ", which the kernel refuses beside its sync daemon", "write addresses of one family, or syncdaemon = 0"
	}
	if a := s.SorryServer; a.IsValid() && a.Is6() != s.VIP.Addr.Is6() {
		c.blame(&c.block, rowSorry, s.Pos, Error, "family", fmt.Sprintf("sorry_server %s and the address %s are not both IPv4 or IPv6%s", a, s.VIP.Addr, why), hint)
	}
	for _, r := range s.Servers {
		if a, ok := r.Address.Addr(); ok && a.Is6() != s.VIP.Addr.Is6() {
			c.reportAt(r.Pos, Error, "family", r.Name, fmt.Sprintf("server %s is %s, and the virtual's address is %s%s", quoted(r.Name), a, s.VIP.Addr, why), hint)
		}
	}
}

// realServer reads the server that n opens, in s.
func (c *checker) realServer(n *node, s *Virtual) {
	r := defaults().server
	r.Name, r.Pos = c.heading(n)
	r.Port = s.Port
	c.server.begin()
	for m := n.body.first; m != nil; m = m.next {
		c.num++
		if m.body != nil {
			c.num += m.body.lines
		} else if c.begin(&c.server, m) {
			c.applyServer(&r, m.dir)
		}
	}
	c.thresholds(&r)
	if !c.server.has(rowRSPort) {
		c.portless = true
	}
	if !c.server.has(rowRSAddress) || r.Address == "" && c.unspecifiedAt(rowRSAddress) {
		sev, hint := Warning, "write 'address = ADDRESS'"
		if r.Active {
			sev, hint = Error, hint+", or 'active = 0'"
		}
		c.blame(&c.server, rowRSAddress, r.Pos, sev, "no-address", fmt.Sprintf("server %s has no address", quoted(r.Name)), hint)
	}
	c.servers = append(c.servers, r)
}

// unspecifiedAt reports whether the value of d in the server at hand is
// 0.0.0.0.
func (c *checker) unspecifiedAt(d *Directive) bool {
	_, text, _ := c.find(&c.server, d)
	return Host(text).unspecified()
}
