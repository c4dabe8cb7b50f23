package lvscf

import (
	"fmt"
	"net/netip"
	"slices"
)

// A routerAddr is an address of a router's own, and the word that gives it.
type routerAddr struct {
	name string
	addr netip.Addr
}

// routerAddrs are the routers' own addresses, as far as the file has no names
// for them.
func (c *checker) routerAddrs() []routerAddr {
	if c.own != nil {
		return c.own
	}
	c.own = []routerAddr{}
	add := func(name string, h Host) {
		if a, ok := h.Addr(); ok && !a.IsUnspecified() {
			c.own = append(c.own, routerAddr{name, a})
		}
	}
	add("primary", c.cfg.Primary)
	add("primary_private", c.cfg.PrimaryPrivate)
	add("backup", c.cfg.Backup)
	add("backup_private", c.cfg.BackupPrivate)
	for _, p := range c.cfg.HeartbeatPaths {
		add("heartbeat_path", p.Primary)
		add("heartbeat_path", p.Backup)
	}
	return c.own
}

// isRouters reports whether a is an address of the routers.
func (c *checker) isRouters(a netip.Addr) bool {
	return slices.ContainsFunc(c.routerAddrs(), func(r routerAddr) bool { return r.addr == a })
}

// notARouter reports a floating address that is a router's own.
func (c *checker) notARouter(s *seen, d *Directive, p Pos, a netip.Addr) {
	for _, own := range c.routerAddrs() {
		if a == own.addr {
			c.blame(s, d, p, Error, "router-address", fmt.Sprintf("%s is the router's own address, %s", a, own.name), "write an address that can move between the routers")
			return
		}
	}
}

// mostPaths is how many heartbeat paths there may be, the public and the
// private one among them.
const mostPaths = 8

// A pathPlace is where a heartbeat_path stands.
type pathPlace struct {
	at   Pos
	text string
}

// paths judges the heartbeat paths besides the public and the private one.
func (c *checker) paths() {
	cfg := &c.cfg
	if len(cfg.HeartbeatPaths) == 0 {
		return
	}
	taken := map[Host]string{}
	take := func(name string, h Host) {
		if h != "" && taken[h] == "" {
			taken[h] = name
		}
	}
	take("primary", cfg.Primary)
	take("primary_private", cfg.PrimaryPrivate)
	take("backup", cfg.Backup)
	take("backup_private", cfg.BackupPrivate)
	most := mostPaths - 1
	if cfg.PrimaryPrivate != "" {
		most--
	}
	for i, p := range cfg.HeartbeatPaths {
		c.path(c.pathPlaces[i], p, i < most, taken)
		name := fmt.Sprintf("in the heartbeat_path of line %d", c.pathPlaces[i].at.Line)
		take(name, p.Primary)
		take(name, p.Backup)
	}
	if !cfg.BackupActive {
		c.reportAt(c.pathPlaces[0].at, Warning, "no-effect", c.pathPlaces[0].text, "heartbeat_path counts for nothing without a partner", "write 'backup_active = 1' and 'backup = ADDRESS'")
	}
}

// path judges p, a heartbeat path at place. taken has the addresses of those
// before, with what they are; room tells that p is not one too many.
func (c *checker) path(place pathPlace, p HeartbeatPath, room bool, taken map[Host]string) {
	wrong := func(code, message, hint string) {
		c.reportAt(place.at, Error, code, place.text, "heartbeat_path: "+message, hint)
	}
	a, first := p.Primary.Addr()
	b, second := p.Backup.Addr()
	switch {
	case p.Primary.unspecified(), p.Backup.unspecified():
		wrong("address", "0.0.0.0 is no address of a router", "write an address of each router, or delete the line")
	case first && second && a.Is6() != b.Is6():
		wrong("family", fmt.Sprintf("%s and %s are not both IPv4 or IPv6", a, b), "write addresses of one family")
	case p.Primary == p.Backup:
		wrong("path", fmt.Sprintf("both ends are %s", p.Primary), "write an address of the primary, and one of the backup")
	case taken[p.Primary] != "":
		wrong("path", fmt.Sprintf("%s is %s already", p.Primary, taken[p.Primary]), "write an address that no other path has")
	case taken[p.Backup] != "":
		wrong("path", fmt.Sprintf("%s is %s already", p.Backup, taken[p.Backup]), "write an address that no other path has")
	case !room:
		wrong("path", fmt.Sprintf("there are more than %d paths, the public and the private one among them", mostPaths), "delete one")
	}
}
