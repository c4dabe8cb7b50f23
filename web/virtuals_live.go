package web

import (
	"context"
	"strings"
	"time"

	"pacu/control"
	"pacu/web/templates"
)

// A page about the draft shows what pulse knows beside it, and waits for that
// no longer than this; a look as old as glanceFresh is as good.
const (
	glanceWait  = 40 * time.Millisecond
	glanceFresh = 6 * time.Second
	glanceOld   = 15 * time.Second // no longer shown
)

// glance returns pulse's last snapshot, or nil where there is none in time.
func (s *Server) glance(ctx context.Context) *control.Snapshot {
	m := s.hub.latest()
	if m == nil || time.Since(m.Taken) > glanceFresh {
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.hub.look(context.WithoutCancel(ctx), glanceFresh)
		}()
		wait := time.NewTimer(glanceWait)
		defer wait.Stop()
		select {
		case <-done:
		case <-wait.C:
		}
		m = s.hub.latest()
	}
	if m == nil || !m.Known || time.Since(m.Taken) > glanceOld {
		return nil
	}
	return m.Snapshot
}

// liveVirtuals finds the services of a snapshot for the virtuals of a draft.
type liveVirtuals struct {
	byKey, byName map[string]*control.Service
}

// newLive makes liveVirtuals of snap, which may be nil.
func newLive(snap *control.Snapshot) *liveVirtuals {
	if snap == nil {
		return &liveVirtuals{}
	}
	l := &liveVirtuals{make(map[string]*control.Service, len(snap.Services)), make(map[string]*control.Service, len(snap.Services))}
	for i := range snap.Services {
		s := &snap.Services[i]
		l.byKey[s.Key()] = s
		l.byName[s.Name] = s
		if strings.Contains(s.Name, ", ") { // virtuals that share a mark
			for name := range strings.SplitSeq(s.Name, ", ") {
				l.byName[name] = s
			}
		}
	}
	return l
}

// service returns what pulse runs for e, or nil. The key counts before the
// name, which the draft may have changed.
func (l *liveVirtuals) service(e *virtualEntry) *control.Service {
	if !e.addr.IsValid() && e.mark == 0 || l.byKey == nil {
		return nil
	}
	protocol := e.Protocol
	if protocol == "tcp+udp" {
		protocol = "tcp"
	}
	k := control.Service{Protocol: protocol, Address: e.addr, Port: uint16(e.port), FWMark: e.mark}
	if s := l.byKey[k.Key()]; s != nil {
		return s
	}
	// One of several of a name cannot be told by it.
	if s := l.byName[e.Name]; s != nil && e.Nth == 1 && s.Address == e.addr {
		return s
	}
	return nil
}

func (l *liveVirtuals) of(e *virtualEntry) templates.VirtualLive {
	s := l.service(e)
	if s == nil {
		return templates.VirtualLive{}
	}
	v := templates.VirtualLive{Known: true, Key: s.Key(), Fault: s.Error, Missing: !s.InKernel && e.Active, Sorry: s.Sorry}
	for i := range s.Servers {
		r := &s.Servers[i]
		if r.Health == control.Inactive || !r.Listed() {
			continue
		}
		v.Of++
		switch r.Health {
		case control.Up:
			v.Up++
		case control.Down:
			v.Down++
		}
	}
	return v
}
