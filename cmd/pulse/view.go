package main

import (
	"slices"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// noteLevel maps the machine's grades to the journal's.
var noteLevel = map[heartbeat.Level]control.Level{
	heartbeat.Info: control.Info, heartbeat.Warning: control.Warning, heartbeat.Error: control.Error,
}

// state is whether this router serves, since when and why.
func (b *beat) state() (state control.State, since time.Time, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state = control.Standby
	if b.node.State() == heartbeat.Active {
		state = control.Active
	}
	return state, b.start.Add(b.node.Since()), b.node.Why()
}

// partner is the other router as the heartbeats show it; nil without one.
func (b *beat) partner(s *site) *control.Partner {
	if !s.partner.IsValid() {
		return nil
	}
	b.mu.Lock()
	node, paths := b.node, slices.Clone(b.paths)
	b.mu.Unlock()
	pt := &control.Partner{Role: control.Backup, Address: s.partner, State: partnerState(node), Since: b.start.Add(node.PartnerSince())}
	if s.role == heartbeat.Backup {
		pt.Role = control.Primary
	}
	for i, p := range paths {
		st := p.Stats()
		v := control.Path{
			Name: p.spec.name, Local: p.spec.local.String(), Remote: p.spec.remote.String(),
			LastHeard: st.LastHeard, Silent: node.PathSilent(i), Sent: st.Sent, Heard: st.Heard, Dropped: st.Dropped,
		}
		p.mu.Lock()
		if p.err != nil {
			v.Error = p.err.Error()
		}
		p.mu.Unlock()
		pt.Paths = append(pt.Paths, v)
	}
	return pt
}

func partnerState(n heartbeat.Node) control.State {
	switch n.PartnerState() {
	case heartbeat.PartnerActive:
		return control.Active
	case heartbeat.PartnerStandby:
		return control.Standby
	case heartbeat.PartnerSilent:
		return control.Silent
	}
	return control.Unknown
}
