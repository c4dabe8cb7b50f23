package probe

import "time"

// doubleEvery is the pace of the slow start, as Piranha's.
const doubleEvery = 20 * time.Second

// A State is a machine's opinion of its server.
type State uint8

// The states.
const (
	Untried State = iota // no probe yet
	Up
	Down
)

// String is the state in a word.
func (s State) String() string { return [...]string{"untried", "up", "down"}[s] }

// Settings are lvs.cf's for one real server.
type Settings struct {
	Interval time.Duration // between probes
	Reentry  time.Duration // how long a server that was down must answer before it is used
	Weight   int           // the full one; 0 takes no new connections
}

// A Force overrides the probes, until the next one.
type Force uint8

// The forces.
const (
	Normal    Force = iota // probes decide
	ForceUp                // nanny's SIGUSR2
	ForceDown              // nanny's SIGUSR1
)

// A Verdict is what follows from all that a machine has seen.
type Verdict struct {
	State   State
	Weight  int  // for the kernel: 0 unless Up
	Changed bool // State or Weight is not what the verdict before said
}

// A Machine judges one real server. It has no clock: now is a time since any
// fixed moment, the same one in every call, and never goes back.
//
//   - The first good probe after the start brings the server up at once.
//   - One failed probe takes it down at once.
//   - A server that was down, or whose first probe failed, must pass
//     Reentry/Interval probes in a row, rounded down, at least one.
//   - A server that comes up starts at Weight/32, at least 1, and doubles about
//     every 20 s up to Weight. At Weight 0 it stays at 0: an operator who wants
//     no connections on a server means that also for its first minute.
type Machine struct {
	set    Settings
	state  State
	force  Force
	good   int // probes in a row while not up
	weight int // while Up
	raised time.Duration
}

// NewMachine returns a machine that knows nothing of its server.
func NewMachine(s Settings) *Machine {
	m := &Machine{set: s}
	m.good = m.threshold()
	return m
}

// Restore returns a machine that goes on from an earlier one's verdict at now:
// a server that was up keeps its weight and goes on rising from it, one that
// was down still has to earn its way.
func Restore(s Settings, now time.Duration, v Verdict) *Machine {
	m := NewMachine(s)
	switch m.state = v.State; v.State {
	case Up:
		m.raised = now
		m.weight = min(v.Weight, s.Weight)
		if m.weight <= 0 { // up at 0 is a weight of 0 that has changed since
			m.weight = s.Weight
		}
	case Down:
		m.good = 0
	}
	return m
}

// Verdict is the present one, never Changed.
func (m *Machine) Verdict() Verdict {
	if m.state != Up {
		return Verdict{State: m.state}
	}
	return Verdict{State: Up, Weight: m.weight}
}

// Earned tells how many good probes in a row a server that is down has passed,
// and how many it must.
func (m *Machine) Earned() (good, needed int) { return m.good, m.threshold() }

// Step takes the result of a probe.
func (m *Machine) Step(now time.Duration, up bool) Verdict {
	return m.change(func() {
		switch m.force {
		case ForceUp:
			up = true
			m.good = m.threshold() // nothing to earn
		case ForceDown:
			up = false
		}
		switch {
		case !up:
			m.state, m.good = Down, 0
		case m.state == Up:
			m.rise(now)
		default:
			if m.good++; m.good >= m.threshold() {
				m.state, m.raised = Up, now
				m.weight = min(max(m.set.Weight/32, 1), m.set.Weight)
			}
		}
	})
}

// Force sets a force, which takes effect at once; after Normal the next probe
// decides, from where the force left the server.
func (m *Machine) Force(now time.Duration, f Force) Verdict {
	m.force = f
	if f == Normal {
		return m.Verdict()
	}
	return m.Step(now, f == ForceUp)
}

// Configure changes the settings and keeps the state. A server at its full
// weight takes the new one at once; one in its slow start goes on towards it.
func (m *Machine) Configure(s Settings) Verdict {
	return m.change(func() {
		rising := m.weight < m.set.Weight
		m.set = s
		if m.state == Untried {
			m.good = m.threshold() // the first good probe is still enough
		}
		if !rising || m.weight > s.Weight {
			m.weight = s.Weight
		}
	})
}

// rise doubles the weight when it is time: at the probe nearest to 20 s after
// the last time, for probes come when they come.
func (m *Machine) rise(now time.Duration) {
	if m.weight < m.set.Weight && now-m.raised >= doubleEvery-m.set.Interval/2 {
		m.weight = min(2*m.weight, m.set.Weight)
		m.raised = now
	}
}

func (m *Machine) threshold() int {
	if m.set.Interval <= 0 {
		return 1
	}
	return max(int(m.set.Reentry/m.set.Interval), 1)
}

func (m *Machine) change(f func()) Verdict {
	before := m.Verdict()
	f()
	after := m.Verdict()
	after.Changed = after != before
	return after
}
