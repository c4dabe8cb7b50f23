package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pacu/control"
	"pacu/heartbeat"
	"pacu/vip"
)

// activate brings the floating addresses up. The table is loaded already.
func (p *pulse) activate(why string) error {
	p.events.add(control.Info, "role", "", why, "state", control.Active)
	err := p.director.SetActive(true, nil)
	p.turned()
	p.protect()
	p.tellNeighbours()
	return err
}

// deactivate takes the floating addresses down.
func (p *pulse) deactivate(why string) error {
	p.events.add(control.Info, "role", "", why, "state", control.Standby)
	p.announcer.announce(p.ctx, nil)
	err := p.director.SetActive(false, nil)
	p.turned()
	p.protect()
	return err
}

// turned has the rest follow the role, and the role be kept for the next
// pulse, off the heartbeat's path.
func (p *pulse) turned() {
	p.keeper.unsaved.Store(true)
	p.keeper.kick()
}

// announce tells the neighbours where all floating addresses are, again.
func (p *pulse) announce(why string) {
	p.events.add(control.Warning, "role", "", why)
	p.tellNeighbours()
}

func (p *pulse) tellNeighbours() { p.announcer.announce(p.ctx, p.current().floating()) }

func (s *site) floating() []vip.Address {
	list := make([]vip.Address, len(s.cluster.Addresses))
	for i, f := range s.cluster.Addresses {
		list[i] = f.Address
	}
	return list
}

// beaten keeps the guard at ease: it hears of every heartbeat that went out.
func (p *pulse) beaten() { p.protect() }

// protect tells the guard what to take down if nothing more is heard of this
// pulse, and starts one when there is something to guard.
func (p *pulse) protect() {
	s := p.current()
	state, _, _ := p.beat.state()
	guarded := state == control.Active && s.partner.IsValid() && !p.o.norun
	if p.guard == nil {
		if !guarded {
			return
		}
		g, err := startGuard(p.o.lockPath(), p.o.verbose)
		if err != nil {
			p.events.add(control.Error, "address", "", err.Error())
			return
		}
		p.guard = g
	}
	var addresses []vip.Address
	if guarded {
		addresses = s.floating()
	}
	within := s.cfg.Deadtime - margin(s.cfg.Keepalive, s.cfg.Deadtime)
	if err := p.guard.protect(addresses, within); err != nil {
		p.events.add(control.Error, "address", "", err.Error()+": another is started")
		p.guard.abandon()
		p.guard = nil
	}
}

// watchNetwork tells the keeper and the fitness check of every change to links
// and addresses.
func (p *pulse) watchNetwork(ctx context.Context) error {
	err := vip.Watch(ctx, func(c vip.Change) {
		p.director.Stir(c.Kind != vip.AddressChanged)
		p.keeper.look()
		if c.Kind != vip.AddressChanged {
			p.checkFitness(ctx)
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// readLinks reads the state of the watched links.
func (p *pulse) readLinks() {
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
}

// checkFitness tells the heartbeat whether this router may serve.
func (p *pulse) checkFitness(ctx context.Context) {
	p.mu.Lock()
	was := p.links
	p.mu.Unlock()
	p.readLinks()
	p.mu.Lock()
	links := p.links
	p.mu.Unlock()
	var down []string
	for _, l := range links {
		if !l.Up {
			down = append(down, l.Name)
		}
	}
	for _, l := range links {
		i := slices.IndexFunc(was, func(o control.Link) bool { return o.Name == l.Name })
		switch {
		case i >= 0 && was[i].Up && !l.Up:
			p.events.add(control.Error, "role", l.Name, fmt.Sprintf("NIC %s: link down", l.Name))
		case i >= 0 && !was[i].Up && l.Up:
			p.events.add(control.Info, "role", l.Name, fmt.Sprintf("NIC %s: link up", l.Name))
		}
	}
	fit := heartbeat.Fit{OK: len(down) == 0}
	if !fit.OK {
		fit.Why = "link down: " + strings.Join(down, ", ")
	}
	p.beat.tell(ctx, fit)
}
