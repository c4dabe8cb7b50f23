package heartbeat_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"pacu/heartbeat"
)

// A scene is a world in which a scenario is played. Its two routers are there
// and not started. All paths work, addresses take no time, k is keepalive and d
// deadtime.
type scene struct {
	*world
	rng  *rand.Rand
	k, d time.Duration
}

// A scenario is a short history of known outcome, played with many timings:
// keepalive between 20 ms and 2 s, deadtime at least 1.5 times that, one path
// and two, with a key and without.
type scenario struct {
	name string
	play func(m scene)
}

func newScene(seed uint64) scene {
	m := scene{rng: rand.New(rand.NewPCG(seed, 0))}
	m.k = m.between(20*time.Millisecond, 2*time.Second)
	m.d = m.k + m.between(m.k/2, 5*m.k)
	m.world = newWorld(history{
		seed: seed, keepalive: m.k, deadtime: m.d, way: m.k / 5,
		paths: 1 + int(seed%2), pairs: 1, keyed: seed/2%2 == 1,
	})
	return m
}

func (m scene) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(m.rng.Int64N(int64(hi-lo)+1))
}

// pass lets time pass.
func (m scene) pass(d time.Duration) { m.run(m.now + d) }

func (m scene) want(what string, ok bool) {
	if !ok {
		m.fail("not %s", what)
	}
}

// steady starts the routers so that either of them is active.
func (m scene) steady() (a, s *host) {
	a = m.hosts[m.rng.IntN(2)]
	s = a.partner
	m.start(a)
	m.pass(m.d + 2*m.k)
	m.start(s)
	m.pass(4 * m.k)
	m.want("steady", a.serves() && !s.serves() && a.changes() == 1 && s.changes() == 0)
	return a, s
}

func (h *host) serves() bool { return h.addresses == raised }

// changes counts those of the role.
func (h *host) changes() int { return h.taken + h.given }

// cutOff is a router whose own network is in doubt.
var cutOff = heartbeat.Fit{Faults: 1, Cut: true, Why: "simulated"}

