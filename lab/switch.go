package lab

import (
	"fmt"
	"strconv"
	"time"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Switch joins the hosts plugged into it.
type Switch struct {
	n    *Cluster
	name string
	ns   *namespace
}

// Name is the name it was given.
func (s *Switch) Name() string { return s.name }

func (s *Switch) up() (err error) {
	if s.ns, err = newNamespace(s.name, false); err != nil {
		return err
	}
	// Without snooping, IPv6's neighbour discovery works from the first packet.
	if err := s.ns.tool("ip", "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0"); err != nil {
		return fmt.Errorf("switch %s: %w", s.name, err)
	}
	return s.ns.tool("ip", "link", "set", "br0", "up")
}

// Do runs fn on a thread in the switch's network namespace, where each cable is
// an interface: a packet socket that fn opens hears what the hosts send.
func (s *Switch) Do(fn func() error) error { return s.ns.do(fn) }

// port is one cable: an interface of a host and its end at the switch.
type port struct {
	s       *Switch
	name    string // at the switch
	iface   string // at the host
	percent float64
	delay   time.Duration
}

// plug lays the cable between the switch and the host's namespace.
func (p *port) plug(host *namespace) error {
	if err := p.s.ns.tool("ip", "link", "add", p.name, "type", "veth", "peer", "name", p.iface, "netns", host.path()); err != nil {
		return err
	}
	if err := p.s.ns.tool("ip", "link", "set", p.name, "master", "br0", "up"); err != nil {
		return err
	}
	return host.tool("ip", "link", "set", p.iface, "up")
}

// unplug takes the cable away.
func (p *port) unplug() error { return p.s.ns.tool("ip", "link", "del", p.name) }

// carrier sets the switch's end up or down, which the host sees as its carrier.
// It starts no program: a loss of power is sudden.
func (p *port) carrier(up bool) error {
	c, err := rtnetlink.Dial(&netlink.Config{NetNS: int(p.s.ns.net.Fd())})
	if err != nil {
		return fmt.Errorf("switch %s: netlink: %w", p.s.name, err)
	}
	defer c.Close()
	links, err := c.Link.List()
	if err != nil {
		return fmt.Errorf("switch %s: list links: %w", p.s.name, err)
	}
	var flags uint32
	if up {
		flags = unix.IFF_UP
	}
	for _, l := range links {
		if l.Attributes.Name != p.name {
			continue
		}
		if err := c.Link.Set(&rtnetlink.LinkMessage{Index: l.Index, Flags: flags, Change: unix.IFF_UP}); err != nil {
			return fmt.Errorf("switch %s: set %s up=%v: %w", p.s.name, p.name, up, err)
		}
		return nil
	}
	return fmt.Errorf("switch %s: there is no %s", p.s.name, p.name)
}

// forward makes the switch drop all it gets on the port, or not. The host sees
// nothing of it.
func (p *port) forward(on bool) error {
	state := "disabled"
	if on {
		state = "forwarding"
	}
	return p.s.ns.tool("bridge", "link", "set", "dev", p.name, "state", state)
}

// shape applies loss and delay to both ends.
func (p *port) shape(host *namespace) error {
	for _, end := range []struct {
		ns   *namespace
		name string
	}{{p.s.ns, p.name}, {host, p.iface}} {
		args := []string{"qdisc", "replace", "dev", end.name, "root", "netem",
			"loss", strconv.FormatFloat(p.percent, 'f', -1, 64) + "%",
			"delay", fmt.Sprintf("%dus", p.delay.Microseconds())}
		if err := end.ns.tool("tc", args...); err != nil {
			return err
		}
	}
	return nil
}
