package lvscf

import (
	"fmt"
	"slices"
)

// The rows of virtual blocks that do something only beside others.
var (
	rowVirtualPool = lookup(InVirtual, "snat_pool")
	rowTunnel      = lookup(InVirtual, "tunnel")
	rowTunnelPort  = lookup(InVirtual, "tunnel_port")
	rowTunnelSum   = lookup(InVirtual, "tunnel_checksum")
	rowFlags       = lookup(InVirtual, "scheduler_flags")
	rowOnePacket   = lookup(InVirtual, "one_packet")
	rowEngine      = lookup(InVirtual, "persistence_engine")
	rowQuorum      = lookup(InVirtual, "quorum")
	rowHysteresis  = lookup(InVirtual, "hysteresis")
	rowMin         = lookup(InServer, "min_connections")
)

// useless warns of d, which does nothing where it stands among the words b of
// the block at p.
func (c *checker) useless(b *seen, p Pos, d *Directive, why, hint string) {
	if b.has(d) {
		c.blame(b, d, p, Warning, "no-effect", d.Name+" counts for nothing "+why, hint)
	}
}

// forwarding judges what s says of the way to its servers, and gives it the
// file's pool if it has none of its own.
func (c *checker) forwarding(s *Virtual) {
	if s.Forward != FullNAT {
		s.SNATPool = nil
		c.useless(&c.block, s.Pos, rowVirtualPool, fmt.Sprintf("with %s", c.forwardOf(s)), "delete it, or write 'forward = fullnat'")
	} else {
		c.poolOf(s)
	}
	if s.Forward != Tunnel {
		for _, d := range []*Directive{rowTunnel, rowTunnelPort, rowTunnelSum} {
			c.useless(&c.block, s.Pos, d, fmt.Sprintf("with %s", c.forwardOf(s)), "delete it, or write 'forward = tunnel'")
		}
		return
	}
	if s.TunnelType != "gue" {
		c.useless(&c.block, s.Pos, rowTunnelPort, fmt.Sprintf("with tunnel = %s", s.TunnelType), "delete it, or write 'tunnel = gue'")
	}
	switch sum := s.TunnelChecksum; {
	case sum == "csum" && s.TunnelType == "ipip":
		c.useless(&c.block, s.Pos, rowTunnelSum, "with tunnel = ipip, which has none", "delete it, or write 'tunnel = gre' or 'tunnel = gue'")
	case sum == "remcsum" && s.TunnelType != "gue":
		c.useless(&c.block, s.Pos, rowTunnelSum, fmt.Sprintf("with tunnel = %s: only gue has remcsum", s.TunnelType), "delete it, or write 'tunnel = gue'")
	}
}

// forwardOf is the forwarding method of s as a directive.
func (c *checker) forwardOf(s *Virtual) string {
	if s.Forward == c.cfg.Network {
		return "network = " + string(s.Forward)
	}
	return "forward = " + string(s.Forward)
}

// scheduling judges what s says of picking a server.
func (c *checker) scheduling(s *Virtual) {
	named := slices.Contains(s.SchedulerFlags, "fallback") || slices.Contains(s.SchedulerFlags, "port")
	if named && s.Scheduler != "sh" && s.Scheduler != "mh" {
		c.useless(&c.block, s.Pos, rowFlags, fmt.Sprintf("with scheduler = %s", s.Scheduler), "delete it, or write 'scheduler = mh'")
	}
	// Behind a mark set by hand there may be any protocol.
	udp := s.Protocol == "udp" || s.Protocol == "tcp+udp" || s.FWMark != 0 && s.Ports == nil
	if s.OnePacket && !udp {
		c.useless(&c.block, s.Pos, rowOnePacket, fmt.Sprintf("with protocol = %s: only UDP is scheduled by the packet", s.Protocol), "delete it")
	}
	switch {
	case s.PersistEngine == "":
	case s.Persistent == 0:
		c.useless(&c.block, s.Pos, rowEngine, "without persistent", "write 'persistent = 300', or delete it")
	case !udp:
		c.useless(&c.block, s.Pos, rowEngine, fmt.Sprintf("with protocol = %s: it reads SIP over UDP", s.Protocol), "delete it, or write 'protocol = udp'")
	}
}

// quorum judges when the sorry server of s is to serve.
func (c *checker) quorum(s *Virtual) {
	if !c.block.has(rowQuorum) && !c.block.has(rowHysteresis) {
		return
	}
	if !s.SorryServer.IsValid() {
		if s.Quorum > 1 {
			c.useless(&c.block, s.Pos, rowQuorum, "without a sorry_server", "write 'sorry_server = ADDRESS', or delete it")
		}
		if s.Hysteresis > 0 {
			c.useless(&c.block, s.Pos, rowHysteresis, "without a sorry_server", "write 'sorry_server = ADDRESS', or delete it")
		}
		return
	}
	active := s.actives()
	switch {
	case active == 0 || !s.Active:
	case s.Quorum > active:
		c.blame(&c.block, rowQuorum, s.Pos, Warning, "quorum",
			fmt.Sprintf("quorum is %d, and virtual %s has %s: the sorry server always serves", s.Quorum, quoted(s.Name), servers(active)),
			fmt.Sprintf("write 'quorum = %d', or less", active))
	case s.Quorum+s.Hysteresis > active:
		c.blame(&c.block, rowHysteresis, s.Pos, Warning, "quorum",
			fmt.Sprintf("quorum and hysteresis make %d, and virtual %s has %s: once the sorry server serves, it does so until all are up", s.Quorum+s.Hysteresis, quoted(s.Name), servers(active)),
			fmt.Sprintf("write 'hysteresis = %d', or less", active-s.Quorum))
	}
}

func servers(n int) string {
	if n == 1 {
		return "1 active server"
	}
	return fmt.Sprintf("%d active servers", n)
}

// thresholds reports limits of r that the kernel refuses.
func (c *checker) thresholds(r *Server) {
	switch {
	case r.MinConnections <= r.MaxConnections:
	case r.MaxConnections == 0:
		c.blame(&c.server, rowMin, r.Pos, Error, "range", fmt.Sprintf("min_connections %d without max_connections", r.MinConnections), "write 'max_connections = NUMBER' too, or delete it")
	default:
		c.blame(&c.server, rowMin, r.Pos, Error, "range", fmt.Sprintf("min_connections %d is above max_connections %d", r.MinConnections, r.MaxConnections), fmt.Sprintf("write %d or less", r.MaxConnections))
	}
}
