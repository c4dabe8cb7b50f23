package heartbeat_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"pacu/heartbeat"
)

// tickLate is the most that a simulated timer fires late.
const tickLate = 3 * time.Millisecond

// A world is one history as it happens: pairs of routers, the wires between
// them and a third host, in simulated time. Nothing in it knows the real time.
type world struct {
	history
	now    time.Duration
	agenda agenda
	hosts  []*host
	eve    eve
	// step is Node.Step; the tests of the simulation itself break it.
	step func(n heartbeat.Node, now time.Duration, ev heartbeat.Event) (heartbeat.Node, []heartbeat.Action)

	promises []*promise
	settled  int // takeovers until nothing but happenings could change anything
	happened int // counts the happenings
	fault    string
	telling  bool // keep a log
	log      []string
}

func newWorld(h history) *world {
	w := &world{history: h, step: heartbeat.Node.Step}
	w.eve.rng = rand.New(rand.NewPCG(h.seed, 99))
	for i := range 2 * h.pairs {
		w.hosts = append(w.hosts, w.newHost(i))
	}
	for _, h := range w.hosts {
		h.partner = w.hosts[h.id^1]
	}
	w.promises = w.promised()
	return w
}

// live lives through the history.
func (w *world) live() {
	for _, h := range w.hosts {
		w.after(h.between(0, 2*w.deadtime), func() { w.start(h) })
	}
	w.after(3*w.deadtime+10*w.keepalive, func() { w.settled = w.takeovers() })
	for _, s := range w.steps {
		w.after(s.at, func() {
			w.tell("%s", s)
			w.happened++
			s.do(w)
		})
	}
	w.run(w.trouble)
	w.happened++
	w.heal()
	w.run(w.now + w.settle())
	before := w.busy()
	w.run(w.now + 12*w.keepalive)
	w.judgePeace(before)
}

// run simulates until a time, or the first fault.
func (w *world) run(until time.Duration) {
	for w.fault == "" && w.agenda.due(until) {
		e := w.agenda.pop()
		if e.at > w.now {
			w.judge() // what held all along since the last moment
		}
		w.now = e.at
		e.do()
	}
	if w.fault == "" {
		w.now = until
		w.judge()
	}
}

func (w *world) after(d time.Duration, do func()) { w.agenda.push(w.now+d, do) }

func (w *world) fail(format string, args ...any) {
	if w.fault == "" {
		w.fault = fmt.Sprintf("at %v: ", w.now) + fmt.Sprintf(format, args...)
	}
}

func (w *world) tell(format string, args ...any) {
	if w.telling {
		w.log = append(w.log, fmt.Sprintf("%12v ", w.now.Round(time.Microsecond))+fmt.Sprintf(format, args...))
	}
}

func (w *world) story() string { return strings.Join(w.log, "\n") }
