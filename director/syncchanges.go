package director

import (
	"time"

	"pacu/ipvs"
)

// daemonChanges are daemons to stop before start is started, as the kernel has
// one of each role, and those of the other role.
type daemonChanges struct {
	first, last []ipvs.Daemon
	start       *ipvs.Daemon // nil: it runs already, or none is wanted
	lingers     bool         // one of the other role goes on for now
}

// changes are what turns the running daemons into those of want. Without a
// Sync, what runs is not ours unless we started it.
func (s *syncing) changes(want *Sync, now time.Time) (c daemonChanges) {
	if want == nil {
		for _, r := range s.running {
			if s.ours != nil && s.ours.has(r) {
				c.first = append(c.first, r)
			}
		}
		return c
	}
	start := want.daemon(s.now())
	c.start = &start
	for _, r := range s.running {
		right := want.has(r) && (s.ours == nil || *s.ours == *want)
		switch {
		case r.Role != start.Role && right && now.Before(s.turned.Add(s.linger)):
			c.lingers = true
		case r.Role != start.Role:
			c.last = append(c.last, r)
		case right:
			c.start = nil
		default:
			c.first = append(c.first, r)
		}
	}
	return c
}

func stopped(d ipvs.Daemon) Step {
	return Step{Action: '-', Kind: "sync", Object: d.Role.String() + " daemon", Detail: "on " + d.Interface}
}

func started(d ipvs.Daemon, as *Sync) Step {
	return Step{Action: '+', Kind: "sync", Object: d.Role.String() + " daemon", Detail: as.String()}
}
