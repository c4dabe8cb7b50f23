package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// glance is how often a switchover is looked at while it goes on.
const glance = 10 * time.Millisecond

// SwitchOver has the other router serve.
func (p *pulse) SwitchOver(ctx context.Context, check, force bool) (*control.Preflight, error) {
	s, err := p.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	flight := &control.Preflight{Findings: preflight(s)}
	stopped := slices.ContainsFunc(flight.Findings, func(f control.Finding) bool { return f.Stops })
	if check || stopped && !force {
		return flight, nil
	}
	flight.Done, err = p.switchOver(ctx)
	return flight, err
}

// switchOver asks for it, and returns when the active role has moved.
func (p *pulse) switchOver(ctx context.Context) (string, error) {
	before, _ := p.beat.switching()
	site := p.current()
	began := time.Now()
	p.events.add(control.Info, "role", "", "switchover: an operator asked for it")
	p.beat.tell(ctx, heartbeat.Switchover{})
	limit, cancel := context.WithTimeout(ctx, site.cfg.Deadtime+site.handover())
	defer cancel()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		switch now, goesOn := p.beat.switching(); {
		case goesOn:
		case now != before:
			return fmt.Sprintf("this router is %s now, after %v", now, time.Since(began).Round(time.Millisecond)), nil
		default:
			return "", errors.New("the other router did not take over: all is as before; the log says why (pulse status)")
		}
		select {
		case <-limit.Done():
			return "", fmt.Errorf("no switchover within %v: all is as before; the log says why (pulse status)", time.Since(began).Round(time.Millisecond))
		case <-tick.C:
		}
	}
}

// handover is how long handing over may take: for fos the partner starts the
// services first, and this router then stops them.
func (s *site) handover() time.Duration {
	commands := 2 * len(activeFailovers(s.cfg))
	return 2*s.cfg.Deadtime + time.Second + time.Duration(commands)*(s.cfg.CommandTimeout+2*commandGrace)
}

// Hold makes this router never take over, or ends that.
func (p *pulse) Hold(ctx context.Context, on bool) (string, error) {
	p.beat.tell(ctx, heartbeat.Hold{On: on})
	p.remember()
	message := "this router takes over again when it must"
	if on {
		message = "this router never takes over, until pulse hold off or the next boot"
		if state, _, _ := p.beat.state(); state == control.Active {
			message = "this router goes on serving, and does not take over again once it has stopped, until pulse hold off or the next boot"
		}
	}
	p.events.add(control.Warning, "role", "", "hold: "+message)
	c := change{Event: "hold", State: "off", Was: "on", Why: message}
	if on {
		c.State, c.Was = "on", "off"
	}
	p.notifier.tell(c)
	return message, nil
}

// Explain says why this router has its role.
func (p *pulse) Explain(context.Context) (*control.Explanation, error) {
	e := p.beat.explain()
	for _, f := range p.faults() {
		e.Because = append(e.Because, "not fit: "+f.text)
	}
	return &e, nil
}
