package heartbeat

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// tickLate is the most that a simulated timer fires late.
const tickLate = 3 * time.Millisecond

// A sim is two routers and the wires between them, in simulated time.
type sim struct {
	rng   *rand.Rand
	now   time.Duration
	seq   int
	queue queue
	hosts [2]*host
	wires [2][MaxPaths]wire // by sender and path
	check func()            // called after each moment
	log   []string
	fault string
	lives int // counts beginnings and ends of processes running
}

// A wire carries messages one way.
type wire struct {
	cut      bool
	loss     float64
	twice    float64 // probability of a duplicate
	min, max time.Duration
}

// A host is a router with what its Node cannot know.
type host struct {
	id       int
	settings Settings
	node     Node
	up       bool // the process exists
	asleep   bool // and is stopped
	unfit    bool
	holds    bool // has the addresses
	epoch    time.Duration
	inbox    []Event
	ticks    int // counts schedules: an older tick is void
	changes  int // Activates and Deactivates
	told     int // Announces
}

type event struct {
	at  time.Duration
	seq int
	do  func()
}

type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].at < q[j].at || (q[i].at == q[j].at && q[i].seq < q[j].seq)
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(event)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func newSim(seed uint64, s Settings) *sim {
	m := &sim{rng: rand.New(rand.NewPCG(seed, 0)), check: func() {}}
	for i := range m.hosts {
		hs := s
		hs.Role = Role(i)
		m.hosts[i] = &host{id: i, settings: hs, epoch: time.Duration(m.rng.Int64N(int64(time.Hour)))}
	}
	return m
}

func (m *sim) logf(format string, args ...any) {
	m.log = append(m.log, fmt.Sprintf("%10v ", m.now.Round(time.Microsecond))+fmt.Sprintf(format, args...))
}

func (m *sim) fail(format string, args ...any) {
	if m.fault == "" {
		m.fault = fmt.Sprintf("at %v: ", m.now) + fmt.Sprintf(format, args...)
	}
}

func (m *sim) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(m.rng.Int64N(int64(hi-lo)+1))
}

func (m *sim) after(d time.Duration, do func()) {
	m.seq++
	heap.Push(&m.queue, event{m.now + d, m.seq, do})
}

// run simulates until a time, or the first fault.
func (m *sim) run(until time.Duration) {
	for m.fault == "" && len(m.queue) > 0 && m.queue[0].at <= until {
		e := heap.Pop(&m.queue).(event)
		if e.at > m.now {
			m.check() // what held all along since the last moment
		}
		m.now = e.at
		e.do()
	}
	if m.fault == "" {
		m.now = until
		m.check()
	}
}

func (m *sim) start(h *host) {
	m.logf("%s starts", h.settings.Role)
	m.lives++
	h.up, h.asleep, h.holds, h.inbox = true, false, false, nil
	h.node = NewNode(m.now+h.epoch, h.settings)
	if h.unfit {
		m.step(h, Fit{Faults: 1, Cut: true})
	}
	m.step(h, Tick{})
}

// crash is a power failure: the addresses go with the process.
func (m *sim) crash(h *host) {
	m.logf("%s crashes", h.settings.Role)
	m.lives++
	h.up, h.holds, h.ticks = false, false, h.ticks+1
}

func (m *sim) sleep(h *host, d time.Duration) {
	m.logf("%s sleeps for %v", h.settings.Role, d)
	m.lives++
	h.asleep = true
	h.ticks++
	tick := h.ticks
	m.after(d, func() {
		if h.ticks != tick {
			return // crashed meanwhile
		}
		m.logf("%s wakes", h.settings.Role)
		m.lives++
		h.asleep = false
		inbox := append([]Event(nil), h.inbox...)
		h.inbox = nil
		at := m.rng.IntN(len(inbox) + 1)
		for _, ev := range append(append(append([]Event(nil), inbox[:at]...), Tick{}), inbox[at:]...) {
			m.step(h, ev)
		}
	})
}

// tell gives a host an event, which waits while it is asleep.
func (m *sim) tell(h *host, ev Event) {
	switch {
	case !h.up:
	case h.asleep:
		h.inbox = append(h.inbox, ev)
	default:
		m.step(h, ev)
	}
}

func (m *sim) step(h *host, ev Event) {
	if !h.up {
		return
	}
	var actions []Action
	var answers []Event
	h.node, actions = h.node.Step(m.now+h.epoch, ev)
	for _, a := range actions {
		switch a := a.(type) {
		case Send:
			m.transmit(h, a.Beat)
			continue
		case Activate:
			if h.holds {
				m.fail("%s activates twice", h.settings.Role)
			}
			h.holds = true
			h.changes++
			answers = append(answers, Raised{Job: a.Job})
		case Deactivate:
			if !h.holds {
				m.fail("%s deactivates without being active", h.settings.Role)
			}
			h.holds = false
			h.changes++
			answers = append(answers, Lowered{Job: a.Job})
		case Announce:
			if !h.holds {
				m.fail("%s announces without being active", h.settings.Role)
			}
			h.told++
		case Gone:
			if h.holds {
				m.fail("%s is gone with the addresses", h.settings.Role)
			}
			m.lives++
			h.up = false
		}
		m.logf("%s %T %v", h.settings.Role, a, a)
	}
	if h.holds != (h.node.State() == Active) {
		m.fail("%s holds=%v in state %v", h.settings.Role, h.holds, h.node.State())
	}
	for _, ev := range answers {
		m.step(h, ev)
	}
	h.ticks++
	if next := h.node.Next(); h.up && next != Never {
		if next <= m.now+h.epoch {
			m.fail("%s is due again at once", h.settings.Role)
		}
		tick := h.ticks
		m.after(next-m.now-h.epoch+m.between(0, tickLate), func() {
			if h.ticks == tick {
				m.step(h, Tick{})
			}
		})
	}
}

func (m *sim) transmit(from *host, b Beat) {
	to := m.hosts[1-from.id]
	for i := range from.settings.Paths {
		w := &m.wires[from.id][i]
		for copies := 1; copies > 0; copies-- {
			if m.rng.Float64() < w.twice {
				copies++
			}
			if w.cut || m.rng.Float64() < w.loss {
				continue
			}
			m.after(m.between(w.min, w.max), func() { m.tell(to, Heard{Path: i, Beat: Beat{Message: b.Message}}) })
		}
	}
}

func (m *sim) story() string { return strings.Join(m.log, "\n") }
