package director

import (
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pacu/firewall"
	"pacu/ipvs"
	"pacu/vip"
)

// A Kernel is the IPVS table. *ipvs.Client and *ipvs.Fake are ones.
type Kernel interface {
	Count() (int, error) // of services
	Services() ([]ipvs.ServiceStatus, error)
	Service(ipvs.Key) (ipvs.ServiceStatus, error)
	Destinations(ipvs.Key) ([]ipvs.DestinationStatus, error)
	Apply([]ipvs.Op) error
	Timeouts() (ipvs.Timeouts, error)
	SetTimeouts(ipvs.Timeouts) error
	Daemons() ([]ipvs.Daemon, error)
	StartDaemon(ipvs.Daemon) error
	StopDaemon(ipvs.DaemonRole) error
}

// A Firewall is our nftables table. *firewall.Conn is one.
type Firewall interface {
	Replace(firewall.Ruleset) error
	Intact() (bool, error)
	Remove() error
	Hold([]firewall.Hold) error // new connections, until Release
	Release() error
}

// A Director keeps the kernel as a Cluster, the verdicts and the router's
// role want it. It keeps a belief of what the kernel holds, so that a change
// costs what differs and nothing else; Look finds what others changed. Its
// methods may be called from several goroutines.
type Director struct {
	kernel   Kernel
	firewall Firewall
	sysctls  Sysctls
	floating floating
	syncing  syncing
	turned   atomic.Bool // the role changed since the last Reconcile

	established atomic.Uint64 // connections, as last read

	mu       sync.Mutex
	cluster  *Cluster
	verdicts map[ServerKey]Verdict
	drains   drains
	forces   forces
	services map[ipvs.Key]*service
	judged   map[ipvs.Key][]*service   // by Service.JudgedBy, where that is another
	soiled   []*service                // dirty ones
	attend   map[ipvs.Key]bool         // services that every Look reads
	second   time.Duration             // SecondLook, but in tests
	linger   time.Duration             // throughLinger, but in tests
	held     []netip.Addr              // whose holds changed since the last Reconcile
	known    bool                      // the table was read
	reading  refusal                   // of the table, until it is known
	owned    []ipvs.Key                // an earlier pulse's
	others   map[ipvs.Key]ipvs.Service // services of others, as last seen
	met      bool                      // others were compared with the cluster
	count    int                       // of services in the kernel, as last seen; -1: not known
	round    []ipvs.Key                // services that Look is yet to visit; none: it begins anew
	rest     rest
}

// New makes a Director of nothing, standing by: nothing is touched before
// Configure and Reconcile.
func New(k Kernel, a Addresses, f Firewall, s Sysctls) *Director {
	d := &Director{
		kernel: k, firewall: f, sysctls: s,
		floating: floating{addresses: a, held: make(map[vip.Address]bool), refused: make(map[vip.Address]*refusal)},
		cluster:  &Cluster{}, verdicts: make(map[ServerKey]Verdict),
		services: make(map[ipvs.Key]*service), judged: make(map[ipvs.Key][]*service),
		attend: make(map[ipvs.Key]bool), second: SecondLook, linger: throughLinger, others: make(map[ipvs.Key]ipvs.Service), count: -1,
	}
	d.syncing.kernel, d.syncing.active, d.syncing.linger = k, &d.floating.active, linger
	return d
}

func (d *Director) view() view {
	return view{verdicts: d.verdicts, drains: d.drains, forces: d.forces, serving: d.floating.active.Load()}
}

// Configure replaces the cluster. Verdicts of servers that stay are kept.
func (d *Director) Configure(c *Cluster) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.cluster
	d.cluster = c
	was.base = nil // else it would keep all those before it
	if keys, ok := c.Altered(); ok && c.base == was {
		d.alter(keys)
		return
	}
	d.floating.configure(c.Addresses)
	d.services, d.met = d.configured(c), false
	d.soiled = d.soiled[:0]
	d.judged = make(map[ipvs.Key][]*service)
	watched := make(map[ServerKey]bool, len(d.verdicts))
	for _, k := range sortedKeys(d.services) {
		s := d.services[k]
		d.soiled = append(d.soiled, s)
		if s.want == nil {
			continue
		}
		if s.want.JudgedBy != k {
			d.judged[s.want.JudgedBy] = append(d.judged[s.want.JudgedBy], s)
		}
		if len(d.verdicts) == 0 {
			continue
		}
		for i := range s.want.Servers {
			if rs := &s.want.Servers[i]; rs.Active && !rs.Unchecked {
				watched[ServerKey{s.want.JudgedBy, rs.Addr, rs.Port}] = true
			}
		}
	}
	maps.DeleteFunc(d.verdicts, func(k ServerKey, _ Verdict) bool { return !watched[k] })
	d.round = nil
	d.rest.configured()
	d.syncing.configure(c.Sync)
}

