package heartbeat

import (
	"flag"
	"testing"
	"time"
)

var (
	histories = flag.Int("histories", 5000, "random histories to simulate")
	oneSeed   = flag.Uint64("seed", 0, "simulate only the history of this seed, and print it")
)

// TestHistories lives through random histories of failures and checks all
// along what Node promises:
//
//   - While a path works both ways and both processes run, two active routers
//     are one again within two keepalives and the way of the messages.
//   - While a router runs and is fit, somebody is active within deadtime, the
//     three keepalives that a backup waits for its primary, and the way of the
//     messages. Lost heartbeats may cost a second deadtime.
//   - After the last failure one is active, and nothing changes any more.
func TestHistories(t *testing.T) {
	if *oneSeed != 0 {
		m := history(*oneSeed)
		t.Logf("\n%s", m.story())
		if m.fault != "" {
			t.Errorf("seed %d: %s", *oneSeed, m.fault)
		}
		return
	}
	n := *histories
	var changes int
	for seed := uint64(1); seed <= uint64(n); seed++ {
		m := history(seed)
		if m.fault != "" {
			t.Fatalf("seed %d (run with -seed %d to see it): %s", seed, seed, m.fault)
		}
		changes += m.hosts[0].changes + m.hosts[1].changes
	}
	t.Logf("%d histories, %d changes of state", n, changes)
}

// A bound is a condition that must not last.
type bound struct {
	name  string
	limit time.Duration
	holds func() bool
	since time.Duration
	on    bool
	lives int // the sim's at since
}

func (b *bound) check(m *sim) {
	switch {
	case !b.holds():
		b.on = false
	// A partner that starts and dies again begins the silence anew.
	case !b.on || b.lives != m.lives:
		b.on, b.since, b.lives = true, m.now, m.lives
	case m.now-b.since > b.limit:
		m.fail("%s for %v, more than %v", b.name, m.now-b.since, b.limit)
	}
}

func history(seed uint64) *sim {
	m := newSim(seed, Settings{Partner: true})
	k := m.between(20*time.Millisecond, 2*time.Second)
	d := k + m.between(k/2, 5*k)
	way := k / 5
	for _, h := range m.hosts {
		h.settings.Keepalive, h.settings.Deadtime = k, d
		h.settings.Paths = 1 + int(seed%2)
	}
	for i := range m.wires {
		for j := range m.wires[i] {
			m.wires[i][j].max = m.between(0, way)
			m.wires[i][j].min = m.between(0, m.wires[i][j].max)
		}
	}
	slack := way + 4*tickLate
	bounds := []*bound{{name: "two active", limit: 2*k + 2*slack, holds: func() bool {
		for _, h := range m.hosts {
			if !h.holds || h.asleep || h.node.Leaving() {
				return false
			}
		}
		return m.works()
	}}}
	for _, h := range m.hosts {
		bounds = append(bounds, &bound{name: "none active", limit: 2*d + 3*k + 2*slack, holds: func() bool {
			return !m.hosts[0].holds && !m.hosts[1].holds && h.up && !h.asleep && !h.unfit
		}})
		bounds = append(bounds, &bound{name: "none active on a good network", limit: d + 3*k + 2*slack, holds: func() bool {
			return !m.hosts[0].holds && !m.hosts[1].holds && h.up && !h.asleep && !h.unfit && m.works()
		}})
	}
	m.check = func() {
		for _, b := range bounds {
			b.check(m)
		}
	}

	for _, h := range m.hosts {
		m.after(m.between(0, 2*d), func() {
			if !h.up {
				m.start(h)
			}
		})
	}
	trouble := m.between(10*k, 60*k)
	for at := m.between(0, 5*k); at < trouble; at += m.between(0, 8*k) {
		m.after(at, func() { m.disturb(k, d) })
	}
	m.run(trouble)
	m.heal()
	settled := m.now + 2*d + 6*k + 8*slack + againAfter
	m.run(settled)
	busy := func() int {
		return m.hosts[0].changes + m.hosts[0].told + m.hosts[1].changes + m.hosts[1].told
	}
	before := busy()
	m.run(settled + 20*k)
	if n := busy() - before; n != 0 {
		m.fail("%d actions in peace", n)
	}
	if m.hosts[0].holds == m.hosts[1].holds {
		m.fail("in peace primary active=%v, backup active=%v", m.hosts[0].holds, m.hosts[1].holds)
	}
	return m
}

// disturb does one thing that goes wrong, or right again.
func (m *sim) disturb(k, d time.Duration) {
	h := m.hosts[m.rng.IntN(2)]
	w := &m.wires[m.rng.IntN(2)][m.rng.IntN(h.settings.Paths)]
	switch m.rng.IntN(9) {
	case 0:
		w.cut = !w.cut
		m.logf("a wire cut: %v", w.cut)
	case 1:
		w.loss = m.rng.Float64()
		m.logf("a wire loses %.2f", w.loss)
	case 2:
		w.loss, w.twice = 0, m.rng.Float64()/2
	case 3: // both ways of all paths
		cut := m.rng.IntN(2) == 0
		m.logf("all wires cut: %v", cut)
		for i := range m.wires {
			for j := range m.wires[i] {
				m.wires[i][j].cut = cut
			}
		}
	case 4:
		if h.up {
			m.crash(h)
		}
	case 5, 6:
		if !h.up {
			m.start(h)
		}
	case 7:
		switch m.rng.IntN(3) {
		case 0:
			m.logf("%s is told to leave", h.settings.Role)
			m.tell(h, Leave{})
		case 1:
			m.tell(h, Failed{Why: "simulated"})
			if h.up { // a failed router may wait long, which no bound knows
				m.crash(h)
			}
		case 2:
			if h.up && !h.asleep {
				m.sleep(h, m.between(0, 3*d))
			}
		}
	case 8:
		h.unfit = !h.unfit
		m.logf("%s unfit: %v", h.settings.Role, h.unfit)
		m.tell(h, fitness(h.unfit))
	}
}

// heal ends all trouble, but not what is asleep or leaving: that ends by
// itself, or is started again.
func (m *sim) heal() {
	m.logf("all is healed")
	for i := range m.wires {
		for j := range m.wires[i] {
			w := &m.wires[i][j]
			w.cut, w.loss, w.twice = false, 0, 0
		}
	}
	for _, h := range m.hosts {
		if h.asleep || h.node.Leaving() {
			m.crash(h)
		}
		if h.unfit {
			h.unfit = false
			m.tell(h, Fit{})
		}
		if !h.up {
			m.start(h)
		}
	}
}

func fitness(unfit bool) Fit {
	if unfit {
		return Fit{Faults: 1, Cut: true, Why: "simulated"}
	}
	return Fit{}
}
