package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pacu/control"
	"pacu/vip"
)

// activate brings the floating addresses up, and what runs behind them. The
// table is loaded already.
func (p *pulse) activate(ctx context.Context, why string) error {
	p.events.add(control.Info, "role", "", why, "state", control.Active)
	s := p.current()
	p.timeline.begin(control.Active, why, len(s.cluster.Addresses), p.beat.lastHeard())
	p.cover(s)
	p.hush(s)
	// There are not more parts than addresses: to tell of one never waits.
	parts := make(chan []vip.Address, len(s.cluster.Addresses)+1)
	told := make(chan struct{}) // closed when all were announced once
	announce := func() {
		p.announcer.announce(p.ctx, announcement{parts, onFirst(p.rounds(s), func() { close(told) })})
	}
	if !s.fos() {
		announce()
	}
	up := 0
	err := p.director.SetActive(true, func(part []vip.Address) {
		up += len(part)
		p.timeline.up(len(part))
		parts <- part
	})
	close(parts)
	p.followRole()
	p.timeline.over()
	p.turned(control.Standby, control.Active, why)
	if err != nil && up == 0 {
		return fmt.Errorf("no floating address can be brought up: %w", err)
	}
	if err != nil { // it is tried again, and the others serve
		p.events.add(control.Error, "address", "", oneLine("", err))
	}
	if s.fos() {
		if err := p.services.start(ctx); err != nil {
			return err
		}
		// Until now clients were better off with a partner that hands over.
		announce()
	}
	// Nor does that one let go before clients know where to turn.
	select {
	case <-told:
	case <-time.After(announceWithin):
	case <-ctx.Done():
	}
	return nil
}

// announceWithin bounds how long a partner that hands over waits for the first
// announcements.
const announceWithin = 500 * time.Millisecond

// onFirst is plan with first called after its first round.
func onFirst(plan vip.Plan, first func()) vip.Plan {
	then := plan.OnRound
	plan.OnRound = func(r vip.Round) {
		if r.Number == 1 {
			first()
		}
		then(r)
	}
	return plan
}

// deactivate takes the floating addresses down.
func (p *pulse) deactivate(ctx context.Context, why string) {
	p.events.add(control.Info, "role", "", why, "state", control.Standby)
	p.timeline.begin(control.Standby, why, 0, p.beat.lastHeard())
	p.announcer.announce(p.ctx, announcement{})
	// The addresses first: the partner may have them too by now, and a command
	// that takes its time must not keep them here.
	if err := errors.Join(p.director.SetActive(false, nil), p.services.stop(ctx)); err != nil {
		p.events.add(control.Error, "address", "", oneLine("", err))
	}
	p.followRole()
	p.timeline.over()
	p.cover(p.current())
	p.turned(control.Active, control.Standby, why)
}

// turned has the rest follow the role, and the role be kept for the next
// pulse.
func (p *pulse) turned(was, is control.State, why string) {
	c := change{Event: "role", State: string(is), Was: string(was), Why: why}
	p.notifier.turned(is == control.Active, c)
	p.notifier.tell(c)
	p.keeper.expect()
	p.remember()
}

// remember has what the next pulse must know be kept.
func (p *pulse) remember() {
	p.keeper.unsaved.Store(true)
	p.keeper.kick()
}

// announce tells the neighbours where all floating addresses are, again.
func (p *pulse) announce(level control.Level, why string) {
	p.events.add(level, "role", "", why)
	p.tellNeighbours()
	p.notifier.turned(true, change{Event: "role", State: string(control.Active), Was: string(control.Active), Why: why})
}

func (p *pulse) tellNeighbours() {
	s := p.current()
	p.announcer.announce(p.ctx, announcement{all(s.floating()), p.rounds(s)})
}

// rounds are Piranha's announcements, which then go on at lvs.cf's interval.
func (p *pulse) rounds(s *site) vip.Plan {
	return vip.Plan{Refresh: s.cfg.AnnounceRefresh, Skip: p.beat.quiet, OnRound: func(r vip.Round) {
		if r.Announced == 0 && r.Err == nil {
			return // it serves no more
		}
		switch r.Number {
		case 1:
			p.timeline.announced(r.Announced, r.First, r.Last)
		case vip.DefaultRounds:
			p.events.add(control.Info, "address", "", "gratuitous lvs arps finished", "addresses", r.Announced)
		}
		if r.Err != nil {
			p.events.add(control.Error, "address", "", oneLine("announce: ", r.Err))
		}
	}}
}

func (s *site) floating() []vip.Address {
	list := make([]vip.Address, len(s.cluster.Addresses))
	for i, f := range s.cluster.Addresses {
		list[i] = f.Address
	}
	return list
}

// cover has the guard take the floating addresses of s down when this pulse
// falls silent, while this router serves beside another.
func (p *pulse) cover(s *site) {
	state, _, _ := p.beat.state()
	if p.o.norun {
		return
	}
	var addresses []vip.Address
	if state == control.Active && s.partner.IsValid() {
		addresses = s.floating()
	}
	p.protector.cover(addresses, s.cfg.Deadtime-margin(s.cfg.Keepalive, s.cfg.Deadtime))
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

// factsEvery is the least between two looks at what heartbeats tell of this
// router.
const factsEvery = 250 * time.Millisecond

// keepFacts tells the heartbeat how many real servers this router reaches, and
// how many connections its kernel knows, whenever that may have changed.
func (p *pulse) keepFacts(ctx context.Context) error {
	every := time.NewTicker(factsEvery)
	defer every.Stop()
	var told facts
	differed, other := false, ""
	for {
		differed = p.compareFiles(differed)
		other = p.compareVersions(other)
		f := p.facts()
		if f != told {
			p.beat.tell(ctx, f.event())
			told = f
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.counted:
			p.checkFitness(ctx) // min_servers
		case <-every.C:
		}
	}
}
