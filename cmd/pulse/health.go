package main

import (
	"fmt"
	"net/netip"
	"time"

	"pacu/control"
	"pacu/director"
	"pacu/ipvs"
	"pacu/lvscf"
)

// orders are what the nannies must watch under s: one order for each real
// server's address, with all its services.
func (p *pulse) orders(s *site) map[netip.Addr]control.Order {
	orders := make(map[netip.Addr]control.Order)
	for i := range s.cluster.Services {
		svc := &s.cluster.Services[i]
		for _, rs := range svc.Servers {
			if !rs.Active {
				continue
			}
			o := orders[rs.Addr]
			o.Server = rs.Addr
			o.Watches = append(o.Watches, watch(svc, rs))
			orders[rs.Addr] = o
		}
	}
	return orders
}

func watch(svc *director.Service, rs director.Server) control.Watch {
	v := rs.Virtual
	return control.Watch{
		Protocol: protocolOf(svc, v), Address: svc.VIP, Port: v.Port, FWMark: svc.Key.FWMark,
		RealPort: rs.Port, Forward: forwardName(svc.Forward), Weight: rs.Weight, Quiesce: rs.Quiesce,
		Interval: control.Duration(v.Timeout), Reentry: control.Duration(v.Reentry),
		Send: v.Send, Expect: v.Expect, Regex: v.UseRegex, Program: v.SendProgram,
	}
}

// protocolOf is the service's, or the virtual's where a firewall mark takes
// every protocol: the probe needs one.
func protocolOf(svc *director.Service, v *lvscf.Virtual) string {
	if svc.Key.FWMark != 0 {
		return v.Protocol
	}
	return svc.Key.Protocol.String()
}

func forwardName(f ipvs.Forward) string {
	switch f {
	case ipvs.Direct:
		return "direct"
	case ipvs.Tunnel:
		return "tunnel"
	}
	return "nat"
}

// known fills in the verdicts held, so that a nanny started anew goes on where
// its forerunner was, or where an earlier pulse left the kernel.
func (p *pulse) known(o control.Order) control.Order {
	watches := make([]control.Watch, len(o.Watches))
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range o.Watches {
		w.Known = control.Untried
		if key, ok := p.keyOf(w.Key(), o.Server, w.RealPort); ok {
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
	return director.ServerKey{Service: k, Addr: server, Port: port}, ok
}

func serviceWords(svc *director.Service) string {
	return control.Service{
		Protocol: svc.Key.Protocol.String(), Address: svc.VIP, Port: svc.Port, FWMark: svc.Key.FWMark,
	}.Key()
}

// heed takes a nanny's report.
func (p *pulse) heed(server netip.Addr, r control.Report) {
	now := time.Now()
	p.mu.Lock()
	key, ok := p.keyOf(r.Service, server, r.RealPort)
	if !ok {
		p.mu.Unlock()
		return // of a service just taken out
	}
	was, before := p.health[key]
	p.health[key], p.probed[key] = r, now
	turned := !before || was.Health != r.Health
	if turned {
		p.changed[key] = now
	}
	name := p.name(key)
	p.mu.Unlock()

	if r.Health == control.Up || r.Health == control.Down {
		p.director.Judge(key, director.Verdict{Up: r.Health == control.Up, Weight: uint32(max(r.Weight, 0))})
	}
	switch {
	case turned && r.Health == control.Up:
		p.events.add(control.Info, "server", name, fmt.Sprintf("%s is up: %s", name, r.Why))
	case turned && r.Health == control.Down:
		p.events.add(control.Error, "server", name, fmt.Sprintf("%s is down: %s", name, r.Why))
	}
	if r.Trouble != "" && r.Trouble != was.Trouble {
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
	for i := range p.site.cluster.Services {
		svc := &p.site.cluster.Services[i]
		if svc.Key != key.Service {
			continue
		}
		for _, rs := range svc.Servers {
			if rs.Addr == key.Addr && rs.Port == key.Port {
				return fmt.Sprintf("%s (%s) of %s", rs.Name, at, svc.Names[0])
			}
		}
	}
	return at.String()
}
