package main

import (
	"sync"

	"pacu/control"
	"pacu/director"
	"pacu/heartbeat"
)

// A tally counts the real servers that this router's probes reach, a server in
// each of its services by itself. One not probed yet counts as up.
type tally struct {
	mu    sync.Mutex
	down  map[director.ServerKey]bool
	all   int
	fresh func() // told after each change
}

func newTally(fresh func()) *tally {
	return &tally{down: make(map[director.ServerKey]bool), fresh: fresh}
}

// count is how many are up, and how many are probed.
func (t *tally) count() (up, all int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all - len(t.down), t.all
}

// set makes probed all that is counted.
func (t *tally) set(probed map[director.ServerKey]bool) {
	t.mu.Lock()
	for k := range t.down {
		if !probed[k] {
			delete(t.down, k)
		}
	}
	t.all = len(probed)
	t.mu.Unlock()
	t.fresh()
}

// heed takes what a probe found.
func (t *tally) heed(k director.ServerKey, h control.Health) {
	t.mu.Lock()
	was := t.down[k]
	is := h == control.Down
	if is {
		t.down[k] = true
	} else {
		delete(t.down, k)
	}
	t.mu.Unlock()
	if was != is {
		t.fresh()
	}
}

// facts are what heartbeats tell of this router.
type facts struct{ up, servers, connections int }

func (f facts) event() heartbeat.Event {
	return heartbeat.Facts{Up: f.up, Servers: f.servers, Connections: f.connections}
}

func (p *pulse) facts() facts {
	up, all := p.tally.count()
	if p.current().fos() {
		// A standby sees the partner's services, and is not blind without them.
		up, all = 0, 0
		if state, _, _ := p.beat.state(); state == control.Active {
			up, all = p.services.answering()
		}
	}
	return facts{up, all, int(p.director.Connections())}
}

// watched are the real servers of s that are probed, each in its services.
func (s *site) watched() map[director.ServerKey]bool {
	watched := make(map[director.ServerKey]bool)
	for _, svc := range s.cluster.Services {
		if svc.JudgedBy != svc.Key {
			continue // its twin's are probed
		}
		for i := range svc.Servers {
			if rs := &svc.Servers[i]; rs.Active && !rs.Unchecked {
				watched[director.ServerKey{Service: svc.Key, Addr: rs.Addr, Port: rs.Port}] = true
			}
		}
	}
	return watched
}
