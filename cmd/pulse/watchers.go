package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"

	"pacu/control"
	"pacu/heartbeat"
)

// watchers makes what watches over this router's fitness, tells others of
// changes, and writes down takeovers.
func (p *pulse) watchers() error {
	execute := func(ctx context.Context, c command) outcome { return c.run(ctx) }
	set, err := witnessesOf(p.site.cfg, p.site.floatingAddrs())
	if err != nil {
		return err
	}
	p.notifier = newNotifier(p.site.cfg, execute, p.self, p.events.add)
	p.witnesses = newWitnesses(set, realWitness, p.witnessTurned)
	p.scripts = newScripts(p.site.cfg.TrackScripts, execute, p.self, p.scriptTurned)
	p.services = newFailovers(p.site.cfg, execute, p.self, p.events.add, func(why string) {
		p.beat.tell(p.ctx, heartbeat.PartnerFailed{Why: why})
	})
	count := p.servedClients
	if p.site.fos() || p.o.norun {
		count = nil
	}
	p.timeline = newTimeline(count, func() bool { return p.current().cluster.ChecksThrough() }, p.events.add)
	return nil
}

// rewatch has the watchers go by s.
func (p *pulse) rewatch(s *site) error {
	set, err := witnessesOf(s.cfg, s.floatingAddrs())
	if err != nil {
		return err
	}
	p.witnesses.configure(set)
	p.scripts.configure(s.cfg.TrackScripts)
	p.notifier.configure(s.cfg)
	if err := p.services.configure(p.ctx, s.cfg); err != nil {
		p.events.add(control.Error, "failover", "", oneLine("", err))
	}
	return nil
}

func (s *site) floatingAddrs() []netip.Addr {
	list := make([]netip.Addr, len(s.cluster.Addresses))
	for i, f := range s.cluster.Addresses {
		list[i] = f.Prefix.Addr()
	}
	return list
}

// self is this router as commands of lvs.cf are told of it.
func (p *pulse) self() change {
	s := p.current()
	c := change{Role: roleName(s.role)}
	c.Router, _ = os.Hostname()
	if s.partner.IsValid() {
		c.Partner = s.partner.String()
	}
	return c
}

func (p *pulse) witnessTurned(addr netip.Addr, ok bool, why string) {
	p.turnedFit("witness", addr.String(), ok, fmt.Sprintf("witness %s: %s", addr, why))
}

func (p *pulse) scriptTurned(name string, ok bool, why string) {
	p.turnedFit("script", name, ok, fmt.Sprintf("track_script %s: %s", name, why))
}

// turnedFit tells of what this router's fitness depends on, and judges it anew.
func (p *pulse) turnedFit(event, object string, ok bool, message string) {
	c := change{Event: event, Object: object, State: "ok", Was: "failed", Why: message, Level: control.Info}
	if !ok {
		c.State, c.Was, c.Level = "failed", "ok", control.Error
	}
	p.events.add(c.Level, "fitness", object, message)
	p.notifier.tell(c)
	p.checkFitness(p.ctx)
}

// partnerTurned tells of a partner that is otherwise than before.
func (p *pulse) partnerTurned(was, is heartbeat.PartnerState) {
	level := control.Info
	if is == heartbeat.PartnerSilent {
		level = control.Warning
	}
	p.notifier.tell(change{Event: "partner", State: is.String(), Was: was.String(), Level: level, Object: p.current().partner.String()})
}
