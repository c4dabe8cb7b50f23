package main

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pacu/control"
)

// orders are what the nannies watch, by the floating address.
func (s *failovers) orders() map[netip.Addr]control.Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	orders := make(map[netip.Addr]control.Order)
	for _, f := range s.all {
		w := f.watch()
		o := orders[w.Address]
		o.Server = w.Address
		if !slices.ContainsFunc(o.Watches, func(x control.Watch) bool { return x.Key() == w.Key() }) {
			o.Watches = append(o.Watches, w)
		}
		orders[w.Address] = o
	}
	return orders
}

// known fills in what the probes said last, for a nanny that is started anew.
func (s *failovers) known(o control.Order) control.Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.Watches = slices.Clone(o.Watches)
	for i := range o.Watches {
		w := &o.Watches[i]
		w.Known = control.Untried
		for _, f := range s.all {
			if f.watch().Key() != w.Key() {
				continue
			}
			if w.Known = f.health; f.health == control.Up {
				w.KnownWeight = 1
			}
		}
	}
	return o
}

// heed takes a nanny's report.
func (s *failovers) heed(r control.Report) {
	now := time.Now()
	var lines []func()
	failed := ""
	s.mu.Lock()
	for _, f := range s.all {
		if f.watch().Key() != r.Service {
			continue
		}
		name := f.spec.Name
		say := func(level control.Level, message string) {
			lines = append(lines, func() { s.log(level, "failover", name, message) })
		}
		if r.Trouble != "" && r.Trouble != f.trouble {
			say(control.Error, "nanny for failover "+name+": "+r.Trouble)
		}
		f.trouble = r.Trouble
		if s.counts(f, r, now) && s.failed(f, r, now, say) {
			failed = fmt.Sprintf("failover %s of the partner does not answer: %s", name, r.Why)
		}
	}
	s.mu.Unlock()
	for _, line := range lines {
		line()
	}
	if failed != "" {
		s.partnerFailed(failed)
	}
}

// counts tells whether a report says something of the router that serves now.
// s.mu is held.
func (s *failovers) counts(f *failover, r control.Report, now time.Time) bool {
	switch {
	case r.Health != control.Up && r.Health != control.Down:
		return false
	case s.serving && f.state != failoverRunning:
		return false // it is on its way
	}
	// Before, the probe may have met the router that served until then.
	return now.Add(-time.Duration(r.Took)).Sub(s.since) >= fosSettles
}

// failed takes a report that counts, and tells whether the partner failed.
// s.mu is held.
func (s *failovers) failed(f *failover, r control.Report, now time.Time, say func(control.Level, string)) bool {
	turned := f.health != r.Health
	f.health, f.probed = r.Health, r.Why
	if r.Health == control.Up {
		f.answered = true
		if turned {
			say(control.Info, fmt.Sprintf("failover %s answers at %s: %s", f.spec.Name, r.Service, r.Why))
		}
		return false
	}
	switch {
	case turned && !s.serving && !f.answered:
		say(control.Warning, fmt.Sprintf("failover %s does not answer yet at %s: %s", f.spec.Name, r.Service, r.Why))
	case turned:
		say(control.Error, fmt.Sprintf("failover %s does not answer at %s: %s", f.spec.Name, r.Service, r.Why))
	}
	if s.serving {
		return false
	}
	return f.answered || now.Sub(later(s.since, f.came)) >= s.patience(f)
}

// patience is how long the partner may take to bring f up. s.mu is held.
func (s *failovers) patience(f *failover) time.Duration {
	d := s.limit + 2*f.spec.Timeout + fosSettles
	if f.broken {
		d = max(d, fosBroken)
	}
	return d
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
