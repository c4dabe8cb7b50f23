package main

import (
	"fmt"
	"slices"
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

// openPaths opens the paths of specs, which replace those of was. One that stays
// as it is stays open, and one whose local end stays gets the same socket:
// another could not be bound, for the understudy has it open too. So was goes on
// as before where some path cannot be opened.
func openPaths(specs []pathSpec, was []*path) ([]*path, error) {
	var paths []*path
	for i, spec := range specs {
		p, err := openPath(specs, i, was)
		if err != nil {
			closePaths(without(paths, was))
			return nil, fmt.Errorf("heartbeat path %s: %w", spec.name, err)
		}
		paths = append(paths, p)
	}
	return paths, nil
}

func openPath(specs []pathSpec, i int, was []*path) (*path, error) {
	spec := specs[i]
	here := func(other pathSpec) bool { return other.local == spec.local }
	at := slices.IndexFunc(was, func(p *path) bool { return here(p.spec) })
	var p *heartbeat.Path
	var err error
	switch {
	case at < 0 || slices.ContainsFunc(specs[:i], here): // which is an error
		p, err = heartbeat.Listen(spec.local, spec.remote, spec.name)
	case at == i && was[i].spec == spec:
		return was[i], nil
	default:
		p, err = was[at].Another(spec.remote, spec.name)
	}
	if err != nil {
		return nil, err
	}
	return &path{Path: p, spec: spec, index: i}, nil
}

// without are the paths that others does not have.
func without(paths, others []*path) []*path {
	return slices.DeleteFunc(slices.Clone(paths), func(p *path) bool { return slices.Contains(others, p) })
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
