package heartbeat_test

import (
	"time"

	"pacu/heartbeat"
)

// A promise is a condition that must not last.
type promise struct {
	broken func() bool
	limit  func() time.Duration
	what   string
	hosts  [2]*host
	on     bool
	since  time.Duration
	marks  [2]time.Duration // the hosts' changed, at since
}

func (p *promise) judge(w *world) {
	marks := [2]time.Duration{p.hosts[0].changed, p.hosts[1].changed}
	switch {
	case !p.broken():
		p.on = false
	// A partner that starts and dies again begins the silence anew.
	case !p.on || p.marks != marks:
		p.on, p.since, p.marks = true, w.now, marks
	case w.now-p.since > p.limit():
		w.fail("%s for %v, more than %v", p.what, w.now-p.since, p.limit())
	}
}

// promised returns what TestHistories promises of a world.
func (w *world) promised() []*promise {
	var all []*promise
	slack := 2*w.way + 8*tickLate
	work := w.raise + w.lower
	for i := 0; i < len(w.hosts); i += 2 {
		a, b := w.hosts[i], w.hosts[i+1]
		pair := [2]*host{a, b}
		all = append(all, &promise{
			what: "both have addresses", hosts: pair,
			broken: func() bool {
				return a.addresses != down && b.addresses != down && a.awake() && b.awake() && a.works()
			},
			limit: func() time.Duration {
				limit := 2*w.keepalive + work + slack
				if w.keyed && w.now-max(a.began, b.began) < limit+6*w.keepalive {
					limit += 2 * w.keepalive // each has to find out that the other is no recording
				}
				return limit
			},
		})
		for _, h := range pair {
			all = append(all, &promise{
				what: "nobody serves", hosts: pair,
				broken: func() bool { return a.addresses != raised && b.addresses != raised && h.able() },
				limit: func() time.Duration {
					limit := w.deadtime + 3*w.keepalive + 2*work + slack
					if !h.works() {
						limit += w.deadtime
					}
					return limit + w.eveDelay()
				},
			})
		}
		if w.keyed && !w.clocksWrong {
			for _, h := range pair {
				all = append(all, &promise{
					what: "both have addresses, and one hears the other", hosts: pair,
					broken: func() bool {
						return a.addresses != down && b.addresses != down && a.awake() && b.awake() && h.partner.reaches() && h.node.State() == heartbeat.Active
					},
					limit: func() time.Duration { return 2*w.deadtime + 6*w.keepalive + 2*work + slack },
				})
			}
		}
		if w.fitness {
			for _, h := range pair {
				all = append(all, &promise{
					what: h.name + " serves, and its partner is more fit", hosts: pair,
					broken: func() bool {
						return h.addresses == raised && h.partner.addresses != raised && h.fit.Faults > h.partner.fit.Faults &&
							h.awake() && h.partner.able() && !h.node.Leaving()
					},
					limit: func() time.Duration { return 10*time.Second + 2*w.deadtime + 4*w.keepalive + 2*work + slack },
				})
			}
		}
		if w.calm {
			served := false
			all = append(all, &promise{
				what: "nobody serves in calm", hosts: pair,
				broken: func() bool {
					serves := a.addresses == raised || b.addresses == raised
					served = served || serves
					return served && !serves
				},
				limit: func() time.Duration { return 0 },
			})
		}
	}
	return all
}

// eveDelay is for how long a third host may keep a partner alive that has
// just died.
func (w *world) eveDelay() time.Duration {
	switch {
	case !w.eves:
		return 0
	case w.eve.believed == 0:
		return 0
	}
	return w.eveLimit()
}

func (h *host) awake() bool { return h.up && !h.asleep }

// able tells whether the host must serve where nobody else does.
func (h *host) able() bool {
	return h.awake() && !h.fit.Cut && !h.held && !h.node.Blind() && !h.failing && !h.failed && !h.node.Leaving()
}

func (w *world) judge() {
	for _, p := range w.promises {
		p.judge(w)
	}
}

// busy counts all that was done.
func (w *world) busy() (n int) {
	for _, h := range w.hosts {
		n += h.taken + h.told
	}
	return n
}

// heal ends all trouble. Who is asleep, is leaving or has failed starts anew.
func (w *world) heal() {
	w.tell("all is healed")
	for _, h := range w.hosts {
		for i := range h.wires {
			h.wires[i] = mended(h.wires[i])
		}
		h.failing, h.dead = false, false
		h.fit, h.held = heartbeatFit, false
		h.facts.Up, h.facts.Connections = 10, 1000
		h.settings.Preempt = w.preempt
		if w.keyed {
			h.keys = w.keyFile(h.id / 2)
		}
		if !h.up || h.asleep || h.failed || h.node.Leaving() {
			if h.addresses != down && h.addresses != raised {
				h.addresses = down
			}
			if h.up {
				w.power(h)
			}
			w.start(h)
			continue
		}
		h.takesKeys(h.keys)
		h.fits(h.fit)
		h.counts(10, 1000)
		h.holds(false)
		h.reloads(happening{arg: 1})
	}
}

// settle is how long it takes until nothing changes any more.
func (w *world) settle() time.Duration {
	return 3*w.deadtime + 10*w.keepalive + 4*(w.raise+w.lower) + w.preemptDelay + w.eveDelay() + 16*time.Second
}

// judgePeace judges what follows when all is well for long.
func (w *world) judgePeace(before int) {
	if n := w.busy() - before; n != 0 {
		w.fail("%d actions in peace", n)
	}
	for i := 0; i < len(w.hosts); i += 2 {
		a, b := w.hosts[i], w.hosts[i+1]
		switch {
		case (a.addresses == raised) == (b.addresses == raised) || a.addresses == rising || b.addresses == rising:
			w.fail("in peace the addresses of %s are %d, of %s %d", a.name, a.addresses, b.name, b.addresses)
		case w.preempt && b.addresses == raised && !a.node.Suspended():
			w.fail("in peace the backup serves, with preempt: %s", b.name)
		}
	}
	if w.flaps() {
		w.fail("%d takeovers of %d happenings", w.takeovers(), len(w.steps))
	}
}

func (w *world) takeovers() (n int) {
	for _, h := range w.hosts {
		n += h.taken
	}
	return n
}

// flaps tells whether the role changed too often for what happened. A wire
// that loses or delays at random is trouble all the time.
func (w *world) flaps() bool {
	most := 3 * w.pairs
	for _, s := range w.steps {
		switch s.kind {
		case "lose", "delay", "break", "service dies":
			return false
		}
		most += 2
	}
	return w.takeovers() > most || w.steady && w.takeovers() > w.settled
}
