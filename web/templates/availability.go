package templates

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"pacu/control"
	"pacu/web/text"
)

// A Why is pulse's explanation of the router's role, or why there is none.
type Why struct {
	Explanation control.Explanation
	Unknown     string
}

// A Switchover is one that was asked for in the console.
type Switchover struct {
	By        string
	Began     time.Time
	Ended     time.Time         // zero while it is under way
	Preflight control.Preflight // the answer, unless Failed
	Failed    string
}

// Running reports whether it is under way.
func (o *Switchover) Running() bool { return o.Ended.IsZero() }

// Availability is the part about the role: why, what it hangs on, and the
// buttons to change it.
type Availability struct {
	Known     bool
	Pair      bool // there is a backup router
	Held      bool
	Why       Why
	Over      *Switchover
	Witnesses []control.Witness
	Scripts   []control.Script
	Sync      *control.Sync
}

// Availability picks the part about the role.
func (m *Monitor) Availability() Availability {
	s := m.Snapshot
	return Availability{m.Known, s.Partner != nil, s.Router.Held, m.Why, m.Over, s.Witnesses, s.Scripts, s.Sync}
}

// takeoversShown bounds the list of changes of role.
const takeoversShown = 5

// Takeovers is the part about the last changes of role, newest first.
type Takeovers struct {
	Known bool
	List  []control.Takeover
}

// Takeovers picks the part about the last changes of role.
func (m *Monitor) Takeovers() Takeovers {
	all := m.Snapshot.Takeovers
	return Takeovers{m.Known, all[:min(len(all), takeoversShown)]}
}

// stepsShown bounds the steps shown of a change of role; a thousand addresses
// come up in as many.
const stepsShown = 60

// steps are those of a change of role to show, and how many more there are.
func steps(t control.Takeover) (shown []control.Moment, more int) {
	n := min(len(t.Steps), stepsShown)
	return t.Steps[:n], len(t.Steps) - n
}

// sinceFirst is how long after the first step of t at is.
func sinceFirst(t control.Takeover, at time.Time) string {
	return fmt.Sprintf("+%.1f ms", float64(at.Sub(t.Steps[0].At).Microseconds())/1000)
}

// shortHash is a hash as far as people compare it.
func shortHash(hash string) string { return hash[:min(len(hash), 12)] }

// Failovers is the part about services that the routers run themselves.
type Failovers struct {
	Known bool
	List  []control.Failover
}

// Failovers picks the part about services that the routers run themselves.
func (m *Monitor) Failovers() Failovers { return Failovers{m.Known, m.Snapshot.Failovers} }

// Any reports whether there are such services.
func (f Failovers) Any() bool { return len(f.List) > 0 }

// endpoint is a failover's address and port.
func endpoint(f control.Failover) string { return netip.AddrPortFrom(f.Address, f.Port).String() }

// phase is what a role is about to become, in words; those of pulse where
// there are none here.
func phase(t *text.Words, p string) string {
	switch p {
	case "taking over":
		return t.PhaseTaking
	case "handing over":
		return t.PhaseYielding
	case "giving up":
		return t.PhaseDropping
	default:
		return p
	}
}

// running is a failover's state in words, and its tone.
func running(t *text.Words, state string) (word, tone string) {
	switch state {
	case "running":
		return t.FailoverRunning, "ok"
	case "starting":
		return t.FailoverStarting, "wait"
	case "failed":
		return t.FailoverFailed, "bad"
	case "stopped":
		return t.FailoverStopped, "off"
	case "runs on the partner":
		return t.FailoverThere, "calm"
	case "":
		return t.Unknown, "off"
	default:
		return state, "off"
	}
}

// tallies are counts, each with what it counts, the most frequent first.
func tallies(counts map[string]uint64) []string {
	list := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for i, what := range list {
		list[i] = number(counts[what]) + " " + what
	}
	return list
}

// reachTone is how many real servers the partner reaches.
func reachTone(p *control.Partner) string {
	switch {
	case p.ServersUp == 0:
		return "bad"
	case p.ServersUp < p.Servers:
		return "wait"
	default:
		return "ok"
	}
}

// A SwitchPage is the pre-flight check of a switchover.
type SwitchPage struct {
	Snapshot *control.Snapshot
	Findings []control.Finding
	Refused  string // why pulse does not tell; then there is nothing else
}

// stopped reports whether a finding stops the switchover.
func (s SwitchPage) stopped() bool {
	return slices.ContainsFunc(s.Findings, func(f control.Finding) bool { return f.Stops })
}

// plan is who serves now, and who will; empty where that is not clear.
func (s SwitchPage) plan(t *text.Words) string {
	p := s.Snapshot.Partner
	switch {
	case p == nil:
		return ""
	case s.Snapshot.Router.State == control.Active:
		return fmt.Sprintf(t.SwitchThere, p.Address)
	case p.State == control.Active:
		return fmt.Sprintf(t.SwitchHere, p.Address)
	}
	return ""
}
