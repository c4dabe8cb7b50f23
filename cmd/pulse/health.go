package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"pacu/control"
	"pacu/director"
	"pacu/ipvs"
	"pacu/lvscf"
)

// order has the nannies watch what s asks for.
func (p *pulse) order(s *site) { p.nannies.set(p.orders(s), s.cfg.NannyLimit) }

// orderFirst has the nannies watch for the first time. Where checks need the
// table or a setting they wait for that, and nothing else does.
func (p *pulse) orderFirst(ctx context.Context, tasks *errgroup.Group) {
	if !p.site.cluster.ChecksNeedKernel() {
		p.order(p.site)
		return
	}
	tasks.Go(func() error {
		p.reloading.Lock()
		defer p.reloading.Unlock()
		// What the kernel refuses is in the log, and no reason for nannies to wait.
		if _, _ = p.keeper.apply(ctx); ctx.Err() == nil {
			p.order(p.current())
		}
		return nil
	})
}

// orders are what the nannies must watch under s: one order for each real
// server's address, with all its services.
func (p *pulse) orders(s *site) map[netip.Addr]control.Order {
	if s.fos() {
		return p.services.orders()
	}
	orders := make(map[netip.Addr]control.Order)
	for i := range s.cluster.Services {
		svc := s.cluster.Services[i]
		if svc.JudgedBy != svc.Key {
			continue // the twin's nannies watch it too
		}
		for j := range svc.Servers {
			rs := &svc.Servers[j]
			if !rs.Active || rs.Unchecked {
				continue
			}
			o := orders[rs.Addr]
			o.Server = rs.Addr
			w := watch(svc, rs)
			w.Twin = s.twins[svc.Key]
			w.Checks = checks(s.cluster, svc, rs)
			w.Load = load(rs.Virtual, s.cfg)
			o.Watches = append(o.Watches, w)
			orders[rs.Addr] = o
		}
	}
	return orders
}

func watch(svc *director.Service, rs *director.Server) control.Watch {
	v := rs.Virtual
	w := control.Watch{
		Protocol: protocolOf(svc, v), Address: svc.VIP, Port: v.Port, FWMark: svc.Key.FWMark,
		RealPort: rs.ProbePort, Forward: forwardName(svc), Weight: rs.Weight, Quiesce: rs.Quiesce,
		MaxConnections: rs.Upper, MinConnections: rs.Lower,
		Interval: control.Duration(v.Timeout), Reentry: control.Duration(v.Reentry),
		Retry: control.Duration(v.Retry), Rise: v.Rise, Fall: v.Fall, Damping: v.Damping,
	}
	if svc.Encap != (ipvs.Encap{}) {
		w.Encap = svc.Encap.String()
	}
	if rs.Port != rs.ProbePort {
		w.KernelPort = &rs.Port
	}
	return w
}

// protocolOf is the service's, or the virtual's where a firewall mark takes
// every protocol: the probe needs one.
func protocolOf(svc *director.Service, v *lvscf.Virtual) string {
	if svc.Key.FWMark != 0 {
		first, _, _ := strings.Cut(v.Protocol, "+")
		return first
	}
	return svc.Key.Protocol.String()
}

// forwardName is lvs.cf's word for how a service forwards.
func forwardName(svc *director.Service) string {
	if svc.FullNAT {
		return string(lvscf.FullNAT)
	}
	return forwardWord(svc.Forward)
}

func forwardWord(f ipvs.Forward) string {
	switch f {
	case ipvs.Direct:
		return string(lvscf.Direct)
	case ipvs.Tunnel:
		return string(lvscf.Tunnel)
	}
	return string(lvscf.NAT)
}

