package series

import (
	"math"
	"time"
)

const (
	// Step is what one point of a chart stands for.
	Step = 5 * time.Second
	// Points are those of a chart: 15 minutes.
	Points = 180

	// bridge is how many steps may lie between two looks that are still one
	// line: a router with 4,000 services is looked at less often than each
	// step while nobody watches.
	bridge = 6
)

// A Kind is what a chart shows.
type Kind int

// The kinds: connections at the moment, and three rates per second.
const (
	Active Kind = iota
	Connections
	BytesIn
	BytesOut
	kinds
)

// A Sample is what pulse says of a service, or of a server of one, at one
// look: a count of the moment, and three counters that only rise as long as
// the kernel keeps the entry.
type Sample struct {
	Active      uint64
	Connections uint64
	BytesIn     uint64
	BytesOut    uint64
}

// gap is a step of which nothing is known.
var gap = float32(math.NaN())

// IsGap reports whether nothing is known of a point.
func IsGap(v float32) bool { return v != v }

// A ring is the last Points steps of one object.
type ring struct {
	values [kinds][Points]float32
	step   int64 // of the newest value; its place is step % Points
	count  int32 // of the values, up to Points
	seen   bool  // last is of the newest look
	last   Sample
	at     time.Time // of last
}

// ringBytes is what one object takes: its ring in Go's size class, its key and
// its place in the map.
const ringBytes = 3072 + 160

// put takes a look of step in.
func (r *ring) put(step int64, at time.Time, s Sample) {
	values := [kinds]float32{float32(s.Active), gap, gap, gap}
	steps := step - r.step
	joined := r.seen && steps <= bridge
	if joined {
		seconds := at.Sub(r.at).Seconds()
		values[Connections] = rate(r.last.Connections, s.Connections, seconds)
		values[BytesIn] = rate(r.last.BytesIn, s.BytesIn, seconds)
		values[BytesOut] = rate(r.last.BytesOut, s.BytesOut, seconds)
	}
	if r.count > 0 {
		// Steps between two looks are what the later one says of them.
		between := values
		if !joined {
			between = [kinds]float32{gap, gap, gap, gap}
		}
		for n := min(steps-1, Points); n > 0; n-- {
			r.set(step-n, between)
		}
	}
	r.set(step, values)
	r.last, r.at, r.seen = s, at, true
}

// miss notes that a look of step brought nothing about the object.
func (r *ring) miss(step int64) {
	for n := min(step-r.step, Points) - 1; n >= 0; n-- {
		r.set(step-n, [kinds]float32{gap, gap, gap, gap})
	}
	r.seen = false
}

func (r *ring) set(step int64, values [kinds]float32) {
	for k, v := range values {
		r.values[k][step%Points] = v
	}
	r.step = step
	r.count = min(r.count+1, Points)
}

// rate is how fast a counter rose; a gap where it fell, as it began anew.
func rate(from, to uint64, seconds float64) float32 {
	if to < from || seconds <= 0 {
		return gap
	}
	return float32(float64(to-from) / seconds)
}

// points are those of kind up to step, oldest first, Points of them.
func (r *ring) points(kind Kind, step int64) []float32 {
	out := make([]float32, Points)
	for i := range out {
		n := step - int64(Points-1-i)
		if n > r.step || n <= r.step-int64(r.count) {
			out[i] = gap
			continue
		}
		out[i] = r.values[kind][n%Points]
	}
	return out
}
