package heartbeat_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pacu/heartbeat"
)

var (
	histories = flag.Int("histories", 0, "random histories to simulate; 0: 3,000, or 300 with -short")
	oneSeed   = flag.Uint64("seed", 0, "simulate only the history of this seed, and print it")
	firstSeed = flag.Uint64("first-seed", 1, "the seed of the first history")
)

// heartbeatFit is a router without faults.
var heartbeatFit = heartbeat.Fit{}

// A history is a world and what happens in it.
type history struct {
	seed                uint64
	keepalive, deadtime time.Duration
	way                 time.Duration // the longest of a datagram on a good wire
	raise, lower        time.Duration // the longest that addresses take to come up, to go down
	paths, pairs        int
	keyed, fos          bool
	eves                bool // there is a third host
	drift               bool // the monotonic clocks run apart
	clocksWrong         bool // the wall clocks are wrong by minutes to hours
	preempt, syncGate   bool
	preemptDelay        time.Duration
	calm                bool // nothing goes wrong
	steady              bool // nothing but short stalls
	fitness             bool // nothing but fitnessKinds
	trouble             time.Duration
	steps               []happening
	renewals            [2]int // of each pair's key
}

// newHistory makes the history of a seed.
func newHistory(seed uint64) history {
	rng := rand.New(rand.NewPCG(seed, 1<<32))
	between := func(lo, hi time.Duration) time.Duration { return lo + time.Duration(rng.Int64N(int64(hi-lo)+1)) }
	chance := func(percent int) bool { return rng.IntN(100) < percent }
	h := history{seed: seed, paths: 1 + rng.IntN(3), pairs: 1, keyed: chance(80), drift: chance(50), clocksWrong: chance(30), fos: chance(10)}
	h.keepalive = time.Duration(float64(100*time.Millisecond) * math.Pow(20, rng.Float64())) // 0.1 to 2 s
	h.deadtime = between(h.keepalive*3/2, 6*h.keepalive)
	h.way = between(0, h.keepalive/5)
	h.raise, h.lower = between(0, h.keepalive), between(0, h.keepalive/2)
	h.preempt = chance(30)
	h.preemptDelay = between(0, 5*h.keepalive)
	h.syncGate = h.preempt && chance(30)
	if h.keyed {
		h.eves = chance(25)
		if chance(10) {
			h.pairs = 2
		}
	}
	h.trouble = between(10*h.keepalive, 40*h.keepalive)
	theme := rng.IntN(100)
	h.calm = theme < 15
	h.steady = theme >= 15 && theme < 25
	h.fitness = theme >= 25 && theme < 35 && h.keyed && !h.fos
	apart := 6 * h.keepalive
	if h.fitness {
		apart = 20 * h.keepalive
		h.trouble += 100 * h.keepalive
	}
	var names []string
	for _, name := range kindNames {
		k := kinds[name]
		if k.keyed && !h.keyed || k.eve && !h.eves || k.fos && !h.fos || h.calm && !k.calm || h.steady && name != "stall" || h.fitness && !slices.Contains(fitnessKinds, name) {
			continue
		}
		if h.steady || chance(50) || name == "start" || name == "third host" {
			names = append(names, name)
		}
	}
	begin := between(0, 5*h.keepalive)
	if h.steady {
		// Two stalls in a row are one, and longer.
		h.keepalive = between(100*time.Millisecond, 300*time.Millisecond)
		h.deadtime = between(time.Second, 2*time.Second)
		h.way, h.preempt, h.fos = h.keepalive/10, false, false
		h.raise, h.lower = min(h.raise, h.keepalive), min(h.lower, h.keepalive/2)
		begin = 3*h.deadtime + 10*h.keepalive
		h.trouble = begin + 20*time.Second
		apart = time.Second
	}
	if h.calm {
		begin, apart = 3*h.deadtime+10*h.keepalive, 12*h.keepalive
		h.trouble += begin
	}
	var last [4]time.Duration
	for at := begin; at < h.trouble; at += between(0, apart) {
		s := happening{at: at, kind: names[rng.IntN(len(names))], host: rng.IntN(2 * h.pairs), path: rng.IntN(h.paths), arg: rng.Float64()}
		if h.steady {
			if at-last[s.host] < 2*h.deadtime {
				continue
			}
			last[s.host] = at
		}
		h.steps = append(h.steps, s)
	}
	// What the last of them began ends too, where nothing may go wrong.
	switch {
	case h.steady:
		h.trouble += shortStall
	case h.calm:
		h.trouble += 10 * h.deadtime
	}
	return h
}

