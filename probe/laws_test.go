package probe

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A witness sees what a machine sees and keeps what must always be, by counting
// in its own way.
type witness struct {
	r     *rand.Rand
	set   Settings
	m     *Machine
	now   time.Duration
	last  Verdict
	force Force

	good, bad int           // in a row, unforced or forced by the same force
	needed    int           // to come back, before the probe
	upAt      time.Duration // when it last came up
	everGood  bool
}

func newWitness(seed uint64) *witness {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &witness{r: r}
	w.set = w.settings()
	w.m = NewMachine(w.set)
	return w
}

func (w *witness) settings() Settings {
	unit := []time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, time.Minute}[w.r.IntN(4)]
	s := Settings{
		Interval: time.Duration(w.r.IntN(40)) * unit,
		Reentry:  time.Duration(w.r.IntN(100)) * unit,
		Fall:     w.r.IntN(5),
		Weight:   w.r.IntN(300),
		Damping:  w.r.IntN(2) == 0,
	}
	if w.r.IntN(2) == 0 {
		s.Retry = time.Duration(w.r.IntN(20)) * unit
	}
	if w.r.IntN(2) == 0 {
		s.Rise = w.r.IntN(6)
	}
	return s
}

// step does one thing at random, and says what is wrong with the outcome.
func (w *witness) step(fails int) (wrong string) {
	w.now += w.m.Pace() + time.Duration(w.r.IntN(1000))*time.Microsecond // late, as probes are
	_, w.needed = w.m.Earned()
	var v Verdict
	switch w.r.IntN(40) {
	case 0:
		good, _ := w.m.Earned()
		w.set = w.settings()
		v = w.m.Configure(w.set)
		if after, _ := w.m.Earned(); v.State != w.last.State || after != good {
			return "other settings changed more than the weight"
		}
	case 1:
		before := w.force
		w.force = Force(w.r.IntN(3))
		v = w.m.Force(w.now, w.force)
		if w.force == Normal && v != w.last {
			return "no force changed the verdict"
		}
		if before != w.force {
			w.good, w.bad = 0, 0
		}
		if w.force == ForceUp {
			w.everGood = true
		}
	case 2:
		if w.force != Normal {
			return ""
		}
		w.m = Restore(w.set, w.now, w.last)
		v = w.m.Verdict()
		w.good, w.bad = 0, 0
		if w.last.State != v.State || w.last.Weight > 0 && v.Weight != w.last.Weight {
			return "restored, it says something else"
		}
		v.Changed = v.Weight != w.last.Weight
	default:
		up := w.r.IntN(100) >= fails
		v = w.m.Step(w.now, up)
		if wrong = w.probed(up, v); wrong != "" {
			return wrong
		}
	}
	if v.State == Up && w.last.State != Up {
		w.upAt = w.now
	}
	wrong = w.always(v)
	v.Changed = false
	w.last = v
	return wrong
}

// probed judges the verdict on a probe.
func (w *witness) probed(up bool, v Verdict) string {
	if w.force != Normal {
		return ""
	}
	w.everGood = w.everGood || up
	switch {
	case up:
		w.good, w.bad = w.good+1, 0
	default:
		w.good, w.bad = 0, w.bad+1
	}
	fall := max(w.set.Fall, 1)
	switch {
	case w.last.State == Untried && up != (v.State == Up):
		return "the first probe did not decide"
	case w.last.State == Up && (v.State == Up) != (w.bad < fall):
		return "it did not fall when it had to, or did too early"
	case w.last.State == Down && v.State == Up && w.good < min(w.needed, w.set.rise()):
		return "up too early"
	case w.last.State == Down && v.State == Down && w.good >= max(w.needed, w.threshold()):
		return "down for longer than said"
	}
	return ""
}

// threshold is the most that may be asked for.
func (w *witness) threshold() int {
	most := w.set.rise()
	if w.set.Damping && w.set.retry() > 0 {
		most = max(most, int(dampLimit/w.set.retry()))
	}
	return most
}

// always judges what must be at any time.
func (w *witness) always(v Verdict) string {
	_, needed := w.m.Earned()
	falls, since := w.m.Flaps()
	switch {
	case v.State != Up && v.Weight != 0, v.Weight > w.set.Weight, v.Weight < 0,
		v.State == Up && w.set.Weight > 0 && v.Weight < 1:
		return "weight out of bounds"
	case w.force == ForceUp && v.State != Up, w.force == ForceDown && v.State != Down:
		return "it does not yield to force"
	case v.Changed != (v.State != w.last.State || v.Weight != w.last.Weight):
		return "change not told, or told wrongly"
	case v.State == Up && !w.everGood:
		return "up without a good probe"
	case needed < w.set.rise(), needed > w.threshold(), !w.set.Damping && needed != w.set.rise():
		return "damping out of bounds"
	case falls < 0, since > w.now, !w.set.Damping && falls != 0, v.State != Down && falls != 0:
		return "impossible falls"
	case v.State == Down && w.last.State == Up && w.force == Normal && w.now-w.upAt > calmAfter && falls > 1:
		return "calm, and not forgotten"
	}
	return ""
}

// TestMachineLaws drives thousands of machines through random histories.
func TestMachineLaws(t *testing.T) {
	for seed := range uint64(4000) {
		w := newWitness(seed)
		fails := []int{2, 20, 50, 90}[w.r.IntN(4)] // in 100 probes
		for i := range 200 {
			before := *w.m
			if wrong := w.step(fails); wrong != "" {
				t.Fatalf("seed %d step %d at %v: %s: %+v, needed %d\n%+v\n%+v", seed, i, w.now, wrong, w.last, w.needed, before, *w.m)
			}
		}
	}
}