// known fills in the verdicts held, so that a nanny started anew goes on where
// its forerunner was, or where an earlier pulse left the kernel.
func (p *pulse) known(o control.Order) control.Order {
	if p.current().fos() {
		return p.services.known(o)
	}
	watches := make([]control.Watch, len(o.Watches))
	for i, w := range o.Watches {
		w.Known = control.Untried
		p.mu.Lock() // not while the director is asked, which may be at a long work
		key, ok := p.keyOf(w.Key(), o.Server, w.RealPort)
		p.mu.Unlock()
		if ok {
			w.Hold = slices.Contains(p.director.Standing(key.Service).Holds, netip.AddrPortFrom(key.Addr, key.Port))
			if v, ok := p.director.Verdict(key); ok && v.Up {
				w.Known, w.KnownWeight = control.Up, int(v.Weight)
			} else if ok {
				w.Known = control.Down
			}
		}
		watches[i] = w
	}
	o.Watches = watches
	return o
}

// keyOf finds the kernel's name of a service in the site by the words nannies
// use. p.mu is held.
func (p *pulse) keyOf(service string, server netip.Addr, port uint16) (director.ServerKey, bool) {
	k, ok := p.site.services[service]
	if !ok {
		return director.ServerKey{}, false
	}
	svc := p.site.cluster.Service(k)
	for i := range svc.Servers {
		rs := &svc.Servers[i]
		if rs.Addr == server && rs.ProbePort == port && rs.Active {
			return director.ServerKey{Service: svc.Key, Addr: server, Port: rs.Port}, true
		}
	}
	return director.ServerKey{}, false
}

func serviceWords(svc *director.Service) string {
	return control.Service{
		Protocol: svc.Key.Protocol.String(), Address: svc.VIP, Port: svc.Port, FWMark: svc.Key.FWMark,
	}.Key()
}

// heed takes a nanny's report.
func (p *pulse) heed(server netip.Addr, r control.Report, now time.Time) {
	if p.current().fos() {
		p.services.heed(r)
		return
	}
	p.mu.Lock()
	key, ok := p.keyOf(r.Service, server, r.RealPort)
	if !ok {
		p.mu.Unlock()
		return // of a service just taken out
	}
	was, before := p.health[key]
	r.Probes = r.Probes.Plus(was.Probes)
	p.health[key], p.probed[key] = r, now
	turned := !before || was.Health != r.Health
	if turned {
		p.changed[key] = now
	}
	name := ""
	if turned || r.Trouble != was.Trouble {
		name = p.name(key)
	}
	p.mu.Unlock()

	reached := r.Health
	if r.Cut {
		reached = control.Down // not by this router
	}
	p.tally.heed(key, reached)
	if r.Health == control.Up || r.Health == control.Down {
		p.director.Judge(key, director.Verdict{Up: r.Health == control.Up, Weight: uint32(max(r.Weight, 0))}, r.Trouble == "")
	}
	switch {
	case turned && r.Health == control.Up:
		p.events.add(control.Info, "server", name, fmt.Sprintf("%s is up: %s", name, r.Why))
		p.notifier.tell(change{Event: "server", State: "up", Was: string(was.Health), Object: name, Why: r.Why})
	case turned && r.Health == control.Down:
		p.events.add(control.Error, "server", name, fmt.Sprintf("%s is down: %s", name, r.Why))
		p.notifier.tell(change{Event: "server", State: "down", Was: string(was.Health), Object: name, Why: r.Why, Level: control.Error})
	}
	// Of a fault that cuts this router off, each nanny has logged what it is.
	if r.Trouble != "" && r.Trouble != was.Trouble && !r.Cut {
		p.events.add(control.Error, "nanny", name, fmt.Sprintf("nanny for %s: %s", name, r.Trouble))
	}
	if turned || was.Weight != r.Weight {
		p.keeper.kick()
	}
}

// name is how people know a real server: "lvs-03 (10.8.8.33:80) of
// http_server". p.mu is held.
func (p *pulse) name(key director.ServerKey) string {
	at := netip.AddrPortFrom(key.Addr, key.Port)
	svc := p.site.cluster.Service(key.Service)
	if svc == nil {
		return at.String()
	}
	for i := range svc.Servers {
		rs := &svc.Servers[i]
		if rs.Addr == key.Addr && rs.Port == key.Port {
			return fmt.Sprintf("%s (%s) of %s", rs.Name, netip.AddrPortFrom(rs.Addr, rs.ProbePort), svc.Names[0])
		}
	}
	return at.String()
}
