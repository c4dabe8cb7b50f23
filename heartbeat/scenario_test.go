package heartbeat

import (
	"testing"
	"time"
)

// A scenario is played with many timings. All paths work, keepalive is
// between 20 ms and 2 s, deadtime at least 1.5 times that.
type scenario struct {
	name string
	play func(m *sim, k, d time.Duration)
}

func (m *sim) pair() (primary, backup *host) { return m.hosts[0], m.hosts[1] }

// steady starts the routers so that the one of that role is active.
func (m *sim) steady(active Role, k, d time.Duration) (a, s *host) {
	a, s = m.hosts[active], m.hosts[active.other()]
	m.start(a)
	m.run(m.now + d + 2*k)
	m.start(s)
	m.run(m.now + 4*k)
	m.want("steady", a.holds && !s.holds && a.changes == 1 && s.changes == 0)
	return a, s
}

func (m *sim) want(what string, ok bool) {
	if !ok {
		m.fail("not %s", what)
	}
}

func (m *sim) cutAll(cut bool) {
	for i := range m.wires {
		for j := range m.wires[i] {
			m.wires[i][j].cut = cut
		}
	}
}

func TestScenarios(t *testing.T) {
	scenarios := []scenario{
		{"both start together and only the primary serves", func(m *sim, k, d time.Duration) {
			primary, backup := m.pair()
			for _, h := range m.hosts {
				m.after(m.between(0, k), func() { m.start(h) })
			}
			m.run(3*k + d/2)
			m.want("the primary active after 3 keepalives", primary.holds || k*3 < d)
			m.run(20*k + 2*d)
			m.want("only the primary, once", primary.holds && primary.changes == 1 && backup.changes == 0)
		}},
		{"an unfit primary leaves it to the backup at a cold start", func(m *sim, k, d time.Duration) {
			primary, backup := m.pair()
			primary.unfit = true
			m.start(primary)
			m.start(backup)
			m.run(5 * k)
			m.want("the backup active", backup.holds && primary.changes == 0)
		}},
		{"the standby sleeps and changes nothing", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			asleep := m.between(3*k, 5*d)
			m.sleep(s, asleep)
			if m.rng.IntN(2) == 0 { // nothing is queued for it
				m.cutAll(true)
				m.run(m.now + asleep)
				m.cutAll(false)
			}
			m.run(m.now + 8*d)
			m.want("as before", a.holds && a.changes == 1 && s.changes == 0)
		}},
		{"the active restarts while the standby sleeps", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.run(m.now + k/2)
			m.crash(a)
			m.sleep(s, 3*d)
			m.start(a)
			m.run(m.now + 8*d)
			m.want("what was said during the sleep is old", a.holds && a.changes == 2 && s.changes == 0)
		}},
		{"the standby's links fail and return", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			s.unfit = true
			m.tell(s, Fit{Faults: 1, Cut: true})
			m.cutAll(true)
			m.run(m.now + m.between(0, 4*d))
			s.unfit = false
			m.tell(s, Fit{})
			m.run(m.now + m.between(0, max(0, d-k-k/4))) // the switch learns
			m.cutAll(false)
			m.run(m.now + 5*d)
			m.want("as before", a.holds && a.changes == 1 && s.changes == 0)
		}},
		{"the active's links fail: handed over and not taken back", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			a.unfit = true
			m.tell(a, Fit{Faults: 1, Cut: true})
			m.want("let go at once", !a.holds)
			m.run(m.now + k)
			m.want("taken over within a keepalive", s.holds)
			a.unfit = false
			m.tell(a, Fit{})
			m.run(m.now + 5*d)
			m.want("no failback", s.holds && s.changes == 1 && a.changes == 2)
		}},
		{"the active crashes and returns", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.run(m.now + m.between(0, k))
			m.crash(a)
			m.run(m.now + d + k/5 + tickLate)
			m.want("taken over after deadtime", s.holds)
			m.run(m.now + m.between(0, 2*d))
			m.start(a)
			m.run(m.now + 5*d)
			m.want("no failback", s.holds && s.changes == 1 && a.changes == 1)
		}},
		{"the active leaves and somebody serves all along", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.run(m.now + m.between(0, k))
			m.check = func() { m.want("served", a.holds || s.holds) }
			m.tell(a, Leave{})
			m.run(m.now + 2*(k/5))
			m.want("gone in a round trip", !a.up && s.holds && s.changes == 1)
			m.run(m.now + 3*d)
			m.start(a)
			m.run(m.now + 3*d)
			m.want("no failback", s.holds && s.changes == 1 && a.changes == 2)
		}},
		{"the active leaves over bad wires", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			for i := range m.wires {
				m.wires[i][0].loss, m.wires[i][1].loss = 0.5, 0.5
			}
			m.tell(a, Leave{})
			m.run(m.now + d + tickLate)
			m.want("gone after deadtime at the latest", !a.up && !a.holds)
			m.run(m.now + 2*d)
			m.want("taken over", s.holds)
		}},
		{"the active leaves and the other cannot serve", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.tell(s, Fit{Faults: 1, Cut: true})
			m.tell(a, Leave{})
			m.run(m.now + d - tickLate)
			m.want("serving until deadtime", a.holds)
			m.run(m.now + 3*tickLate)
			m.want("gone", !a.up && !s.holds)
		}},
		{"the standby leaves", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.tell(s, Leave{})
			m.want("gone at once", !s.up)
			m.run(m.now + 3*d)
			m.want("as before", a.holds && a.changes == 1)
		}},
		{"cut apart and joined: the primary keeps it", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.cutAll(true)
			m.run(m.now + 3*d)
			m.want("both active", a.holds && s.holds)
			m.cutAll(false)
			m.run(m.now + 2*k)
			primary, backup := m.pair()
			m.want("only the primary", primary.holds && !backup.holds)
			m.run(m.now + 2*k)
			m.want("announced again", primary.told >= 1)
			m.run(m.now + againAfter + k)
			was := primary.told
			m.run(m.now + 5*d)
			m.want("peace", primary.holds && !backup.holds && primary.told == was)
		}},
		{"one path is cut, then the other way of the other", func(m *sim, k, d time.Duration) {
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			if a.settings.Paths < 2 {
				return
			}
			m.wires[0][0].cut, m.wires[1][0].cut = true, true
			m.run(m.now + 4*d)
			m.want("as before, one path silent", a.holds && a.changes == 1 && s.changes == 0 && s.node.PathSilent(0) && !s.node.PathSilent(1))
			m.wires[a.id][0].cut, m.wires[s.id][1].cut = false, true
			m.run(m.now + 4*d)
			m.want("as before", a.holds && a.changes == 1 && s.changes == 0)
		}},
		{"the private path is nearly a keepalive slower", func(m *sim, k, d time.Duration) {
			for i := range m.wires {
				m.wires[i][1] = wire{min: k * 8 / 10, max: k * 9 / 10}
			}
			a, s := m.steady(Role(m.rng.IntN(2)), k, d)
			m.run(m.now + m.between(0, k))
			m.tell(a, Leave{})
			m.run(m.now + 2*d)
			m.want("handed over once", s.holds && !a.up && s.changes == 1)
			m.start(a)
			m.run(m.now + 3*d)
			m.want("no failback", s.holds && s.changes == 1 && a.changes == 2)
			s.unfit = true
			m.tell(s, Fit{Faults: 1, Cut: true})
			m.run(m.now + 3*d)
			m.want("handed back once", a.holds && a.changes == 3 && s.changes == 2)
		}},
	}
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			for seed := uint64(1); seed <= 400; seed++ {
				m := newSim(seed, Settings{Partner: true})
				k := m.between(20*time.Millisecond, 2*time.Second)
				d := k + m.between(k/2, 5*k)
				for i, h := range m.hosts {
					h.settings.Keepalive, h.settings.Deadtime, h.settings.Paths = k, d, 1+int(seed%2)
					for j := range m.wires[i] {
						m.wires[i][j].max = m.between(0, k/5)
					}
				}
				if sc.play(m, k, d); m.fault != "" {
					t.Fatalf("seed %d, keepalive %v, deadtime %v: %s\n%s", seed, k, d, m.fault, m.story())
				}
			}
		})
	}
}
