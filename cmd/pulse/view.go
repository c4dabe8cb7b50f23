package main

import (
	"encoding/hex"
	"slices"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// noteLevel maps the machine's grades to the journal's.
var noteLevel = map[heartbeat.Level]control.Level{
	heartbeat.Info: control.Info, heartbeat.Warning: control.Warning, heartbeat.Error: control.Error,
}

// machine is the heartbeat's machine as it is, and its paths.
func (b *beat) machine() (heartbeat.Node, []*path) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.node, slices.Clone(b.paths)
}

// state is whether this router serves, since when and why.
func (b *beat) state() (state control.State, since time.Time, why string) {
	n, _ := b.machine()
	return stateOf(n), b.at(n.Since()), n.Why()
}

func stateOf(n heartbeat.Node) control.State {
	if n.State() == heartbeat.Active {
		return control.Active
	}
	return control.Standby
}

// idle tells whether this router must not bring addresses up: it is standby, or has slept so long that the partner may serve by now, and
// the machine has not yet woken up to that.
func (b *beat) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	cfg := b.site.cfg
	slept := b.now() - b.judged
	return b.node.State() != heartbeat.Active || b.site.partner.IsValid() && slept > cfg.Deadtime-margin(cfg.Keepalive, cfg.Deadtime)
}

// quiet tells whether this router must not announce its addresses: they are, or
// are about to be, the partner's.
func (b *beat) quiet() bool {
	n, _ := b.machine()
	return n.Phase() == heartbeat.Yielding || b.idle()
}

// isHeld tells whether an operator wants this router never to take over.
func (b *beat) isHeld() bool {
	n, _ := b.machine()
	return n.Held()
}

// switching is whether this router serves, and whether a switchover goes on, at
// one and the same moment.
func (b *beat) switching() (state control.State, goesOn bool) {
	n, _ := b.machine()
	settled := n.Phase() == heartbeat.PhaseStandby || n.Phase() == heartbeat.Serving
	return stateOf(n), n.Wants() || !settled
}

// lastHeard is when each path last carried a heartbeat of the partner.
func (b *beat) lastHeard() map[string]time.Time {
	_, paths := b.machine()
	heard := make(map[string]time.Time, len(paths))
	for _, p := range paths {
		heard[p.spec.name] = p.Stats().LastHeard
	}
	return heard
}

// explain says why the machine is in its state.
func (b *beat) explain() control.Explanation {
	n, _ := b.machine()
	e := n.Explain(b.now())
	return control.Explanation{Role: e.Role, Because: e.Because, Change: e.Change}
}

// router fills in what the machine knows of this router.
func (b *beat) router(r *control.Router) {
	n, _ := b.machine()
	r.State, r.Since, r.Why = stateOf(n), b.at(n.Since()), n.Why()
	r.Phase = phaseWord(n.Phase())
	r.Held, r.Blind = n.Held(), n.Blind()
	r.Key, r.KeyOld = b.line.Keys(time.Now())
}

// phaseWord is a phase for people, empty where it is what the role says.
func phaseWord(p heartbeat.Phase) string {
	if p == heartbeat.PhaseStandby || p == heartbeat.Serving {
		return ""
	}
	return p.String()
}

// partner is the other router as the heartbeats show it; nil without one.
func (b *beat) partner(s *site) *control.Partner {
	if !s.partner.IsValid() {
		return nil
	}
	n, paths := b.machine()
	pt := &control.Partner{Role: control.Backup, Address: s.partner, State: partnerState(n), Since: b.at(n.PartnerSince())}
	if s.role == heartbeat.Backup {
		pt.Role = control.Primary
	}
	for i, p := range paths {
		pt.Paths = append(pt.Paths, p.view(n.PathSilent(i)))
	}
	if said := n.Partner(); said.Keyed {
		pt.Keyed, pt.Phase = true, phaseWord(said.Phase)
		pt.SerialNo, pt.ConfigDiffers = said.Serial, said.Hash != s.hash()
		pt.Version = said.Release
		pt.SHA256 = hex.EncodeToString(said.Hash[:])
		pt.Faults, pt.Held, pt.Deaf = int(said.Faults), said.Held, said.Deaf && pt.State != control.Silent
		pt.ServersUp, pt.Servers = int(said.Up), int(said.Servers)
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