// String is the history without what comes of it.
func (h history) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "keepalive %v, deadtime %v, way %v, up in %v, down in %v, %d paths, %d pairs\n", h.keepalive, h.deadtime, h.way, h.raise, h.lower, h.paths, h.pairs)
	fmt.Fprintf(&b, "keyed %v, fos %v, third host %v, drift %v, wrong clocks %v, preempt %v after %v, sync %v, calm %v, steady %v, fitness %v\n",
		h.keyed, h.fos, h.eves, h.drift, h.clocksWrong, h.preempt, h.preemptDelay, h.syncGate, h.calm, h.steady, h.fitness)
	for _, s := range h.steps {
		fmt.Fprintf(&b, "%12v %s\n", s.at.Round(time.Microsecond), s)
	}
	return b.String()
}

// lived lives through a history and returns what broke, or nothing.
func (h history) lived() string {
	w := newWorld(h)
	w.live()
	return w.fault
}

// TestHistories lives through random histories of a pair of routers, or two
// pairs on the same wires, and of a third host that records, replays, reflects
// and forges. Each history mixes some of the happenings in kinds. Two Nodes
// exchange the true packets of two Lines; clocks drift by up to 1 per mille,
// wall clocks are wrong by up to 20 hours, timers fire up to tickLate late, and
// the understudy of a router that sleeps sends its Spare.
//
// K is keepalive, D deadtime. W is twice the longest way of a datagram on a
// good wire, and 8 tickLate. U is the longest that addresses take to come up,
// L to go down. All along:
//
//   - While some path works both ways, the keys match and both processes run,
//     both hold addresses, even a part of them, for at most 2K + U + L + W. With
//     keys, 2K more after a start, in which each finds out that the other is no
//     recording.
//   - With keys and right wall clocks, where all paths work one way only, both
//     hold addresses for at most 2D + 6K + 2(U+L) + W: who hears the other gives
//     way.
//   - While a router runs that is not cut off, held, blind, broken or leaving,
//     somebody has all addresses up within D + 3K + 2(U+L) + W; D more without a
//     path that works both ways; and 2K + 2 s more (a minute, for one that has
//     just started, where the wall clocks are right) if a third host got a
//     datagram through that was lost before.
//   - No router says that it is standby, or is heard after it lost a split
//     brain, before its addresses are gone, but for a sign of life after D/2.
//     None says that it serves before they are up, or after a silence of D.
//   - Who stays of two that served announces when the other is gone, and again
//     5 s later.
//   - None takes over that is held; none on silence alone that is cut off or
//     blind.
//   - No datagram of a third host changes anything: none is believed that was
//     not sealed by the partner, that is older than stated, or that came before.
//     None of another pair is believed.
//   - Where nothing happens but hand-overs, stops and starts in good order
//     (calm), from the first moment on there is none in which nobody serves.
//   - Where nothing happens but stalls of up to 300 ms, and D is a second or
//     more (steady), nobody takes over.
//   - Where only fitness, holds and the operator change (fitness), the less fit
//     router serves beside a fitter one that could for at most
//     10 s + 2D + 4K + 2(U+L) + W.
//   - There are at most 2 takeovers for each happening, and 3 at the start,
//     unless a wire loses or delays at random, or what comes up breaks again.
//   - After the last of it exactly one router of a pair serves, the primary if
//     it preempts, and nothing changes any more.
func TestHistories(t *testing.T) {
	if *oneSeed != 0 {
		report(t, newHistory(*oneSeed))
		return
	}
	n := uint64(*histories)
	switch {
	case n > 0:
	case testing.Short():
		n = 300
	default:
		n = 3000
	}
	var next, took atomic.Uint64
	var mu sync.Mutex
	var failing []uint64
	next.Store(*firstSeed)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1) - 1; seed < *firstSeed+n; seed = next.Add(1) - 1 {
				w := newWorld(newHistory(seed))
				w.live()
				took.Add(uint64(w.takeovers()))
				if w.fault != "" {
					next.Store(*firstSeed + n)
					mu.Lock()
					failing = append(failing, seed)
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	if len(failing) > 0 {
		report(t, newHistory(slices.Min(failing)))
		return
	}
	t.Logf("%d histories, %d takeovers", n, took.Load())
}

// report lives through a history, and shrinks it if it fails.
func report(t *testing.T, h history) {
	t.Helper()
	fails := func(h history) bool { return h.lived() != "" }
	if fails(h) {
		all := len(h.steps)
		h = shrink(h, fails)
		t.Errorf("seed %d (-seed %d shows it again), shrunk from %d happenings to %d", h.seed, h.seed, all, len(h.steps))
	}
	w := newWorld(h)
	w.telling = true
	w.live()
	t.Logf("\n%s\n%s\n%s", h, w.story(), w.fault)
}
