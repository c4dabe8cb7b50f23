package main

import (
	"context"
	"fmt"
	"iter"
	"math/bits"
	"net/netip"
	"os"
	"slices"
	"time"

	"pacu/control"
	"pacu/heartbeat"
	"pacu/vip"
)

// eventsShown are those in a snapshot; Follow has them all.
const eventsShown = 50

// Snapshot is what pulse knows now; the kernel is asked afresh.
func (p *pulse) Snapshot(context.Context) (*control.Snapshot, error) {
	hostname, _ := os.Hostname()
	s := &control.Snapshot{
		Version: version, Taken: time.Now(), Started: p.started, Pid: os.Getpid(), Hostname: hostname,
		Nannies: p.nannies.states(),
	}
	p.mu.Lock()
	site := p.site
	s.Config = control.Config{
		Path: p.o.config, SerialNo: site.cfg.SerialNo, SHA256: site.sha256(),
		Loaded: p.loaded, Network: string(site.cfg.Network), Refused: p.refused,
	}
	s.Router = control.Router{
		Role: roleName(site.role), Address: site.self, Preempt: site.cfg.Preempt,
		Keepalive: control.Duration(site.cfg.Keepalive), Deadtime: control.Duration(site.cfg.Deadtime),
	}
	s.Links = slices.Clone(p.links)
	reloads := p.reloads
	p.mu.Unlock()

	p.beat.router(&s.Router)
	s.Partner = p.beat.partner(site)
	for _, f := range p.faults() {
		s.Router.Faults = append(s.Router.Faults, f.text)
	}
	s.Witnesses, s.Scripts = p.witnesses.state(), p.scripts.state()
	s.Takeovers, s.Failovers = p.timeline.state(), p.services.state()
	s.Counts = p.timeline.changes()
	s.Counts.Reloads, s.Counts.Partial, s.Counts.Refused = reloads.Reloads, reloads.Partial, reloads.Refused
	var trouble []string
	s.Addresses, trouble = p.addressView(site, s.Router.State == control.Active)
	var err error
	if s.Services, err = p.serviceView(site); err != nil {
		trouble = append(trouble, "the IPVS table cannot be read: "+err.Error())
	}
	s.Table = p.tableView(s.Services)
	s.Sync = p.syncView(site)
	for _, c := range p.director.Settings() {
		s.Sysctls = append(s.Sysctls, control.Sysctl(c))
	}
	s.Firewall = site.cluster.Firewall.Words()
	s.Drift = p.keeper.drifted()
	s.Degraded = p.director.Degraded()
	for _, line := range append(p.troubles(s, site), trouble...) {
		if !slices.Contains(s.Trouble, line) { // a virtual on two protocols says all twice
			s.Trouble = append(s.Trouble, line)
		}
	}
	today(s)
	s.Events = p.events.kept.After(0)
	if len(s.Events) > eventsShown {
		s.Events = s.Events[len(s.Events)-eventsShown:]
	}
	return s, nil
}

// Events are the journal's.
func (p *pulse) Events(ctx context.Context, after uint64) iter.Seq2[control.Event, error] {
	return p.events.kept.Events(ctx, after)
}

