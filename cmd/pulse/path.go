package main

import (
	"fmt"
	"sync"

	"pacu/control"
	"pacu/heartbeat"
)

// A path is a way of heartbeats, and how it fares.
type path struct {
	*heartbeat.Path
	spec  pathSpec
	index int // among the paths

	mu  sync.Mutex
	err error // of the last send
}

func openPaths(specs []pathSpec) ([]*path, error) {
	var paths []*path
	for i, spec := range specs {
		p, err := heartbeat.Listen(spec.local, spec.remote, spec.name)
		if err != nil {
			closePaths(paths)
			return nil, fmt.Errorf("heartbeat path %s: %w", spec.name, err)
		}
		paths = append(paths, &path{Path: p, spec: spec, index: i})
	}
	return paths, nil
}

func closePaths(paths []*path) {
	for _, p := range paths {
		p.Close()
	}
}

// send sends a datagram, and tells of a failure that is new.
func (p *path) send(events *journal, raw []byte) {
	err := p.Send(raw)
	p.mu.Lock()
	was := p.err
	p.err = err
	p.mu.Unlock()
	if err != nil && (was == nil || was.Error() != err.Error()) {
		events.add(control.Warning, "partner", p.spec.name, fmt.Sprintf("heartbeat path %s: %v", p.spec.name, err))
	}
}

// view is the path as the control socket shows it.
func (p *path) view(silent bool) control.Path {
	st := p.Stats()
	v := control.Path{
		Name: p.spec.name, Local: p.spec.local.String(), Remote: p.spec.remote.String(),
		LastHeard: st.LastHeard, Silent: silent, Sent: st.Sent, Heard: st.Heard,
		Dropped: st.Dropped, DroppedFor: st.DroppedFor,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		v.Error = p.err.Error()
	}
	return v
}
