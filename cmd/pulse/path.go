package main

import (
	"fmt"
	"net"
	"sync"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// A path is a way of heartbeats, and how it fares.
type path struct {
	*heartbeat.Path
	spec pathSpec

	mu    sync.Mutex
	err   error // of the last send
	heard uint64
	last  time.Time // heard
	drops heartbeat.Drops
}

// errClosed ends the reading of a path that was closed.
var errClosed = net.ErrClosed

func openPaths(specs []pathSpec) ([]*path, error) {
	var paths []*path
	for _, spec := range specs {
		p, err := heartbeat.Listen(spec.local, spec.remote, spec.name)
		if err != nil {
			closePaths(paths)
			return nil, fmt.Errorf("heartbeat path %s: %w", spec.name, err)
		}
		paths = append(paths, &path{Path: p, spec: spec})
	}
	return paths, nil
}

func closePaths(paths []*path) {
	for _, p := range paths {
		p.Close()
	}
}

// send sends a packet, and tells of a failure that is new.
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

// hear counts a heartbeat of the partner.
func (p *path) hear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard++
	p.last = time.Now()
}

// lastHeard is when the partner's last heartbeat came; zero if never.
func (p *path) lastHeard() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// drop counts a packet that is none, and tells of it now and then.
func (p *path) drop(events *journal, why error) {
	p.mu.Lock()
	line := p.drops.Add(why, time.Now())
	p.mu.Unlock()
	if line != "" {
		events.add(control.Warning, "partner", p.spec.name, fmt.Sprintf("heartbeat path %s: %s", p.spec.name, line))
	}
}

// view is the path as the control socket shows it.
func (p *path) view(silent bool) control.Path {
	p.mu.Lock()
	defer p.mu.Unlock()
	st := p.Stats()
	v := control.Path{
		Name: p.spec.name, Local: p.spec.local.String(), Remote: p.spec.remote.String(),
		LastHeard: p.last, Silent: silent, Sent: st.Sent, Heard: p.heard,
		Dropped: p.drops.Total(), DroppedFor: p.drops.ByReason(),
	}
	if p.err != nil {
		v.Error = p.err.Error()
	}
	return v
}
