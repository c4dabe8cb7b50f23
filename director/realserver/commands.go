package realserver

import (
	"fmt"
	"net/netip"
	"strings"
)

// A Purpose is what a Step is for.
type Purpose string

// The purposes.
const (
	QuietARP  Purpose = "arp"     // answer ARP for nothing but its own
	Accept    Purpose = "accept"  // packets to Step.Addrs
	TakeGUE   Purpose = "gue"     // take generic UDP encapsulation
	Unwrap    Purpose = "unwrap"  // what the routers send, to Step.Addrs where there are any
	AnswerVia Purpose = "gateway" // answers go back through the active router
)

// A Step is a part of the set-up.
type Step struct {
	For      Purpose
	Addrs    []netip.Addr
	Why      string     // For in words
	Commands [][]string // as Server.Commands has them
}

// Commands are what root must run on the server, in their order: each a
// program and its arguments, for no shell. All but "ip link add" and "ip fou
// add" can be run again without an error; those two fail where the device, or
// the port, is there already.
func (s Server) Commands() [][]string {
	var out [][]string
	for _, st := range s.Steps() {
		out = append(out, st.Commands...)
	}
	return out
}

// Steps are the Commands, each with its purpose.
func (s *Server) Steps() []Step {
	var out []Step
	if settings := s.arp(); len(settings) > 0 {
		st := Step{For: QuietARP, Why: "answer ARP only on the interface that has the address, and ask with addresses of the interface"}
		for _, set := range settings {
			st.Commands = append(st.Commands, set.command())
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
		st := Step{For: AnswerVia, Why: "answers go back through the active router"}
		for _, g := range s.Gateways {
			st.Commands = append(st.Commands, split("ip route replace default via "+g.String()))
		}
		out = append(out, st)
	}
	return out
}

// addresses makes the server accept packets to the VIPs that no tunnel has.
func (s *Server) addresses() Step {
	st := Step{For: Accept, Addrs: s.loopback(), Why: "accept packets to " + words(s.loopback())}
	for _, a := range s.loopback() {
		if s.Router == "" {
			st.Commands = append(st.Commands, split("ip addr replace "+host(a)+" dev lo"))
		} else {
			st.Commands = append(st.Commands, split("ip route replace local "+host(a)+" dev lo"))
		}
	}
	return st
}

// gue opens the UDP ports.
func (s *Server) gue() Step {
	st := Step{For: TakeGUE, Why: "take generic UDP encapsulation", Commands: [][]string{split("modprobe fou")}}
	for _, p := range s.GUE {
		st.Commands = append(st.Commands, split("ip "+s.fou("add", p)+" gue"))
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
func (s *Server) tunnel(t Tunnel) Step {
	st := Step{For: Unwrap, Addrs: t.VIPs, Why: "unwrap what the routers send"}
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
	st.Commands = append(st.Commands, split(c))
	if len(t.VIPs) > 0 {
		st.Why += " for " + words(t.VIPs) + ", though clients are not reached by the tunnel"
	}
	if s.Router == "" {
		for _, a := range t.VIPs {
			st.Commands = append(st.Commands, split("ip addr replace "+host(a)+" dev "+t.Device()))
		}
	}
	for _, set := range s.reversePath(t) {
		st.Commands = append(st.Commands, set.command())
	}
	st.Commands = append(st.Commands, split("ip link set "+t.Device()+" up"))
	return st
}

func split(command string) []string { return strings.Fields(command) }

// writeCommands writes the commands so that they can be pasted into a shell.
func writeCommands(w *writer, s *Server) {
	for _, st := range s.Steps() {
		w.comment("%s", st.Why)
		for _, c := range st.Commands {
			w.line("%s", strings.Join(c, " "))
		}
	}
}
