package heartbeat_test

import (
	"encoding/binary"
	"errors"
	"time"

	"pacu/heartbeat"
)

// A wire carries datagrams one way.
type wire struct {
	cut      bool
	loss     float64
	twice    float64 // probability of a duplicate
	min, max time.Duration
	slow     time.Duration // may be added; 0: no
}

// good tells whether the wire carries everything in time.
func (w wire) good() bool { return !w.cut && w.loss == 0 && w.slow == 0 }

// transmit sends on all paths.
func (w *world) transmit(from *host, raw []byte) {
	if w.eves {
		w.eve.record(from, raw, w.now)
	}
	for path := range from.settings.Paths {
		wire := &from.wires[path]
		for copies := 1; copies > 0; copies-- {
			if wire.twice > 0 && from.rng.Float64() < wire.twice {
				copies++
			}
			if wire.cut || wire.loss > 0 && from.rng.Float64() < wire.loss {
				continue
			}
			way := from.between(wire.min, wire.max)
			if wire.slow > 0 {
				way += from.between(0, wire.slow)
			}
			w.after(way, func() { w.deliver(from, path, raw) })
		}
	}
}

// deliver has the partner receive, and the other pair, which shares the wires.
func (w *world) deliver(from *host, path int, raw []byte) {
	for _, to := range w.hosts {
		switch {
		case to == from:
		case to == from.partner:
			to.await(func() { to.open(path, raw) })
		default:
			to.await(func() {
				if _, _, err := to.line.Open(path, raw, to.wall()); !errors.Is(err, heartbeat.ErrOtherKey) {
					w.fail("%s takes a heartbeat of another pair: %v", to.name, err)
				}
			})
		}
	}
}

// open has the host take in a datagram of its partner.
func (h *host) open(path int, raw []byte) (accepted bool) {
	b, late, err := h.line.Open(path, raw, h.wall())
	if err != nil {
		h.w.tell("%s refuses a datagram on path %d: %v", h.name, path, err)
		return false
	}
	if h.w.eves {
		// Its boot and its sequence stand for the datagram.
		once := [2]uint64{uint64(path), binary.BigEndian.Uint64(raw[24:]) + binary.BigEndian.Uint64(raw[32:])}
		if h.opened[once] {
			h.w.fail("%s believes a datagram twice", h.name)
		}
		h.opened[once] = true
	}
	if said := b.Message.String() + " " + b.Phase.String(); !late && said != h.said {
		h.w.tell("%s hears %s on path %d", h.name, said, path)
		h.said = said
	}
	h.step(heartbeat.Heard{Path: path, Beat: b, Late: late})
	return true
}

// works tells whether some path of the pair carries everything both ways, and
// both sides can read it.
func (h *host) works() bool {
	if !h.understands() {
		return false
	}
	for i := range h.settings.Paths {
		if h.wires[i].good() && h.partner.wires[i].good() {
			return true
		}
	}
	return false
}

// reaches tells whether some path carries everything to the partner.
func (h *host) reaches() bool {
	for _, w := range h.wires[:h.settings.Paths] {
		if w.good() {
			return h.understands()
		}
	}
	return false
}

// understands tells whether the pair has a key in common.
func (h *host) understands() bool {
	if !h.w.keyed {
		return true
	}
	for _, k := range h.keys {
		for _, l := range h.partner.keys {
			if k == l {
				return true
			}
		}
	}
	return false
}