// alter takes services of the cluster that changed, and no more did.
func (d *Director) alter(keys []ipvs.Key) {
	judged := func(k ServerKey) bool { _, ok := d.verdicts[k]; return ok }
	for _, k := range keys {
		s := d.services[k]
		before := s.want
		*s = *s.configured(d.cluster.Service(k), judged, d.linger)
		d.soiled = append(d.soiled, s)
		for i := range before.Servers {
			rs := &before.Servers[i]
			if before.JudgedBy == k && !s.want.watches(rs) {
				delete(d.verdicts, ServerKey{k, rs.Addr, rs.Port})
			}
		}
	}
	d.rest.altered()
}

// watches tells whether s has the real server of rs, and probes it.
func (s *Service) watches(rs *Server) bool {
	return slices.ContainsFunc(s.Servers, func(o Server) bool {
		return o.Active && !o.Unchecked && o.Addr == rs.Addr && o.Port == rs.Port
	})
}

// configured are the services once lvs.cf asks for c, those to be removed
// included.
func (d *Director) configured(c *Cluster) map[ipvs.Key]*service {
	next := make(map[ipvs.Key]*service, len(c.Services))
	judged := func(k ServerKey) bool { _, ok := d.verdicts[k]; return ok }
	for i := range c.Services {
		want := c.Services[i]
		s := d.services[want.Key]
		if s == nil {
			s = &service{key: want.Key}
		}
		next[want.Key] = s.configured(want, judged, d.linger)
	}
	for k, s := range d.services {
		_, stays := next[k]
		switch {
		case stays || s.held == nil:
		case s.foreign && !c.Exclusive:
			d.others[k] = s.held.Service // no more to be removed
		default:
			next[k] = s.configured(nil, judged, d.linger)
		}
	}
	return next
}

// Judge takes a nanny's word on a real server. written says that the nanny
// gave the kernel that weight already. Words on servers that are not (or no
// longer) the cluster's have no effect.
func (d *Director) Judge(k ServerKey, v Verdict, written bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.services[k.Service]
	before, known := d.verdicts[k]
	if s == nil || !known && !s.asksFor(k) {
		return
	}
	d.verdicts[k] = v
	d.judge(s, k, v, written, known && before == v)
	for _, s := range d.judged[k.Service] {
		d.judge(s, k, v, written, known && before == v)
	}
}

func (d *Director) judge(s *service, k ServerKey, v Verdict, written, same bool) {
	a := netip.AddrPortFrom(k.Addr, k.Port)
	if written && !slices.Contains(s.holds, a) {
		weight := v.Weight
		if !v.Up {
			weight = 0
		}
		if held := s.held.find(a); held != nil && held.Weight != weight {
			held.Weight = weight
			// A change of ours on its way may have come after the nanny's.
			s.look, d.attend[s.key] = true, true
		}
	}
	if !same {
		d.soil(s)
	}
}

// soil makes the next Reconcile work s out again.
func (d *Director) soil(s *service) {
	if s != nil && !s.dirty {
		s.dirty = true
		d.soiled = append(d.soiled, s)
	}
}

// Verdict is the last word on a real server, if there is one.
func (d *Director) Verdict(k ServerKey) (Verdict, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.verdicts[k]
	return v, ok
}

// A Standing is how a service is, besides what the kernel tells of it.
type Standing struct {
	Up    int  // servers that get connections, or would if the sorry server did not
	Sorry bool // the sorry server serves
	// Holds are the servers whose weight is not their nanny's to set: they are
	// drained or forced, or the sorry server serves in their stead.
	Holds   []netip.AddrPort
	Leaving map[netip.AddrPort]string // destinations that lvs.cf has no more, with the names they had
}

// Standing tells how the service at k is.
func (d *Director) Standing(k ipvs.Key) Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.services[k]
	if s == nil {
		return Standing{}
	}
	return Standing{Up: s.up, Sorry: s.sorry, Holds: slices.Clone(s.holds), Leaving: maps.Clone(s.leaving)}
}

// Degraded are the objects that the kernel refuses, with why and when each is
// tried again; empty is well.
func (d *Director) Degraded() []string {
	now := time.Now()
	d.mu.Lock()
	var list []string
	for _, k := range sortedKeys(d.services) {
		if r := &d.services[k].refusal; r.err != nil {
			list = append(list, r.words(now))
		}
	}
	for _, r := range []*refusal{&d.reading, &d.rest.firewall, &d.rest.timeouts, &d.rest.settings} {
		if r.err != nil {
			list = append(list, r.words(now))
		}
	}
	d.mu.Unlock()
	return slices.Concat(list, d.syncing.degraded(now), d.floating.degraded(now))
}

func sortedKeys(m map[ipvs.Key]*service) []ipvs.Key {
	return slices.SortedFunc(maps.Keys(m), compareKeys)
}
