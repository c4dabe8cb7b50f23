package heartbeat

import (
	"testing"
	"time"
)

// A wireTest is two lines, and what a third host recorded of the first.
type wireTest struct {
	t    *testing.T
	now  time.Time
	a, b *Line
	tape [][]byte // all that a sent
}

const wireBeat = time.Second

func newWireTest(t *testing.T) *wireTest {
	w := &wireTest{t: t, now: testStart}
	w.startA(100)
	w.startB(200)
	return w
}

func (w *wireTest) startA(boot uint64) { w.a = NewLine([]Key{testKey(1)}, Primary, boot) }
func (w *wireTest) startB(boot uint64) { w.b = NewLine([]Key{testKey(1)}, Backup, boot) }

// fromA seals a beat of a, records it and returns it.
func (w *wireTest) fromA() []byte {
	raw := w.a.Seal(Beat{Message: Running, Interval: wireBeat}, w.now)
	w.tape = append(w.tape, raw)
	return raw
}

// fromB has a hear b.
func (w *wireTest) fromB() {
	w.t.Helper()
	if _, _, err := w.a.Open(0, w.b.Seal(Beat{Message: Stopped, Interval: wireBeat}, w.now), w.now); err != nil {
		w.t.Errorf("a refuses b: %v", err)
	}
}

// talk has both hear each other for n beats.
func (w *wireTest) talk(n int) {
	w.t.Helper()
	for range n {
		w.now = w.now.Add(wireBeat)
		w.hears("in peace", 0, w.fromA(), "")
		w.fromB()
	}
}

// hears checks what b makes of raw on a path.
func (w *wireTest) hears(what string, path int, raw []byte, want Refusal) (late bool) {
	w.t.Helper()
	_, late, err := w.b.Open(path, raw, w.now)
	if refusal(err) != want {
		w.t.Errorf("%s: %v, want %q", what, err, want)
	}
	return late
}

// replays checks that b takes nothing of the tape from i, on any path.
func (w *wireTest) replays(what string, tape [][]byte) {
	w.t.Helper()
	for i, raw := range tape {
		for path := range MaxPaths {
			if b, _, err := w.b.Open(path, raw, w.now); err == nil {
				w.t.Fatalf("%s: packet %d of %d came through on path %d: %+v", what, i, len(tape), path, b)
			}
		}
	}
}

func TestReplayOrder(t *testing.T) {
	w := newWireTest(t)
	one, two, three := w.fromA(), w.fromA(), w.fromA()
	steps := []struct {
		path int
		raw  []byte
		want Refusal
		late bool
	}{
		{0, one, "", false},
		{0, one, ErrReplayed, false},
		{0, three, "", false},
		{0, two, ErrReplayed, false}, // overtaken
		{1, one, "", true},           // the slow path
		{1, three, "", true},
		{1, two, ErrReplayed, false},
		{1, three, ErrReplayed, false},
	}
	for i, s := range steps {
		if late := w.hears("step", s.path, s.raw, s.want); late != s.late {
			t.Errorf("step %d: late %v", i, late)
		}
	}
}

func TestReplayNeverHeard(t *testing.T) {
	w := newWireTest(t)
	w.talk(10)
	// The way from a to b is cut for an hour, and a third host hears a.
	cut := len(w.tape)
	for range 3600 {
		w.now = w.now.Add(wireBeat)
		w.fromA()
		w.fromB()
	}
	// The clocks may have drifted apart by 7.2 s in that hour, and a packet may
	// take 3 s: more is too old.
	w.replays("after the cut", w.tape[cut:len(w.tape)-11])
	w.talk(1)
	w.replays("after a new packet", w.tape[:len(w.tape)-4])
	// On a second path that never worked, the last is old too by now.
	w.now = w.now.Add(4 * wireBeat)
	w.replays("after a's death", w.tape)
}

func TestReplaySlowWay(t *testing.T) {
	w := newWireTest(t)
	w.talk(10)
	// From now on the way takes 2 s longer. Echoes show that this is so.
	var onTheWay [][]byte
	for i := range 20 {
		w.now = w.now.Add(wireBeat)
		onTheWay = append(onTheWay, w.fromA())
		if i >= 2 {
			w.hears("slow", 0, onTheWay[i-2], "")
		}
		w.fromB()
	}
}

