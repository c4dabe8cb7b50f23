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
	Retry    time.Duration // between probes while they fail, and while the server is down; 0: Interval
	Reentry  time.Duration // how long a server that was down must answer before it is used
	Rise     int           // the good probes in a row that this takes; 0: as many as Reentry has room for
	Fall     int           // the bad probes in a row that take a server down; below 1 is 1
	Weight   int           // the full one; 0 takes no new connections
	Damping  bool          // a server that flaps must pass more
}

// retry is the pace of a server that is down.
func (s Settings) retry() time.Duration {
	if s.Retry > 0 {
		return s.Retry
	}
	return s.Interval
}

// rise is how many good probes in a row bring back a server that was down, of
// which nothing else is known.
func (s Settings) rise() int {
	switch pace := s.retry(); {
	case s.Rise > 0:
		return s.Rise
	case pace > 0:
		return max(int(s.Reentry/pace), 1)
	}
	return 1
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
//   - The first probe after the start decides, good or bad: a service can be
//     announced with a verdict, and without delay.
//   - From then on Fall failed probes in a row take the server down, the first
//     one where Fall is 1, as Piranha does.
//   - A server that was down, or whose first probe failed, must pass Rise
//     probes in a row. Without Rise it is Reentry by the time between probes
//     then, which is Retry or Interval; rounded down, at least one.
//   - With Damping one that flaps must pass more of them: see damping.
//   - A server that comes up starts at Weight/32, at least 1, and doubles about
//     every 20 s up to Weight. At Weight 0 it stays at 0: an operator who wants
//     no connections on a server means that also for its first minute.
//   - Load makes the weight a multiple of that, until the server falls.
type Machine struct {
	set    Settings
	state  State
	force  Force
	good   int // probes in a row while Down
	bad    int // probes in a row while Up
	weight int // while Up, before load
	load   float64
	raised time.Duration
	damp   damping
}

// NewMachine returns a machine that knows nothing of its server.
func NewMachine(s Settings) *Machine { return &Machine{set: s, load: 1} }

// Restore returns a machine that goes on from an earlier one's verdict at now:
// a server that was up keeps its weight and goes on rising from it, one that
// was down still has to earn its way. How often it failed is forgotten.
func Restore(s Settings, now time.Duration, v Verdict) *Machine {
	m := NewMachine(s)
	m.damp.stir(now)
	if m.state = v.State; m.state == Up {
		m.raised = now
		m.weight = min(v.Weight, s.Weight)
		if m.weight <= 0 { // up at 0 is a weight of 0 that has changed since
			m.weight = s.Weight
		}
	}
	return m
}

// Verdict is the present one, never Changed.
func (m *Machine) Verdict() Verdict {
	if m.state != Up {
		return Verdict{State: m.state}
	}
	return Verdict{State: Up, Weight: loaded(m.weight, m.load)}
}

// Earned tells how many good probes in a row a server that is down has passed,
// and how many it must.
func (m *Machine) Earned() (good, needed int) { return m.good, m.threshold() }

// Flaps tells how often a server that is down has failed since it last was
// calm, and since when. Without Damping there are none.
func (m *Machine) Flaps() (falls int, since time.Duration) {
	if m.state != Down || !m.set.Damping {
		return 0, 0
	}
	return m.damp.falls, m.damp.first
}

// Failing tells how many probes in a row have failed of a server that is up,
// and how many take it down. Under a force none count.
func (m *Machine) Failing() (bad, fall int) { return m.bad, max(m.set.Fall, 1) }

// Pace is the time from one probe to the next as things are: Retry while the
// server is down or its last probe failed, Interval otherwise.
func (m *Machine) Pace() time.Duration {
	if m.state == Down || m.bad > 0 {
		return m.set.retry()
	}
	return m.set.Interval
}

// Step takes the result of a probe.
func (m *Machine) Step(now time.Duration, up bool) Verdict {
	return m.change(func() {
		switch m.force {
		case ForceUp:
			m.step(now, true, 1, 1) // nothing to earn
		case ForceDown:
			before := m.damp
			m.step(now, false, 1, 1)
			m.damp = before // the operator's falls are not the server's
		default:
			m.damp.settle(now)
			m.step(now, up, m.threshold(), m.set.Fall)
		}
	})
}

// step takes a result, where rise good ones or fall bad ones are enough.
func (m *Machine) step(now time.Duration, up bool, rise, fall int) {
	switch {
	case up && m.state == Up:
		m.bad = 0
		m.grow(now)
	case up:
		m.damp.stir(now)
		if m.good++; m.good >= rise || m.state == Untried {
			m.state, m.good, m.raised = Up, 0, now
			m.weight = min(max(m.set.Weight/32, 1), m.set.Weight)
		}
	case m.state == Up:
		if m.bad++; m.bad >= fall {
			m.state, m.good, m.bad, m.load = Down, 0, 0, 1
			m.damp.fall(now)
		}
	default:
		m.state, m.good = Down, 0
	}
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
		if !rising || m.weight > s.Weight {
			m.weight = s.Weight
		}
	})
}

// grow doubles the weight when it is time: at the probe nearest to 20 s after
// the last time, for probes come when they come.
func (m *Machine) grow(now time.Duration) {
	if m.weight < m.set.Weight && now-m.raised >= doubleEvery-m.set.Interval/2 {
		m.weight = min(2*m.weight, m.set.Weight)
		m.raised = now
	}
}

// threshold is how many good probes in a row bring the server up.
func (m *Machine) threshold() int {
	if m.set.Damping {
		return m.damp.threshold(m.set.rise(), m.set.retry())
	}
	return m.set.rise()
}

func (m *Machine) change(f func()) Verdict {
	before := m.Verdict()
	f()
	after := m.Verdict()
	after.Changed = after != before
	return after
}
