package main

import (
	"net/netip"

	"pacu/control"
	"pacu/director"
	"pacu/ipvs"
	"pacu/lvscf"
)

// serviceView sets side by side what lvs.cf wants, what the kernel holds and
// what the nannies say. Services that are not lvs.cf's come last.
func (p *pulse) serviceView(site *site) ([]control.Service, error) {
	statuses, err := p.view.Services()
	if err != nil {
		statuses = nil
	}
	inKernel := make(map[ipvs.Key]ipvs.ServiceStatus, len(statuses))
	for _, st := range statuses {
		inKernel[st.Key] = st
	}
	var list []control.Service
	for i := range site.cluster.Services {
		svc := site.cluster.Services[i]
		if svc.Through {
			delete(inKernel, svc.Key)
			continue // it is for checks, no service of the operator's
		}
		v := control.Service{
			Name: join(svc.Names), Protocol: svc.Key.Protocol.String(), Address: svc.VIP, Port: svc.Port,
			FWMark: svc.Key.FWMark, Scheduler: svc.Scheduler, Persistent: control.Duration(svc.Timeout),
			Forward: forwardName(svc), Ports: lvscf.PortsText(svc.Ports),
		}
		standing := p.director.Standing(svc.Key)
		v.Up, v.Sorry = standing.Up, standing.Sorry
		if svc.Sorry.IsValid() {
			v.Quorum = svc.Quorum
		}
		if svc.Key.FWMark != 0 {
			v.Protocol = ""
		}
		st, there := inKernel[svc.Key]
		v.InKernel, v.Stats = there, stats(st.Stats)
		delete(inKernel, svc.Key)
		var ds []ipvs.DestinationStatus
		if there {
			if ds, err = p.view.Destinations(svc.Key); err != nil {
				v.Error = err.Error()
			}
		}
		v.Servers = p.servers(svc, ds, standing)
		list = append(list, v)
	}
	for _, st := range statuses {
		if _, foreign := inKernel[st.Key]; foreign {
			list = append(list, p.foreign(st))
		}
	}
	return list, err
}

func (p *pulse) servers(svc *director.Service, ds []ipvs.DestinationStatus, standing director.Standing) []control.Server {
	held := make(map[netip.AddrPort]ipvs.DestinationStatus, len(ds))
	for _, d := range ds {
		held[netip.AddrPortFrom(d.Addr, d.Port)] = d
	}
	drains, forces := p.director.Drains(), p.director.Forces()
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]control.Server, 0, len(svc.Servers))
	for i := range svc.Servers {
		rs := &svc.Servers[i]
		key := director.ServerKey{Service: svc.JudgedBy, Addr: rs.Addr, Port: rs.Port}
		v := control.Server{Name: rs.Name, Address: rs.Addr, Port: rs.Port, Weight: rs.Weight, Health: control.Untried, Quiesce: rs.Quiesce}
		if rs.Unchecked {
			v.Health, v.Why = control.Up, "check = none"
		}
		if r, ok := p.health[key]; ok {
			v.Health, v.Why, v.Took, v.Probes = r.Health, r.Why, r.Took, r.Probes
			v.Since, v.Probed = p.changed[key], p.probed[key]
		}
		if !rs.Active {
			v.Health = control.Inactive
		}
		at := netip.AddrPortFrom(rs.Addr, rs.Port)
		if d, there := held[at]; there {
			fill(&v, d)
			delete(held, at)
		}
		for _, d := range drains {
			if rs.Active && d.Concerns(svc, rs) {
				v.Drain = &control.Drain{Since: d.Since, Until: d.Until, Out: !v.InKernel, As: d.Target.String()}
			}
		}
		for _, f := range forces { // the last one counts
			if rs.Active && f.Concerns(svc, rs) {
				v.Forced = &control.Forced{To: way(f.Up), Since: f.Since, As: f.Target.String()}
			}
		}
		list = append(list, v)
	}
	for _, d := range ds {
		if _, other := held[netip.AddrPortFrom(d.Addr, d.Port)]; !other {
			continue
		}
		v := control.Server{Name: control.Stranger, Address: d.Addr, Port: d.Port, Health: control.Untried}
		if d.Addr == svc.Sorry {
			v.Name = "sorry_server"
			v.Sorry = true
		}
		if name, leaving := standing.Leaving[netip.AddrPortFrom(d.Addr, d.Port)]; leaving {
			v.Name, v.Leaving = name, true
		}
		fill(&v, d)
		list = append(list, v)
	}
	return list
}

func (p *pulse) foreign(st ipvs.ServiceStatus) control.Service {
	v := control.Service{
		Name: st.Key.String(), Address: st.Key.Addr, Port: st.Key.Port, FWMark: st.Key.FWMark, Scheduler: st.Scheduler,
		InKernel: true, Foreign: true, Stats: stats(st.Stats),
	}
	if st.Key.FWMark == 0 {
		v.Protocol = st.Key.Protocol.String()
	}
	ds, err := p.view.Destinations(st.Key)
	if err != nil {
		v.Error = err.Error()
	}
	for _, d := range ds {
		s := control.Server{Name: control.Stranger, Address: d.Addr, Port: d.Port, Health: control.Untried}
		fill(&s, d)
		v.Forward = forwardWord(d.Forward)
		v.Servers = append(v.Servers, s)
	}
	return v
}

func fill(v *control.Server, d ipvs.DestinationStatus) {
	v.InKernel, v.KernelWeight = true, int(d.Weight)
	v.Active, v.Inactive, v.Stats = d.Active, d.Inactive, stats(d.Stats)
}

func stats(s ipvs.Stats) control.Stats { return control.Stats(s) }

func join(names []string) string {
	out := names[0]
	for _, n := range names[1:] {
		out += ", " + n
	}
	return out
}
