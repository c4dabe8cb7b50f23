package realserver

import (
	"fmt"
	"strings"
)

// A step is a part of the set-up: why, and the commands.
type step struct {
	why      string
	commands [][]string
}

// Commands are what root must run on the server, in their order: each a
// program and its arguments, for no shell. All but "ip link add" and "ip fou
// add" can be run again without an error; those two fail where the device, or
// the port, is there already.
func (s Server) Commands() [][]string {
	var out [][]string
	for _, st := range s.steps() {
		out = append(out, st.commands...)
	}
	return out
}

func (s *Server) steps() []step {
	var out []step
	if settings := s.arp(); len(settings) > 0 {
		st := step{why: "answer ARP only on the interface that has the address, and ask with addresses of the interface"}
		for _, set := range settings {
			st.commands = append(st.commands, set.command())
		}
		out = append(out, st)
	}
	if len(s.loopback()) > 0 {
		out = append(out, s.addresses())
	}
	if len(s.GUE) > 0 {
		out = append(out, s.gue())
	}
	for _, t := range s.Tunnels {
		out = append(out, s.tunnel(t))
	}
	if len(s.Gateways) > 0 {
		st := step{why: "answers go back through the active router"}
		for _, g := range s.Gateways {
			st.commands = append(st.commands, split("ip route replace default via "+g.String()))
		}
		out = append(out, st)
	}
	return out
}

// addresses makes the server accept packets to the VIPs that no tunnel has.
func (s *Server) addresses() step {
	st := step{why: "accept packets to " + words(s.loopback())}
	for _, a := range s.loopback() {
		if s.Router == "" {
			st.commands = append(st.commands, split("ip addr replace "+host(a)+" dev lo"))
		} else {
			st.commands = append(st.commands, split("ip route replace local "+host(a)+" dev lo"))
		}
	}
	return st
}

// gue opens the UDP ports.
func (s *Server) gue() step {
	st := step{why: "take generic UDP encapsulation", commands: [][]string{split("modprobe fou")}}
	for _, p := range s.GUE {
		st.commands = append(st.commands, split("ip "+s.fou("add", p)+" gue"))
	}
	return st
}

// fou is the words of ip-fou(8) about a port.
func (s *Server) fou(verb string, port uint16) string {
	c := fmt.Sprintf("fou %s port %d", verb, port)
	if s.Addr.Is6() {
		c += " -6"
	}
	return c
}

// tunnel makes the device.
func (s *Server) tunnel(t Tunnel) step {
	st := step{why: "unwrap what the routers send"}
	c := fmt.Sprintf("ip link add %s type %s", t.Device(), t.Kind)
	if t.Kind == IP6TNL {
		c += " mode any"
	}
	c += fmt.Sprintf(" local %s remote any", s.Addr)
	if t.Kind == IP6TNL {
		// The routers' kernel likes to send from the VIP, its newest address,
		// which this server has too.
		c += " allow-localremote"
	}
	if t.Checksum {
		c += " icsum"
	}
	st.commands = append(st.commands, split(c))
	if len(t.VIPs) > 0 {
		st.why += " for " + words(t.VIPs) + ", though clients are not reached by the tunnel"
	}
	if s.Router == "" {
		for _, a := range t.VIPs {
			st.commands = append(st.commands, split("ip addr replace "+host(a)+" dev "+t.Device()))
		}
	}
	for _, set := range s.reversePath(t) {
		st.commands = append(st.commands, set.command())
	}
	st.commands = append(st.commands, split("ip link set "+t.Device()+" up"))
	return st
}

func split(command string) []string { return strings.Fields(command) }

// writeCommands writes the commands so that they can be pasted into a shell.
func writeCommands(w *writer, s *Server) {
	for _, st := range s.steps() {
		w.comment("%s", st.why)
		for _, c := range st.commands {
			w.line("%s", strings.Join(c, " "))
		}
	}
}
