package heartbeat_test

import (
	"math/rand/v2"
	"time"

	"pacu/heartbeat"
)

// The floating addresses of a host.
type addresses int

const (
	down addresses = iota
	rising
	raised
	falling
)

// A host is a router with what its Node cannot know.
type host struct {
	w        *world
	id       int
	name     string
	partner  *host
	rng      *rand.Rand
	settings heartbeat.Settings
	wires    [heartbeat.MaxPaths]wire // to its partner
	keys     []heartbeat.Key

	node    heartbeat.Node
	line    *heartbeat.Line
	up      bool // the process exists
	asleep  bool // and is stopped
	life    int  // counts starts and ends: what belongs to an older one is void
	began   time.Duration
	ticks   int      // counts schedules: an older tick is void
	inbox   []func() // what waits while it is asleep
	ppm     int64    // of its clocks
	epoch   time.Duration
	walls   time.Duration // what its wall clock is wrong by
	changed time.Duration // when it last began, ended, fell asleep or woke

	addresses addresses
	job       int // counts those of the worker
	sentAt    time.Duration
	raisedAt  time.Duration
	bornAt    time.Duration // on its own clock
	spokeAt   time.Duration // on its own clock
	guards    int           // counts the orders to the guard
	spares    int           // counts those to the understudy
	knows     known         // what it was told last
	restoring bool

	fit     heartbeat.Fit
	facts   heartbeat.Facts
	held    bool
	failing bool // its addresses cannot be brought up
	failed  bool // and an attempt did fail
	dead    bool // its service does not answer, for service = fos

	active      bool               // an Activate came after the last Deactivate
	taken, told int                // Activates, Announces
	given       int                // Deactivates
	said        string             // what it heard last, for the log
	opened      map[[2]uint64]bool // what this start believed, by path, where there is a third host
}

func (w *world) newHost(id int) *host {
	h := &host{w: w, id: id, rng: rand.New(rand.NewPCG(w.seed, uint64(id)))}
	h.name = string(rune('A'+id)) + " (" + heartbeat.Role(id%2).String() + ")"
	h.settings = heartbeat.Settings{
		Role: heartbeat.Role(id % 2), Keepalive: w.keepalive, Deadtime: w.deadtime, Partner: true, Paths: w.paths,
		Keyed: w.keyed, Fos: w.fos, Preempt: w.preempt, PreemptDelay: w.preemptDelay, SyncGate: w.syncGate,
	}
	h.epoch = h.between(0, time.Hour)
	if w.drift {
		h.ppm = h.rng.Int64N(2001) - 1000
	}
	if w.clocksWrong {
		h.walls = h.between(2*time.Minute, 10*time.Hour) * time.Duration(1-2*(id%2))
	}
	for i := range h.wires {
		h.wires[i].max = h.between(0, w.way)
		h.wires[i].min = h.between(0, h.wires[i].max)
	}
	h.facts = heartbeat.Facts{Up: 10, Servers: 10, Connections: 1000}
	if w.keyed {
		h.keys = w.keyFile(id / 2)
	}
	return h
}

func (h *host) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(h.rng.Int64N(int64(hi-lo)+1))
}

// clock is its monotonic clock, wall the other one.
func (h *host) clock() time.Duration { return h.epoch + h.w.now + h.w.now*time.Duration(h.ppm)/1e6 }
func (h *host) wall() time.Time {
	return time.Unix(1_800_000_000, 0).Add(h.clock() - h.epoch + h.walls)
}

// start starts pulse.
func (w *world) start(h *host) {
	if h.up {
		return
	}
	w.tell("%s starts", h.name)
	h.newLife()
	h.up, h.asleep, h.inbox = true, false, nil
	s := h.settings
	s.Held, s.Resume = h.held, h.addresses == raised && !h.fit.Cut
	if !s.Resume {
		h.addresses = down // what a dead pulse left is undone before the first heartbeat
	}
	h.bornAt = h.clock()
	h.node = heartbeat.NewNode(h.bornAt, s)
	h.opened = map[[2]uint64]bool{}
	h.line = heartbeat.NewLine(h.keys, s.Role, h.rng.Uint64()|1)
	h.failed = false
	for _, ev := range []heartbeat.Event{h.fit, h.facts, heartbeat.Tick{}} {
		h.step(ev)
	}
}

func (h *host) newLife() {
	h.life++
	h.ticks++
	h.guards++
	h.job++
	h.changed, h.began = h.w.now, h.w.now
	h.restoring, h.active = false, false
}

// power ends the host: the addresses go with it.
func (w *world) power(h *host) {
	if h.up {
		w.tell("%s loses its power", h.name)
		h.newLife()
	}
	h.up, h.addresses = false, down
}

// kill ends pulse. The guard takes the addresses down.
func (w *world) kill(h *host) {
	if !h.up {
		return
	}
	w.tell("%s is killed", h.name)
	h.up, h.changed = false, w.now
	h.life++
	h.ticks++
	h.job++
	if h.addresses == rising || h.addresses == falling {
		h.addresses = rising // stays half done
	}
}

// beaten gives the guard its orders: the addresses go down when no heartbeat
// goes out in time.
func (h *host) beaten() {
	h.guards++
	h.sentAt = h.w.now
	orders := h.guards
	h.w.after(h.between(h.settings.Deadtime*8/10, h.settings.Deadtime*95/100), func() {
		if orders == h.guards && h.addresses != down && (!h.up || h.asleep) {
			h.w.tell("%s: the guard takes the addresses down", h.name)
			h.addresses = down
		}
	})
}

// sleep stops the process.
func (w *world) sleep(h *host, d time.Duration) {
	if !h.up || h.asleep {
		return
	}
	w.tell("%s sleeps for %v", h.name, d)
	h.asleep, h.changed = true, w.now
	h.ticks++
	life := h.life
	w.after(d, func() {
		if life == h.life {
			w.wake(h)
		}
	})
}

func (w *world) wake(h *host) {
	w.tell("%s wakes", h.name)
	h.asleep, h.changed = false, w.now
	inbox := h.inbox
	h.inbox = nil
	// The guard was at work, and the Node does not know.
	h.restoring = h.addresses == down && h.node.State() == heartbeat.Active
	at := h.rng.IntN(len(inbox) + 1)
	life := h.life
	for i, do := range inbox {
		if i == at {
			h.step(heartbeat.Tick{})
		}
		if life == h.life {
			do()
		}
	}
	if at == len(inbox) && life == h.life {
		h.step(heartbeat.Tick{})
	}
	if h.up && h.restoring { // a look at the kernel brings back what is missing
		h.work(rising, h.w.raise, func() { h.addresses, h.restoring = raised, false })
	}
}

// await has do happen in the process: now, or when it wakes; never, once it
// has ended.
func (h *host) await(do func()) {
	switch {
	case !h.up:
	case h.asleep:
		h.inbox = append(h.inbox, do)
	default:
		do()
	}
}

// event has the process take in an event.
func (h *host) event(ev heartbeat.Event) { h.await(func() { h.step(ev) }) }

// work has the worker busy for up to that long.
func (h *host) work(state addresses, most time.Duration, done func()) {
	h.addresses = state
	h.job++
	job := h.job
	h.w.after(h.between(0, most), func() {
		h.await(func() {
			if job == h.job {
				done()
			}
		})
	})
}
