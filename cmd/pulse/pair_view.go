package main

import (
	"pacu/control"
	"pacu/heartbeat"
)

// keyRefusals are why heartbeats are dropped where the routers' keys differ.
var keyRefusals = []heartbeat.Refusal{heartbeat.ErrNoKey, heartbeat.ErrHasKey, heartbeat.ErrOtherKey, heartbeat.ErrOldKey}

// versionRefusals are why they are dropped where the routers' versions are too
// far apart.
var versionRefusals = []heartbeat.Refusal{heartbeat.ErrVersion, heartbeat.ErrNewer}

// pairTroubles are what is wrong with the pair besides its paths.
func (p *pulse) pairTroubles(s *control.Snapshot, site *site, add func(format string, args ...any)) {
	for _, f := range s.Router.Faults {
		add("this router is not fit: %s", f)
	}
	if s.Router.Held {
		add("this router is held: it never takes over (pulse hold off)")
	}
	if s.Router.Blind {
		add("this router reaches no real server, and its partner does: it does not take over")
	}
	pt := s.Partner
	if pt == nil {
		return
	}
	if pt.Held {
		add("the partner %s is held: it does not take over if this router fails (pulse hold off there)", pt.Address)
	}
	if pt.Deaf {
		add("the partner %s does not hear this router, though this one hears it: look for a filter on the way there", pt.Address)
	}
	if pt.Faults > 0 {
		add("the partner %s is not fit to serve: pulse status there says why", pt.Address)
	}
	if pt.ConfigDiffers {
		add("the partner %s runs another lvs.cf (serial_no %d, here %d): copy the right one to the other router (scp -p %s %s:%s), and run pulse reload there",
			pt.Address, pt.SerialNo, s.Config.SerialNo, s.Config.Path, pt.Address, s.Config.Path)
	}
	for _, path := range pt.Paths {
		for _, why := range keyRefusals {
			if n := path.DroppedFor[string(why)]; n > 0 && path.Silent {
				add("heartbeat path %s: %d packets dropped: %s: have both routers the same %s?", path.Name, n, why, keyFile(p.o.config))
			}
		}
		for _, why := range versionRefusals {
			if n := path.DroppedFor[string(why)]; n > 0 && path.Silent {
				add("heartbeat path %s: %d packets dropped: %s (this one has Pacu %s)", path.Name, n, why, version)
			}
		}
	}
	for _, f := range s.Failovers {
		if f.Health == control.Down {
			add("%s (%s:%d) does not answer: %s", f.Name, f.Address, f.Port, f.Why)
		}
	}
}

// syncView is how the connection sync fares; nil without one.
func (p *pulse) syncView(site *site) *control.Sync {
	want := site.cluster.Sync
	if want == nil {
		return nil
	}
	n, _ := p.beat.machine()
	v := &control.Sync{
		Role: "backup", Interface: want.Interface, ID: want.ID,
		Connections: p.director.Connections(), Partner: uint64(n.Partner().Connections),
	}
	if n.State() == heartbeat.Active {
		v.Role = "master"
	}
	for _, d := range p.director.Sync() {
		v.Running = v.Running || d.Role.String() == v.Role
	}
	return v
}
