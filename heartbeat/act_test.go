package heartbeat_test

import (
	"time"

	"pacu/heartbeat"
)

// step steps the Node, and does what it wants done.
func (h *host) step(ev heartbeat.Event) {
	if !h.up {
		return
	}
	w := h.w
	var actions []heartbeat.Action
	h.node, actions = w.step(h.node, h.clock(), ev)
	for _, a := range actions {
		if _, ok := a.(heartbeat.Send); !ok {
			w.tell("%s: %T %v", h.name, a, a)
		}
		h.act(a)
	}
	if h.active != (h.up && h.node.State() == heartbeat.Active) {
		w.fail("%s is told to serve: %v, and is %s", h.name, h.active, h.node.State())
	}
	h.schedule()
	h.prompt()
}

// prompt has the understudy know the next heartbeat: it sends it when the
// process is asleep by then.
func (h *host) prompt() {
	b, due, ok := h.node.Spare()
	ok = ok && h.up
	if ok && h.knows.life == h.life && h.knows.due == due && !h.knows.beat.Outdated(b) {
		return
	}
	h.spares++
	if h.knows = (known{b, due, h.life}); !ok {
		return
	}
	life, spares := h.life, h.spares
	var raw []byte
	wait := (due - h.clock()) * 1e6 / time.Duration(1e6+h.ppm)
	h.w.after(wait+h.between(tickLate, 2*tickLate), func() {
		if h.up && h.asleep && life == h.life && spares == h.spares {
			h.w.tell("%s is late: its understudy says %s", h.name, b.Phase)
			h.w.transmit(h, raw)
		}
	})
	raw = h.line.Seal(b, h.wall().Add(due-h.clock()))
}

// known is what an understudy was told, in that life of the process.
type known struct {
	beat heartbeat.Beat
	due  time.Duration
	life int
}

func (h *host) act(a heartbeat.Action) {
	switch a := a.(type) {
	case heartbeat.Send:
		h.send(a.Beat)
	case heartbeat.Activate:
		h.taken++
		h.mayActivate()
		if h.active {
			h.w.fail("%s activates twice", h.name)
		}
		h.active = true
		h.raise(a.Job)
	case heartbeat.Deactivate:
		if !h.active {
			h.w.fail("%s deactivates twice", h.name)
		}
		h.given++
		h.active, h.restoring = false, false
		most, served := h.w.lower, h.addresses == raised
		if h.addresses == down {
			most = 0
		}
		h.work(falling, most, func() {
			h.addresses = down
			lost := served && h.node.Reason() == heartbeat.ReasonConflict
			h.step(heartbeat.Lowered{Job: a.Job})
			if p := h.partner; lost && h.w.keyed && p.addresses == raised && h.w.now-p.raisedAt > 2*h.w.keepalive {
				p.announcesAgain()
			}
		})
	case heartbeat.Announce:
		h.told++
		if h.addresses != raised && !h.restoring {
			h.w.fail("%s announces what it has not", h.name)
		}
	case heartbeat.Gone:
		if h.addresses != down {
			h.w.fail("%s is gone with the addresses", h.name)
		}
		h.newLife()
		h.up = false
	}
}

// announcesAgain checks that who stayed, of two that served, announces when the
// other is gone, and once more, if nothing else happens until then.
func (h *host) announcesAgain() {
	w := h.w
	happened, changed, taken, before := w.happened, h.changed, h.taken, h.told
	for i, within := range []time.Duration{0, 5 * time.Second} {
		w.after(within+2*w.keepalive+2*w.way+4*tickLate, func() {
			undisturbed := w.happened == happened && h.changed == changed && h.taken == taken && h.awake() && h.addresses == raised && h.works()
			if undisturbed && h.told < before+i+1 {
				w.fail("%s has announced %d times since the other gave up, want %d", h.name, h.told-before, i+1)
			}
		})
	}
}

// mayActivate checks that nothing forbids it.
func (h *host) mayActivate() {
	reason := h.node.Reason()
	var why string
	switch {
	case reason == heartbeat.ReasonForced:
	case h.held:
		why = "held"
	case reason == heartbeat.ReasonDead && h.fit.Cut:
		why = "cut off"
	case reason == heartbeat.ReasonDead && h.node.Blind():
		why = "blind"
	}
	if why != "" {
		h.w.fail("%s takes over, and is %s (%s)", h.name, why, reason)
	}
}

func (h *host) raise(job int) {
	most := h.w.raise
	switch h.addresses {
	case down:
	case raised:
		most = 0 // of the pulse before
	default:
		h.w.fail("%s activates while its addresses are busy", h.name)
	}
	h.work(rising, most, func() {
		if h.failing {
			h.failed = true
			h.step(heartbeat.Failed{Job: job, Why: "simulated"})
			return
		}
		h.addresses, h.raisedAt = raised, h.w.now
		h.step(heartbeat.Raised{Job: job})
	})
}

// schedule has the Node ticked when it is due.
func (h *host) schedule() {
	h.ticks++
	next := h.node.Next()
	if !h.up || next == heartbeat.Never {
		return
	}
	wait := next - h.clock()
	if wait <= 0 {
		h.w.fail("%s is due again at once", h.name)
	}
	tick := h.ticks
	wait = wait*1e6/time.Duration(1e6+h.ppm) + 1
	h.w.after(wait+h.between(0, tickLate), func() {
		if tick == h.ticks {
			h.probe()
			h.step(heartbeat.Tick{})
		}
	})
}

// probe is what a standby does where the routers themselves serve.
func (h *host) probe() {
	if h.w.fos && h.partner.dead && h.partner.addresses == raised {
		h.step(heartbeat.PartnerFailed{Why: "simulated"})
	}
}

// send seals a beat and puts it on the wires. It checks that the beat says
// nothing that is not so.
func (h *host) send(b heartbeat.Beat) {
	w := h.w
	quiet, active := w.now-h.sentAt, b.Phase == heartbeat.Serving || b.Phase == heartbeat.Yielding
	if active && h.clock()-h.spokeAt >= w.deadtime && h.spokeAt >= h.bornAt {
		w.fail("%s was replaced, as far as it knows, and says %s", h.name, b.Phase)
	}
	h.spokeAt = h.clock()
	switch {
	case !w.keyed:
		// A partner that hands over lets go when it hears Running. Who has just
		// started, or was asleep, may not know that it hands over.
		running := b.Message == heartbeat.Running || b.Message == heartbeat.FOSRunning
		if running && b.Phase == heartbeat.Taking && b.Reason == heartbeat.ReasonInactive &&
			w.calm && w.now-h.changed > 2*w.keepalive && h.partner.up && h.partner.node.Phase() == heartbeat.Yielding {
			w.fail("%s says running before its addresses are up", h.name)
		}
	case b.Phase == heartbeat.PhaseStandby && h.addresses != down:
		w.fail("%s says standby and has addresses", h.name)
	case active && h.addresses != raised && !h.restoring && quiet < w.deadtime/2:
		w.fail("%s says %s and has no addresses", h.name, b.Phase)
	case b.Phase == heartbeat.Dropping && b.Reason == heartbeat.ReasonConflict && quiet < min(w.deadtime/2, w.deadtime-w.way)-tickLate:
		w.fail("%s lost a split brain, and is heard %v after its last heartbeat, before its addresses are gone", h.name, quiet)
	}
	raw := h.line.Seal(b, h.wall())
	w.transmit(h, raw)
	h.beaten()
}
