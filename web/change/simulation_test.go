package change

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A world is what a machine acts upon: one file, what is noted, and pulse.
type world struct {
	*rand.Rand
	now     time.Time
	file    string
	noted   *Change // outlives the console
	running string  // the file pulse runs by
	alone   bool    // there is no pulse

	m       Machine
	pending []Action // to be done; the console's own memory, as m is
	n       int      // files so far

	touched   bool // somebody else changed the file since the last apply
	confirmed bool // somebody confirmed the last change, and it was noted
	refused   bool // pulse did not take back the last change
	last      Change
	log       []string
}

func (w *world) say(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

// tell gives the machine an event.
func (w *world) tell(e Event) bool {
	was := w.m.State
	next, do, ok := w.m.Step(w.now, e)
	w.m = next
	w.say("%s %T%+v: %q -> %q, %q", w.now.Format("04:05"), e, e, was, next.State, do)
	if do != Nothing {
		w.pending = append(w.pending, do)
	}
	return ok
}

// crash ends the console, between any two things it does, and begins it anew.
func (w *world) crash() {
	w.say("crash")
	w.m, w.pending = Machine{}, nil
	if w.noted == nil {
		return
	}
	f := Another
	switch w.file {
	case w.noted.Before:
		f = AsBefore
	case w.noted.After:
		f = AsApplied
	}
	w.tell(Restart{*w.noted, f})
}

// act does what is to be done next, in steps between which the console may
// crash; fail has it fail.
func (w *world) act(fail bool) {
	if len(w.pending) == 0 {
		return
	}
	do := w.pending[0]
	crash := func() bool {
		if w.IntN(12) == 0 {
			w.crash()
			return true
		}
		return false
	}
	done := func(e Event) {
		if !crash() {
			w.pending = w.pending[1:]
			w.tell(e)
		}
	}
	switch do {
	case Write:
		if w.file != w.m.Change.Before {
			done(Failed{"the file is another"})
			return
		}
		c := w.m.Change
		w.noted = &c
		if crash() {
			return
		}
		if fail {
			done(Failed{"disk full"})
			return
		}
		w.file = c.After
		done(Written{})
	case Return:
		switch {
		case w.file != w.m.Change.After:
			done(Overtaken{})
		case fail:
			done(Failed{"disk full"})
		default:
			w.file = w.m.Change.Before
			done(Written{})
		}
	case Reload:
		switch {
		case w.alone:
			done(NoPulse{})
		case fail:
			w.refused = w.m.State == Reverting
			done(Refusal{"no"})
		default:
			w.running = w.file
			done(Reloaded{"ok"})
		}
	case Note:
		if fail {
			done(Failed{"locked"})
			return
		}
		w.noted = nil
		w.confirmed = w.m.State == Confirming
		done(Noted{})
	}
}

// random lets one thing happen.
func (w *world) random() {
	switch w.IntN(14) {
	case 0, 1:
		before := w.file
		w.n++
		c := Change{Who: "ana", Before: before, After: fmt.Sprint("file ", w.n), Began: w.now, Deadline: w.now}
		if w.IntN(4) > 0 {
			c.Deadline = w.now.Add(time.Duration(w.IntN(90)) * time.Second)
		}
		idle := w.m.State == Idle && w.noted == nil
		if !idle && w.m.State == Idle {
			return // the store refuses: it knows of a change
		}
		if took := w.tell(Apply{c}); took != idle {
			w.say("WRONG: applied %t while idle is %t", took, idle)
		} else if took {
			w.last, w.touched, w.confirmed, w.refused = c, false, false, false
		}
	case 2:
		w.tell(Confirm{"bob"})
	case 3:
		w.tell(RollBack{"bob"})
	case 4:
		if w.IntN(3) == 0 {
			w.n++
			w.file, w.touched = fmt.Sprint("theirs ", w.n), true
			w.say("somebody writes %s", w.file)
		}
	case 5:
		if w.IntN(3) == 0 {
			w.crash()
		}
	case 6:
		fault := ""
		if w.IntN(4) == 0 {
			fault = "standby"
		}
		w.tell(Seen{Fault: fault, Another: w.file != w.m.Change.After})
	case 7, 8, 9:
		w.now = w.now.Add(time.Duration(w.IntN(20)) * time.Second)
		w.tell(Tick{})
	default:
		w.act(w.IntN(6) == 0)
	}
}

// settle lets all end that ends by itself.
func (w *world) settle() bool {
	for range 1000 {
		if w.m.State == Idle && w.noted == nil && len(w.pending) == 0 {
			return true
		}
		for len(w.pending) > 0 {
			w.act(false)
		}
		w.now = w.now.Add(time.Second)
		w.tell(Tick{})
	}
	return false
}

// check returns what is wrong with a settled world.
func (w *world) check() string {
	switch {
	case w.last.After == "":
	case w.touched:
		if !strings.HasPrefix(w.file, "theirs") {
			return "somebody else's file was overwritten"
		}
	case w.confirmed && w.file != w.last.After:
		return "a confirmed change was taken back"
	case w.confirmed && !w.alone && w.running != w.file:
		return "pulse does not run by what was confirmed"
	case !w.confirmed && w.file != w.last.Before:
		return "an unconfirmed change was kept"
	case !w.confirmed && !w.refused && w.running == w.last.After:
		return "pulse runs by an unconfirmed change"
	}
	return ""
}

// TestSimulation plays random histories, with crashes, failures and other
// people's edits, and holds what the package promises.
func TestSimulation(t *testing.T) {
	outcomes := map[Outcome]int{}
	for seed := range uint64(8_000) {
		w := &world{Rand: rand.New(rand.NewPCG(seed, 7)), now: start, file: "file 0", alone: seed%5 == 0}
		if !w.alone {
			w.running = w.file
		}
		for range 3 {
			for range 40 {
				w.random()
			}
			if !w.settle() {
				w.say("WRONG: it does not end: %+v", w.m)
			}
			if wrong := w.check(); wrong != "" {
				w.say("WRONG: %s", wrong)
			}
			outcomes[w.m.Outcome]++
		}
		for _, line := range w.log {
			if strings.HasPrefix(line, "WRONG") {
				t.Fatalf("seed %d:\n%s", seed, strings.Join(w.log, "\n"))
			}
		}
	}
	for _, o := range []Outcome{Unwritten, Confirmed, Unread, RolledBack, Left} {
		if outcomes[o] < 100 {
			t.Errorf("%d histories end with %q: too few to tell", outcomes[o], o)
		}
	}
}