// troubles are what is wrong, worst first.
func (p *pulse) troubles(s *control.Snapshot, site *site) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if pt := s.Partner; pt != nil {
		if pt.State == control.Active && s.Router.State == control.Active {
			add("both routers are active")
		}
		if pt.State == control.Silent {
			add("the partner %s is silent: nobody takes over if this router fails", pt.Address)
		}
		for _, path := range pt.Paths {
			if path.Silent && pt.State != control.Silent && pt.State != control.Unknown {
				add("heartbeat path %s (%s) is silent", path.Name, path.Remote)
			}
			if path.Error != "" {
				add("heartbeat path %s: %s", path.Name, path.Error)
			}
		}
	}
	p.pairTroubles(s, site, add)
	if s.Config.Refused != "" {
		add("the lvs.cf on disk is refused, serial_no %d is still used: %s", s.Config.SerialNo, s.Config.Refused)
	}
	if problem := p.keeper.problem(); problem != "" {
		add("%s", problem)
	}
	list = append(list, s.Degraded...)
	if t := s.Table; t.Buckets > 0 && t.Connections > crowded*uint64(t.Buckets) {
		add("the connection table has %d buckets for %d connections, which slows each packet: options ip_vs conn_tab_bits=%d, then load the module again",
			t.Buckets, t.Connections, min(bits.Len64(t.Connections), maxTableBits))
	}
	if n, all, why := p.cut(); n > 0 {
		add("%d of %d real servers are out of this router's reach: %s", n, all, why)
	}
	for _, svc := range s.Services {
		up, active, drained := 0, 0, 0
		for _, rs := range svc.Servers {
			if !rs.Listed() {
				continue
			}
			if rs.Health != control.Inactive {
				active++
			}
			used := rs.Health == control.Up
			if rs.Forced != nil {
				used = rs.Forced.To == control.ForceUp
			}
			switch {
			case used && rs.Health == control.Down:
				add("%s of %s is forced up, and its probes say it is down: %s", rs.Name, svc.Name, rs.Why)
			case rs.Health == control.Down:
				add("%s of %s is down: %s", rs.Name, svc.Name, rs.Why)
			}
			if used {
				up++
			}
			if rs.Drain != nil {
				drained++
			}
		}
		if active > 0 && up == 0 {
			add("%s has no real server up", svc.Name)
		}
		if active > 0 && drained == active {
			add("all real servers of %s are drained: nobody serves it", svc.Name)
		}
		if svc.Sorry {
			add("the sorry server serves %s: %d real servers up, quorum %d", svc.Name, svc.Up, svc.Quorum)
		}
	}
	for _, n := range s.Nannies {
		if n.Error != "" {
			add("nanny for %s: %s", n.Watched(), n.Error)
		}
	}
	return append(list, site.unserved()...)
}

// cut tells how many real servers no probe reaches for a fault of this router,
// of how many, and one of the faults, the same as long as it is there.
func (p *pulse) cut() (n, all int, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	servers := make(map[netip.Addr]bool)
	for key, r := range p.health {
		servers[key.Addr] = servers[key.Addr] || r.Cut
		if r.Cut && (why == "" || r.Trouble < why) {
			why = r.Trouble
		}
	}
	for _, is := range servers {
		if is {
			n++
		}
	}
	return n, len(servers), why
}

const (
	// crowded is how many connections for each bucket of the kernel's table
	// make looking one up slow.
	crowded = 4
	// maxTableBits is the most that every kernel takes for ip_vs's
	// conn_tab_bits; new ones of 64 bits take 27.
	maxTableBits = 20
)

// tableView is the connection table's size and use.
func (p *pulse) tableView(services []control.Service) control.Table {
	t := control.Table{Sent: p.kernel.Sent(), Reload: p.keeper.reload.Load()}
	if info, err := p.view.Info(); err == nil {
		t.Buckets = info.ConnTableSize
	}
	for _, svc := range services {
		for _, rs := range svc.Servers {
			t.Connections += uint64(rs.Active) + uint64(rs.Inactive)
		}
	}
	return t
}

func (p *pulse) addressView(site *site, active bool) ([]control.Address, []string) {
	held, err := p.addresses.Addresses()
	var trouble []string
	if err != nil {
		trouble = append(trouble, "the addresses cannot be read: "+err.Error())
	}
	list := make([]control.Address, 0, len(site.cluster.Addresses))
	for _, f := range site.cluster.Addresses {
		a := control.Address{Prefix: f.Prefix, Device: device(f.Address), For: f.For, Wanted: active}
		for _, h := range held {
			if h.Prefix.Addr() == f.Prefix.Addr() {
				a.Held = true
				if h.Interface != f.Interface {
					a.Error = "it is on " + h.Interface
				}
			}
		}
		list = append(list, a)
	}
	return list, trouble
}

func device(a vip.Address) string {
	if a.Label != "" {
		return a.Label
	}
	return a.Interface
}

func roleName(r heartbeat.Role) control.Role {
	if r == heartbeat.Primary {
		return control.Primary
	}
	return control.Backup
}