// A packet that was lost and is late, but young by its echo, does not make an
// older one pass that has none: neither as the first that is heard of a start,
// nor later.
func TestReplayLateEcho(t *testing.T) {
	for name, before := range map[string]int{"first": 0, "later": 10} {
		t.Run(name, func(t *testing.T) {
			w := newWireTest(t)
			w.talk(before)
			w.fromB()
			echo := w.fromA() // lost, as all that follows
			for range 3 {
				w.now = w.now.Add(wireBeat)
			}
			w.hears("late", 0, echo, "")
			// a does not hear b any more: its next say nothing new of b.
			var lost [][]byte
			for range 12 {
				lost = append(lost, w.fromA())
				w.now = w.now.Add(wireBeat / 2)
			}
			w.replays("older than two keepalives and 2 s", lost[:4])
			w.hears("in time", 0, w.fromA(), "")
		})
	}
}

func TestReplayStarts(t *testing.T) {
	w := newWireTest(t)
	w.talk(10)
	first := w.tape

	// a starts anew. It is believed as soon as it has heard b.
	w.tape = nil
	w.startA(101)
	w.hears("a has heard nobody", 0, w.fromA(), ErrUnconfirmed)
	w.fromB()
	w.talk(10)
	w.replays("the start before", first)
	second := w.tape

	// The way from a is cut, a starts twice more, and only a third host hears
	// the first of these.
	w.tape = nil
	w.startA(102)
	for range 20 {
		w.now = w.now.Add(wireBeat)
		w.fromA()
		w.fromB()
	}
	unheard := w.tape
	w.tape = nil
	w.startA(103)
	w.now = w.now.Add(wireBeat)
	w.fromB()
	w.talk(3)
	w.replays("a start that was never heard, while the next speaks", unheard)

	// a dies. For a minute the recording passes for a start that cannot hear b.
	w.now = w.now.Add(2*wireBeat + 1)
	w.replays("the starts before", append(first, second...))
	w.hears("less than a minute old", 0, unheard[len(unheard)-1], "")
	// But a was only silent: it is believed again, and the recording no more.
	w.now = w.now.Add(wireBeat)
	w.fromB()
	w.hears("the true a", 0, w.fromA(), "")
	w.replays("once more", unheard)

	// A minute later nothing passes.
	w.startB(201)
	w.now = w.now.Add(clocksAgree + 4*wireBeat)
	w.replays("to a b that has just started", append(append(append(first, second...), unheard...), w.tape...))
}

// A start that was never heard is over when the next one has spoken, however
// young its packets are.
func TestReplayStartOfTheMomentBefore(t *testing.T) {
	w := newWireTest(t)
	w.talk(10)
	w.tape = nil
	w.startA(101)
	w.fromB()
	for range 3 {
		w.now = w.now.Add(wireBeat / 10)
		w.fromA() // lost, with echoes of b
		w.fromB()
	}
	unheard := w.tape
	w.startA(102)
	w.fromB()
	w.now = w.now.Add(wireBeat / 10)
	w.hears("the next start", 0, w.fromA(), "")
	w.replays("the start before", unheard)
	w.talk(1)
}

// What a start sent last may come after what the next one sent first.
func TestReplayStartOvertaken(t *testing.T) {
	w := newWireTest(t)
	w.talk(10)
	w.now = w.now.Add(3 * wireBeat)
	slow := w.fromA()
	w.startA(101)
	w.hears("the next start, which has heard nobody", 0, w.fromA(), "")
	w.hears("the start before, on its way for long", 0, slow, "")
	w.now = w.now.Add(wireBeat)
	w.fromB()
	w.talk(3)
	w.replays("the start before", [][]byte{slow})
}

// A start that never heard us, and went, is not taken for a new one again.
func TestReplayStartThatHeardNobody(t *testing.T) {
	w := newWireTest(t)
	short := [][]byte{w.fromA(), w.fromA()}
	for _, raw := range short {
		w.hears("a start that hears nobody", 0, raw, "")
	}
	w.now = w.now.Add(3 * wireBeat)
	w.startA(101)
	w.fromB()
	w.talk(3)
	w.now = w.now.Add(3 * wireBeat)
	w.replays("when the next start is silent", short)
}

func TestReplayRingIsBounded(t *testing.T) {
	var r replay
	for i := range uint64(3 * startsKept) {
		r.end(&start{boot: i + 1, proven: true})
	}
	if len(r.retired) != startsKept || !r.isRetired(3*startsKept) || !r.isRetired(2*startsKept+1) || r.isRetired(2*startsKept) {
		t.Errorf("%d kept", len(r.retired))
	}
}
