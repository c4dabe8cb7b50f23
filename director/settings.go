package director

import (
	"slices"
	"strings"

	"pacu/ipvs"
	"pacu/lvscf"
)

// A Setting is a kernel setting that a cluster needs, and why.
type Setting struct {
	Name, Value, Why string
	Suffices         string // another value that does as well, and is left; empty: none
}

// met tells whether the setting need not be made, being is.
func (s *Setting) met(is string) bool {
	return is == s.Value || s.Suffices != "" && is == s.Suffices
}

// sysctlName is an interface within the dotted name of a setting, as sysctl(8)
// has it: eth0.100 is eth0/100.
func sysctlName(iface string) string { return strings.ReplaceAll(iface, ".", "/") }

// Sysctls are the kernel's settings, by their dotted names.
type Sysctls interface {
	Read(name string) (string, error)
	Write(name, value string) error
}

// manyDestinations is from where on the kernel's estimators, which visit every
// service and destination every two seconds, cost more than their rates are
// worth.
const manyDestinations = 20000

// Settings are the kernel settings that c needs. Their meaning is in the
// kernel's Documentation/networking/ipvs-sysctl.rst and ip-sysctl.rst.
//
// By default the kernel tells the partner of a connection at its third packet
// and every 50 packets: one of fewer in its timeout is forgotten by the
// partner while it lives here, and a download is told of many times a second.
// With the period of packets at 0 and a refresh period, ip_vs_sync_conn_needed
// tells of a connection as it is established, and then as often as its timer
// differs by the refresh period. Templates of persistent services and their
// connections are both told by default (sync_persist_mode 0), and nothing of
// it needs nf_conntrack, nat neither.
//
// sloppy_tcp schedules a connection that the kernel does not know by any of
// its packets. It stays off for schedulers that would send it to whatever
// server comes next, who would end it all the same.
func (c *Cluster) Settings() []Setting {
	if len(c.Services) == 0 {
		return nil
	}
	list := []Setting{{
		Name: "net.ipv4.vs.expire_nodest_conn", Value: "1",
		Why: "a client that reuses a port of a connection to a server that is gone would be left without an answer",
	}}
	add := func(when bool, name, value, why string) {
		if when {
			list = append(list, Setting{Name: name, Value: value, Why: why})
		}
	}
	var nat4, nat6, fullnat, persistent, hashed, local bool
	n := 0
	for _, s := range c.Services {
		masqueraded := s.Forward == ipvs.Masquerade
		nat4 = nat4 || masqueraded && !s.VIP.Is6()
		nat6 = nat6 || masqueraded && s.VIP.Is6()
		fullnat = fullnat || s.FullNAT
		persistent = persistent || s.Flags&ipvs.Persistent != 0
		hashed = hashed || s.Scheduler == "mh" || s.Scheduler == "sh"
		local = local || s.Local && !masqueraded
		n += 1 + len(s.Servers)
	}
	add(nat4, "net.ipv4.ip_forward", "1", "nat passes packets between the clients and the real servers")
	add(nat6, "net.ipv6.conf.all.forwarding", "1", "nat passes packets between the clients and the real servers; a router takes no router advertisements unless accept_ra = 2")
	add(fullnat, "net.ipv4.vs.conntrack", "1", "fullnat rewrites the source of connections, which conntrack must know")
	add(persistent, "net.ipv4.vs.expire_quiescent_template", "1", "a client of a persistent service would be sent to its old server even at weight 0")
	add(hashed, "net.ipv4.vs.sloppy_tcp", "1", "with mh and sh both routers choose the same server, so a connection may go on after a failover without its first packet")
	add(c.Sync != nil, "net.ipv4.vs.sync_threshold", "3 0", "connections are told to the partner by time, not by packets")
	add(c.Sync != nil, "net.ipv4.vs.sync_refresh_period", "5", "the partner would forget a connection of few packets, and it would end with a failover")
	add(local && c.Sync != nil, "net.ipv4.vs.backup_only", "1", "a standby that is a real server too must not schedule packets again")
	add(local, "net.ipv4.conf.all.arp_ignore", "1", "a standby that is a real server too must not answer ARP for the VIP")
	add(local, "net.ipv4.conf.all.arp_announce", "2", "a standby that is a real server too must not announce the VIP")
	add(n > manyDestinations, "net.ipv4.vs.run_estimation", "0", "rates of so many services and servers cost more than they tell; counters go on")
	add(c.pings(), "net.ipv4.ping_group_range", "0 2147483647", "check = ping asks by ping sockets, which nannies may not open otherwise; systemd lets all use them, too")
	return append(list, c.throughSettings()...)
}

// pings tells whether some check is a ping. The servers of a firewall mark may
// be of several virtuals, with checks of their own.
func (c *Cluster) pings() bool {
	for _, s := range c.Services {
		for i := range s.Servers {
			rs := &s.Servers[i]
			if rs.Active && !s.Through && slices.ContainsFunc(rs.Virtual.Checks, func(k lvscf.Check) bool { return k.Kind == "ping" }) {
				return true
			}
		}
	}
	return false
}
