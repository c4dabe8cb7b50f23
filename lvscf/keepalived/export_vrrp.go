package keepalived

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pacu/lvscf"
	"pacu/lvscf/internal/draft"
)

// firstRouterID is the virtual_router_id of the first instance.
const firstRouterID = 51

// A link is an interface with the floating addresses of one family on it: a
// VRRP instance.
type link struct {
	name, dev string
	six       bool
	private   bool // nat_router's
	addrs     []string
}

// links sorts the floating addresses of cfg by interface.
func (e *exporter) links(cfg *lvscf.Config) []*link {
	var links []*link
	seen := make(map[netip.Addr]bool)
	add := func(f lvscf.Floating, private bool) {
		if !f.Addr.IsValid() || seen[f.Addr] {
			return
		}
		seen[f.Addr] = true
		if !writable(f.Device) {
			e.lose("%s: keepalived cannot write its device, %s", f.Addr, f.Device)
			return
		}
		dev, _, labelled := strings.Cut(f.Device, ":")
		six := f.Addr.Is6()
		i := slices.IndexFunc(links, func(l *link) bool { return l.dev == dev && l.six == six })
		if i < 0 {
			i = len(links)
			name := "VI_" + dev
			if six {
				name += "_6"
			}
			links = append(links, &link{name: name, dev: dev, six: six, private: private})
		}
		s := fmt.Sprintf("%s/%d dev %s", f.Addr, f.Bits, dev)
		if labelled && !six {
			s += " label " + f.Device
		}
		links[i].addrs = append(links[i].addrs, s)
	}
	services := cfg.Virtuals
	if cfg.Service == "fos" {
		services = cfg.Failovers
	}
	for _, v := range services {
		if v.Active {
			add(v.VIP, false)
		}
	}
	nat := func(v lvscf.Virtual) bool { return v.Active && v.Forward == lvscf.NAT }
	if cfg.NATRouter != nil && cfg.Service == "lvs" && slices.ContainsFunc(cfg.Virtuals, nat) {
		add(*cfg.NATRouter, true)
	}
	return links
}

// writable reports whether keepalived.conf can have the name of a device: some
// characters begin comments, blocks and definitions there, wherever they stand.
func writable(device string) bool { return !strings.ContainsAny(device, "!#{}\"'$@~\\") }

// vrrp writes the instances that hold links, and what moves them together.
func (e *exporter) vrrp(cfg *lvscf.Config, links []*link) {
	if len(links) == 0 {
		return
	}
	e.lose("virtual_router_id %d and up: pulse's heartbeats have no such number: write some that nobody else on the network has", firstRouterID)
	if cfg.Deadtime != 4*cfg.Keepalive {
		e.lose("deadtime: keepalived takes over after three intervals of keepalive and a part of one")
	}
	if !cfg.BackupActive {
		e.lose("backup_active = 0: keepalived always looks for a partner")
	}
	tracked := e.trackScripts(cfg)
	if len(links) > 1 {
		e.line("vrrp_sync_group VG_1 {")
		e.line("    group {")
		for _, l := range links {
			e.line("        %s", l.name)
		}
		e.line("    }")
		e.commands(cfg)
		e.line("}")
	}
	for i, l := range links {
		e.line("vrrp_instance %s {", l.name)
		e.role(cfg)
		e.line("    interface %s", l.dev)
		e.line("    virtual_router_id %d", firstRouterID+i%200)
		e.line("    priority 150")
		e.line("    advert_int %s", draft.Seconds(cfg.Keepalive))
		if !cfg.MonitorLinks {
			e.line("    dont_track_primary")
		}
		// keepalived counts whole seconds, 0 for never.
		e.line("    garp_master_refresh %d", (cfg.AnnounceRefresh+time.Second-1)/time.Second)
		e.tracks(tracked)
		e.peers(cfg, l, i == 0)
		if len(links) == 1 {
			e.commands(cfg)
		}
		e.line("    virtual_ipaddress {")
		for _, a := range l.addrs {
			e.line("        %s", a)
		}
		e.line("    }")
		e.line("}")
	}
	if cfg.Keepalive > 255*time.Second {
		e.lose("keepalive: keepalived's intervals end at 255 seconds")
	}
}

// peers names the routers in l where that can be known: the public addresses in
// the first instance, the private ones in that of nat_router.
func (e *exporter) peers(cfg *lvscf.Config, l *link, first bool) {
	own, other := cfg.Primary, cfg.Backup
	if l.private {
		own, other = cfg.PrimaryPrivate, cfg.BackupPrivate
	}
	a, ok := own.Addr()
	b, known := other.Addr()
	if !ok || !known || !cfg.BackupActive || !first && !l.private || a.Is6() != l.six || b.Is6() != l.six {
		return
	}
	e.line("    unicast_src_ip %s", a)
	e.line("    unicast_peer {\n        %s\n    }", b)
}

// commands writes what is run when the role changes.
func (e *exporter) commands(cfg *lvscf.Config) {
	for _, c := range []struct {
		key, name string
		words     []string
	}{{"notify_master", "active_cmd", cfg.ActiveCmd}, {"notify_backup", "inactive_cmd", cfg.InactiveCmd}} {
		line := strings.Join(c.words, " ")
		switch {
		case line == "":
		case strings.ContainsAny(line, `"`):
			e.lose("%s: keepalived has no quotes in a command", c.name)
		default:
			e.line("    %s \"%s\"", c.key, line)
		}
	}
}
