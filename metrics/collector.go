package metrics

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"pacu/control"
)

// A collector tells what one answer of pulse says. It gathers by itself, for a
// prometheus.Registry looks at each series twice for mistakes that tests exclude
// here: of 40,000 servers that is most of the work.
type collector struct {
	answer  answer
	groups  map[Group]bool
	now     time.Time
	own     func(emitter) // what is told besides, pulse or not
	process prometheus.Gatherer
}

// Gather implements prometheus.Gatherer.
func (c *collector) Gather() ([]*dto.MetricFamily, error) {
	e := make(emitter, len(families))
	c.collect(e)
	list := e.told()
	if !c.groups[Process] {
		return list, nil
	}
	process, err := c.process.Gather()
	return append(process, list...), err
}

// collect tells all but the process.
func (c *collector) collect(e emitter) {
	c.own(e)
	e.yes(up, c.answer.err == nil)
	e.put(askSeconds, c.answer.took.Seconds())
	s := c.answer.snapshot
	if c.answer.err != nil {
		return
	}
	e.put(ageSeconds, max(c.now.Sub(c.answer.came), 0).Seconds())
	if c.groups[Router] {
		router(e, s)
		partner(e, s)
		watched(e, s)
		config(e, s)
		kernel(e, s)
	}
	if c.groups[Services] || c.groups[Servers] {
		services(e, s, c.groups)
	}
	if c.groups[Nannies] {
		for _, n := range s.Nannies {
			at := n.Server.String()
			e.yes(nannyUp, n.Pid != 0, at)
			e.put(nannyServers, float64(n.More+1), at)
			e.put(nannyRestarts, float64(n.Restarts), at)
		}
	}
}

func router(e emitter, s *control.Snapshot) {
	r := s.Router
	e.put(pulseInfo, 1, s.Hostname, s.Version)
	e.put(pulsePid, float64(s.Pid))
	e.at(startTime, s.Started)
	e.oneOf(role, string(r.Role), string(control.Primary), string(control.Backup))
	e.oneOf(state, string(r.State), string(control.Active), string(control.Standby))
	e.at(stateTime, r.Since)
	e.yes(changing, r.Phase != "")
	e.put(faults, float64(len(r.Faults)))
	e.yes(held, r.Held)
	e.yes(blind, r.Blind)
	e.yes(keyed, r.Key != "")
	e.put(keepalive, time.Duration(r.Keepalive).Seconds())
	e.put(deadtime, time.Duration(r.Deadtime).Seconds())
	e.put(takeovers, float64(s.Counts.Actives), string(control.Active))
	e.put(takeovers, float64(s.Counts.Standbys), string(control.Standby))
}

func partner(e emitter, s *control.Snapshot) {
	p := s.Partner
	if p == nil {
		return
	}
	e.oneOf(partnerState, string(p.State), string(control.Active), string(control.Standby), string(control.Silent), string(control.Unknown))
	e.at(partnerTime, p.Since)
	if p.Keyed {
		e.put(partnerFaults, float64(p.Faults))
		e.yes(partnerHeld, p.Held)
		e.yes(partnerDeaf, p.Deaf)
		e.yes(partnerDiffers, p.ConfigDiffers)
		e.put(partnerUp, float64(p.ServersUp))
		e.put(partnerServers, float64(p.Servers))
	}
	for _, path := range p.Paths {
		e.put(beatsSent, float64(path.Sent), path.Name)
		e.put(beatsHeard, float64(path.Heard), path.Name)
		dropped := drops(path)
		for _, why := range slices.Sorted(maps.Keys(dropped)) {
			e.put(beatsDropped, float64(dropped[why]), path.Name, why)
		}
		if !path.LastHeard.IsZero() {
			e.put(beatsAge, max(s.Taken.Sub(path.LastHeard), 0).Seconds(), path.Name)
		}
		e.yes(pathSilent, path.Silent, path.Name)
		e.yes(pathError, path.Error != "", path.Name)
	}
}

// drops are the packets dropped by their reason, without the advice that
// follows it.
func drops(p control.Path) map[string]uint64 {
	by, rest := make(map[string]uint64), p.Dropped
	for words, n := range p.DroppedFor {
		why, _, _ := strings.Cut(words, ":")
		by[why] += n
		rest -= min(rest, n)
	}
	if rest > 0 {
		by["other"] += rest
	}
	return by
}

// watched is all that decides whether this router is fit, and what it serves
// itself.
func watched(e emitter, s *control.Snapshot) {
	for _, l := range s.Links {
		e.yes(linkUp, l.Up, l.Name)
	}
	for _, w := range s.Witnesses {
		e.yes(witnessUp, w.OK, w.How, w.Address.String())
	}
	for _, sc := range s.Scripts {
		e.yes(scriptUp, sc.OK, sc.Name)
		e.put(scriptTook, time.Duration(sc.Took).Seconds(), sc.Name)
	}
	for _, f := range s.Failovers {
		e.yes(failoverUp, f.Health == control.Up, f.Name)
	}
	for _, a := range s.Addresses {
		e.yes(addressWant, a.Wanted, a.Prefix.Addr().String(), a.Device)
		e.yes(addressHeld, a.Held, a.Prefix.Addr().String(), a.Device)
	}
}

// hashShown is how much of lvs.cf's hash is told: what heartbeats carry too.
const hashShown = 16

func config(e emitter, s *control.Snapshot) {
	c := s.Config
	e.put(configInfo, 1, c.Network, c.SHA256[:min(len(c.SHA256), hashShown)])
	e.put(configSerial, float64(c.SerialNo))
	e.at(configTime, c.Loaded)
	e.yes(configRefused, c.Refused != "")
	e.put(reloads, float64(s.Counts.Reloads), "used")
	e.put(reloads, float64(s.Counts.Partial), "partial")
	e.put(reloads, float64(s.Counts.Refused), "refused")
	e.put(repairs, float64(s.Drift.Repairs))
	e.at(repairTime, s.Drift.Last)
	e.put(degraded, float64(len(s.Degraded)))
	e.put(troubles, float64(len(s.Trouble)))
}

func kernel(e emitter, s *control.Snapshot) {
	if y := s.Sync; y != nil {
		e.yes(syncRunning, y.Running)
		e.put(syncHere, float64(y.Connections))
		e.put(syncThere, float64(y.Partner))
	}
	e.put(tableBuckets, float64(s.Table.Buckets))
	e.put(tableEntries, float64(s.Table.Connections))
	e.put(netlink, float64(s.Table.Sent))
}
