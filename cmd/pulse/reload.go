package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"pacu/control"
	"pacu/director"
)

// Reload reads lvs.cf again and makes the kernel, the nannies and the
// heartbeat follow it. A file that is wrong changes nothing. It returns what
// changed, in words.
func (p *pulse) Reload(context.Context) (string, error) {
	p.reloading.Lock()
	defer p.reloading.Unlock()
	// systemd says that it reloads, whoever asked for it.
	daemon.SdNotify(false, daemon.SdNotifyReloading+"\n"+daemon.SdNotifyMonotonicUsec())
	defer daemon.SdNotify(false, daemon.SdNotifyReady)
	p.events.add(control.Info, "config", p.o.config, "rereading configuration file "+p.o.config)
	s, err := p.readAgain()
	if err == nil {
		err = p.beat.reconfigure(p.ctx, s)
	}
	if err == nil {
		err = p.rewatch(s)
	}
	if err != nil {
		p.mu.Lock()
		p.refused = err.Error()
		p.reloads.Refused++
		p.mu.Unlock()
		for _, line := range strings.Split(err.Error(), "\n") {
			p.events.add(control.Error, "config", p.o.config, line)
		}
		p.events.add(control.Error, "config", p.o.config, "the new configuration is not used: nothing is changed")
		p.notifier.tell(change{Event: "config", State: "refused", Object: p.o.config, Why: err.Error(), Level: control.Error})
		return "", err
	}
	if was := p.current(); len(was.keys) > 0 && len(s.keys) == 0 && s.partner.IsValid() {
		p.events.add(control.Warning, "config", keyFile(p.o.config), fmt.Sprintf("%s is gone: heartbeats are Piranha's from now on, and anyone can forge them", keyFile(p.o.config)))
	}
	again, afterwards := probesDiffer(p.current(), s), s.cluster.ChecksNeedKernel()
	p.adopt(s)
	if again && !afterwards {
		p.order(s)
	}
	p.checkFitness(p.ctx)
	p.warn(s)
	did, err := p.keeper.apply(p.ctx)
	if again && afterwards {
		p.order(s) // what the checks need must be there first
	}
	p.mu.Lock()
	if err != nil {
		p.reloads.Partial++
	} else {
		p.reloads.Reloads++
	}
	p.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("the configuration is read and used, but the kernel refuses a part of it, which is tried again: %w", err)
	}
	message := fmt.Sprintf("serial_no %d: %s", s.cfg.SerialNo, explain(did))
	p.events.add(control.Info, "config", p.o.config, message)
	p.notifier.tell(change{Event: "config", State: "loaded", Object: p.o.config, Why: message})
	return message, nil
}

func (p *pulse) readAgain() (*site, error) {
	var s *site
	text, err := readFile(p.o.config)
	if err == nil {
		s, err = newSite(p.ctx, p.o.config, text, p.addresses, p.current(), &p.reader)
	}
	if errors.Is(err, errBackupInactive) {
		return nil, fmt.Errorf("%s: this is the backup router, and backup_active = 0 or backup = 0.0.0.0 leaves it nothing to do: stop pulse here first", p.o.config)
	}
	return s, err
}

// adopt makes s the site that everything works by.
func (p *pulse) adopt(s *site) {
	p.mu.Lock()
	p.site, p.loaded, p.refused = s, time.Now(), ""
	watched := s.watched()
	gone := func(k director.ServerKey) bool { return !watched[k] }
	maps.DeleteFunc(p.health, func(k director.ServerKey, _ control.Report) bool { return gone(k) })
	maps.DeleteFunc(p.changed, func(k director.ServerKey, _ time.Time) bool { return gone(k) })
	maps.DeleteFunc(p.probed, func(k director.ServerKey, _ time.Time) bool { return gone(k) })
	p.mu.Unlock()
	p.tally.set(watched)
	p.director.Configure(s.cluster)
}

// probesDiffer tells whether the nannies may have to watch otherwise than
// before.
func probesDiffer(was, s *site) bool {
	keys, ok := s.cluster.Altered()
	if !ok {
		return true
	}
	probed := func(rs director.Server) bool { return rs.Active && !rs.Unchecked }
	for _, k := range keys {
		for _, c := range []*director.Cluster{was.cluster, s.cluster} {
			if slices.ContainsFunc(c.Service(k).Servers, probed) {
				return true
			}
		}
	}
	return false
}
