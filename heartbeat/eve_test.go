package heartbeat_test

import (
	"math/rand/v2"
	"time"

	"pacu/heartbeat"
)

// tapeLength is how many datagrams the third host keeps of each router.
const tapeLength = 256

// An eve is a third host on the wires. She has no key. She hears all that is
// sent, also on wires that are cut, and sends with the partner's address.
type eve struct {
	rng  *rand.Rand
	tape [4][]recording // by the sender
	// believed counts the recordings that came through: those of the moment
	// before, lost on their way.
	believed int
}

type recording struct {
	raw []byte
	at  time.Duration
}

func (e *eve) record(from *host, raw []byte, now time.Duration) {
	t := e.tape[from.id]
	if len(t) == tapeLength {
		// Half of what is old goes, so that some of any age stays.
		for i := range tapeLength / 4 {
			t[i] = t[2*i]
		}
		t = append(t[:tapeLength/4], t[tapeLength/2:]...)
	}
	e.tape[from.id] = append(t, recording{raw, now})
}

// strikes sends n datagrams to h.
func (e *eve) strikes(h *host, n int) {
	for range n {
		// In the moment and at the place she likes.
		h.w.after(h.between(0, 2*h.w.keepalive), func() {
			path := e.rng.IntN(h.settings.Paths)
			switch e.rng.IntN(8) {
			case 0: // its own, reflected
				if r, ok := e.pick(h.id); ok {
					e.send(h, path, r.raw, 0)
				}
			case 1:
				garbage := make([]byte, e.rng.IntN(200))
				for i := range garbage {
					garbage[i] = byte(e.rng.Uint32())
				}
				e.send(h, path, garbage, 0)
			case 2: // one bit of what it says
				if r, ok := e.pick(h.partner.id); ok {
					forged := append([]byte(nil), r.raw...)
					forged[e.rng.IntN(100)] ^= 1 << e.rng.IntN(8)
					e.send(h, path, forged, 0)
				}
			case 3: // without a key
				e.send(h, path, heartbeat.Stopped.Append(nil), 0)
			default:
				if r, ok := e.pick(h.partner.id); ok {
					e.send(h, path, r.raw, h.w.now-r.at)
				}
			}
		})
	}
}

// pick returns what was recorded of a router, at any time.
func (e *eve) pick(id int) (recording, bool) {
	if len(e.tape[id]) == 0 {
		return recording{}, false
	}
	return e.tape[id][e.rng.IntN(len(e.tape[id]))], true
}

// send sends h a recording of that age; 0 for what was never sent to it.
func (e *eve) send(h *host, path int, raw []byte, age time.Duration) {
	h.await(func() {
		at := h.w.now
		if !h.open(path, raw) {
			return
		}
		e.believed++
		// Asleep, h may have believed the same datagram first.
		limit := h.w.eveLimit()
		if age == 0 || age+(h.w.now-at) > limit {
			h.w.fail("%s believes a third host: a datagram %v old", h.name, age)
		}
	})
}

// eveLimit is the age of the oldest recording that may pass: it was lost, and
// is still younger than a late one may be.
func (w *world) eveLimit() time.Duration {
	limit := 2*w.keepalive + 2*time.Second
	if !w.clocksWrong {
		limit = time.Minute // for a router that has just started
	}
	return limit
}