var scenarios = []scenario{
	{"both start together and only the primary serves", func(m scene) {
		primary, backup := m.hosts[0], m.hosts[1]
		for _, h := range m.hosts {
			m.after(m.between(0, m.k), func() { m.start(h) })
		}
		m.pass(3*m.k + m.d/2)
		m.want("the primary active after 3 keepalives", primary.serves() || 3*m.k < m.d)
		m.pass(17*m.k + 3*m.d/2)
		m.want("only the primary, once", primary.serves() && primary.changes() == 1 && backup.changes() == 0)
	}},
	{"an unfit primary leaves it to the backup at a cold start", func(m scene) {
		primary, backup := m.hosts[0], m.hosts[1]
		primary.fit = cutOff
		m.start(primary)
		m.start(backup)
		m.pass(5 * m.k)
		m.want("the backup active", backup.serves() && primary.changes() == 0)
	}},
	{"the standby sleeps and changes nothing", func(m scene) {
		a, s := m.steady()
		asleep := m.between(3*m.k, 5*m.d)
		m.sleep(s, asleep)
		if m.rng.IntN(2) == 0 { // nothing is queued for it
			cutAll(true, a, s)
			m.pass(asleep)
			cutAll(false, a, s)
		}
		m.pass(8 * m.d)
		m.want("as before", a.serves() && a.changes() == 1 && s.changes() == 0)
	}},
	{"the active restarts while the standby sleeps", func(m scene) {
		a, s := m.steady()
		m.pass(m.k / 2)
		m.power(a)
		m.sleep(s, 3*m.d)
		m.start(a)
		m.pass(8 * m.d)
		m.want("what was said during the sleep is old", a.serves() && a.changes() == 2 && s.changes() == 0)
	}},
	{"the standby's links fail and return", func(m scene) {
		a, s := m.steady()
		s.fits(cutOff)
		cutAll(true, a, s)
		m.pass(m.between(0, 4*m.d))
		s.fits(heartbeatFit)
		m.pass(m.between(0, max(0, m.d-m.k-m.k/4))) // the switch learns
		cutAll(false, a, s)
		m.pass(5 * m.d)
		m.want("as before", a.serves() && a.changes() == 1 && s.changes() == 0)
	}},
	{"the active's links fail: handed over and not taken back", func(m scene) {
		a, s := m.steady()
		a.fits(cutOff)
		m.pass(0)
		m.want("let go at once without a key, serving until the other does with one", a.serves() == m.keyed)
		m.pass(m.k)
		m.want("taken over within a keepalive", s.serves() && !a.serves())
		a.fits(heartbeatFit)
		m.pass(5 * m.d)
		m.want("no failback", s.serves() && s.changes() == 1 && a.changes() == 2)
	}},
	{"the active crashes and returns", func(m scene) {
		a, s := m.steady()
		m.pass(m.between(0, m.k))
		m.power(a)
		m.pass(m.d + m.way + tickLate)
		m.want("taken over after deadtime", s.serves())
		m.pass(m.between(0, 2*m.d))
		m.start(a)
		m.pass(5 * m.d)
		m.want("no failback", s.serves() && s.changes() == 1 && a.changes() == 1)
	}},
	{"the active leaves and somebody serves all along", func(m scene) {
		a, s := m.steady()
		m.pass(m.between(0, m.k))
		m.promises = append(m.promises, &promise{
			what: "nobody serves", hosts: [2]*host{a, s},
			broken: func() bool { return !a.serves() && !s.serves() },
			limit:  func() time.Duration { return 0 },
		})
		a.event(heartbeat.Leave{})
		m.pass(2 * m.way)
		m.want("gone in a round trip", !a.up && s.serves() && s.changes() == 1)
		m.pass(3 * m.d)
		m.start(a)
		m.pass(3 * m.d)
		m.want("no failback", s.serves() && s.changes() == 1 && a.changes() == 2)
	}},
	{"the active leaves over bad wires", func(m scene) {
		a, s := m.steady()
		for i := range m.paths {
			a.wires[i].loss, s.wires[i].loss = 0.5, 0.5
		}
		a.event(heartbeat.Leave{})
		most := m.d
		if m.keyed { // it hears that the other is about to serve, and waits anew
			most = 2 * m.d
		}
		m.pass(most + tickLate)
		m.want("gone after deadtime at the latest, or two with a key", !a.up && !a.serves())
		m.pass(2 * m.d)
		m.want("taken over", s.serves())
	}},
	{"the active leaves and the other cannot serve", func(m scene) {
		a, s := m.steady()
		s.fits(cutOff)
		a.event(heartbeat.Leave{})
		m.pass(m.d - tickLate)
		m.want("serving until deadtime", a.serves())
		m.pass(3 * tickLate)
		m.want("gone", !a.up && !s.serves())
	}},
	{"the standby leaves", func(m scene) {
		a, s := m.steady()
		s.event(heartbeat.Leave{})
		m.want("gone at once", !s.up)
		m.pass(3 * m.d)
		m.want("as before", a.serves() && a.changes() == 1)
	}},
	{"cut apart and joined: the primary keeps it", func(m scene) {
		a, s := m.steady()
		cutAll(true, a, s)
		m.pass(3 * m.d)
		m.want("both active", a.serves() && s.serves())
		cutAll(false, a, s)
		m.pass(2 * m.k)
		primary, backup := m.hosts[0], m.hosts[1]
		m.want("only the primary", primary.serves() && !backup.serves())
		m.pass(2 * m.k)
		m.want("announced again", primary.told >= 1)
		m.pass(5*time.Second + m.k)
		was := primary.told
		m.pass(5 * m.d)
		m.want("peace", primary.serves() && !backup.serves() && primary.told == was)
	}},
	{"one path is cut, then all others one way", func(m scene) {
		a, s := m.steady()
		if m.paths < 2 {
			return
		}
		a.wires[0].cut, s.wires[0].cut = true, true
		m.pass(4 * m.d)
		m.want("as before, one path silent", a.serves() && a.changes() == 1 && s.changes() == 0 && s.node.PathSilent(0) && !s.node.PathSilent(1))
		a.wires[0].cut, s.wires[1].cut = false, true
		m.pass(4 * m.d)
		m.want("as before", a.serves() && a.changes() == 1 && s.changes() == 0)
	}},
	{"the private path is nearly a keepalive slower", func(m scene) {
		for _, h := range m.hosts {
			h.wires[1] = wire{min: m.k * 8 / 10, max: m.k * 9 / 10}
		}
		a, s := m.steady()
		m.pass(m.between(0, m.k))
		a.event(heartbeat.Leave{})
		m.pass(2 * m.d)
		m.want("handed over once", s.serves() && !a.up && s.changes() == 1)
		m.start(a)
		m.pass(3 * m.d)
		m.want("no failback", s.serves() && s.changes() == 1 && a.changes() == 2)
		s.fits(cutOff)
		m.pass(3 * m.d)
		m.want("handed back once", a.serves() && a.changes() == 3 && s.changes() == 2)
	}},
}

func TestScenarios(t *testing.T) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			for seed := uint64(1); seed <= 400; seed++ {
				m := newScene(seed)
				if sc.play(m); m.fault == "" {
					continue
				}
				m = newScene(seed)
				m.telling = true
				sc.play(m)
				t.Fatalf("seed %d\n%s\n%s\n%s", seed, m.history, m.story(), m.fault)
			}
		})
	}
}
