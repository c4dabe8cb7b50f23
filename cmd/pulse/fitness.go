package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pacu/control"
	"pacu/heartbeat"
)

// What a fault weighs: the router with the smaller sum serves. One that is cut
// off from its network is worse than one that misses all its real servers, and
// that is worse than one whose scripts fail.
const (
	cutWeight     = 1000
	serversWeight = 100
	scriptWeight  = 1
)

// A fault is one reason why this router is not fit to serve.
type fault struct {
	text   string
	weight uint16
	// cut: this router's own network is in doubt, so that its partner's
	// silence proves nothing.
	cut bool
}

// faults are why this router is not fit; none without a partner, as in
// Piranha: better half up than down.
func (p *pulse) faults() []fault {
	s := p.current()
	if !s.partner.IsValid() {
		return nil
	}
	var list []fault
	p.mu.Lock()
	for _, l := range p.links {
		if !l.Up {
			list = append(list, fault{"link down: " + l.Name, cutWeight, true})
		}
	}
	p.mu.Unlock()
	if cut, why := p.witnesses.cut(); cut {
		list = append(list, fault{why, cutWeight, true})
	}
	if up, all := p.tally.count(); s.cfg.MinServers > 0 && up < s.cfg.MinServers {
		list = append(list, fault{fmt.Sprintf("%d of %d real servers answer here, min_servers = %d", up, all, s.cfg.MinServers), serversWeight, false})
	}
	for _, why := range p.scripts.failing() {
		list = append(list, fault{why, scriptWeight, false})
	}
	return list
}

// checkFitness tells the heartbeat whether this router may serve.
func (p *pulse) checkFitness(ctx context.Context) {
	// What is told last must be what was found last.
	p.judging.Lock()
	defer p.judging.Unlock()
	p.checkLinks()
	p.beat.tell(ctx, p.fitness())
}

// fitness is what the heartbeat is told of the faults.
func (p *pulse) fitness() heartbeat.Fit {
	var fit heartbeat.Fit
	var why []string
	for _, f := range p.faults() {
		why = append(why, f.text)
		fit.Faults += f.weight
		fit.Cut = fit.Cut || f.cut
	}
	fit.Why = strings.Join(why, "; ")
	return fit
}

// checkLinks reads the state of the watched links, and tells what changed.
func (p *pulse) checkLinks() {
	p.mu.Lock()
	was := p.links
	p.mu.Unlock()
	links := p.readLinks()
	for _, l := range links {
		i := slices.IndexFunc(was, func(o control.Link) bool { return o.Name == l.Name })
		switch {
		case i >= 0 && was[i].Up && !l.Up:
			p.events.add(control.Error, "fitness", l.Name, fmt.Sprintf("NIC %s: link down", l.Name))
		case i >= 0 && !was[i].Up && l.Up:
			p.events.add(control.Info, "fitness", l.Name, fmt.Sprintf("NIC %s: link up", l.Name))
		}
	}
}

// readLinks reads the state of the watched links.
func (p *pulse) readLinks() []control.Link {
	s := p.current()
	var links []control.Link
	if s.watchesLinks() {
		for _, name := range s.links {
			l, err := p.addresses.Link(name)
			links = append(links, control.Link{Name: name, Up: err == nil && l.Up && l.Carrier})
		}
	}
	p.mu.Lock()
	p.links = links
	p.mu.Unlock()
	return links
}
