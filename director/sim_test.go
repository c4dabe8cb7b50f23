package director

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
)

var (
	simSeed      = flag.Uint64("seed", 0, "replay this `history` of the simulation alone")
	simHistories = flag.Uint64("histories", 1000, "`number` of histories that the simulation plays")
)

// TestSimulation lives through random histories: edits of the file, probes,
// drains, forces, other programs, connections, refusals, failovers and restarts. What
// must never happen is judged at each change (judgeOp), what must be in the
// end when all is quiet (verify).
func TestSimulation(t *testing.T) {
	seeds := []uint64{*simSeed}
	if *simSeed == 0 {
		seeds = seeds[:0]
		for i := range *simHistories {
			seeds = append(seeds, i+1)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		for _, seed := range seeds {
			m := newMachine()
			w := &world{
				t: t, rnd: rand.New(rand.NewPCG(seed, 4)), name: fmt.Sprintf("replay with -seed %d", seed), sleep: time.Sleep,
				kernel: m.kernel, fake: m.kernel, addresses: m.addresses, firewall: m.firewall, sysctls: m.sysctls,
			}
			w.live(40)
		}
	})
}

// live plays a history.
func (w *world) live(steps int) {
	w.alien, w.foreign = make(map[slot]bool), make(map[ipvs.Key]string)
	w.start(randomConfig(w.rnd))
	for range steps {
		w.step()
		switch w.rnd.IntN(4) {
		case 0:
			w.pass()
		case 1:
			w.reconcile()
		case 2:
			w.sleep(time.Duration(w.rnd.IntN(3000)) * time.Millisecond)
		}
	}
	w.quiet()
	w.eachServer(func(v *simVirtual, s simServer) {
		if !v.unchecked {
			w.judge(v, s)
		}
	})
	w.quiet()
	w.cfg = simConfig{exclusive: w.cfg.exclusive} // all may go
	if err := w.d.Release(); err != nil {
		w.fatalf("release: %v", err)
	}
	for k := range w.table() {
		if _, foreign := w.foreign[k]; !foreign {
			w.fatalf("%v is left", k)
		}
	}
}

func (w *world) step() {
	switch n := w.rnd.IntN(100); {
	case n < 25:
		w.judgeSome()
	case n < 40:
		w.note("configure")
		w.configure(w.cfg.edited(w.rnd))
	case n < 47:
		w.reload()
	case n < 53:
		w.drain()
	case n < 57:
		w.undrain()
	case n < 60:
		w.force()
	case n < 71:
		w.meddle()
	case n < 73:
		w.meddleAddresses()
	case n < 75:
		w.meddleDaemons()
	case n < 87:
		w.connect()
	case n < 92:
		w.trouble()
	case n < 95:
		w.active = !w.active
		w.note("active %v", w.active)
		w.setActive()
	case n < 97:
		w.note("restart")
		w.restart()
	default:
		w.note("quiet")
		w.quiet()
	}
}

func (w *world) reconcile() Result {
	r, err := w.d.Reconcile()
	if err != nil && w.refuse == nil {
		// What others did in between is refused, and then seen.
		w.note("reconcile: %v", err)
	}
	for _, c := range r.Changes {
		w.note("  %v", c.Step())
	}
	return r
}

// pass is what pulse does at every turn.
func (w *world) pass() bool {
	first := w.reconcile()
	found, err := w.d.Look(longLook)
	if err != nil {
		w.fatalf("look: %v", err)
	}
	for _, f := range found {
		w.note("  found %s", f)
	}
	second := w.reconcile()
	return first.Empty() && len(found) == 0 && second.Empty()
}

// quiet lets everything come to rest, and compares.
func (w *world) quiet() {
	w.refuse = nil
	if w.upset {
		w.sleep(slowly)
		w.upset = false
	}
	w.wellAddresses()
	for calm := 0; calm < 3; {
		if len(w.log) > 5000 {
			w.fatalf("no rest")
		}
		w.sleep(500 * time.Millisecond)
		_, doubts := w.d.Doubts(time.Now())
		if w.pass() && !doubts && len(w.d.Degraded()) == 0 && len(w.d.Sync()) < 2 {
			calm++
		} else {
			w.note("  not yet %v", w.d.Degraded())
			calm = 0
		}
	}
	w.verify()
	sent := w.kernel.Sent()
	if r := w.reconcile(); !r.Empty() || w.kernel.Sent() != sent {
		w.fatalf("at rest, %v and %d messages", r, w.kernel.Sent()-sent)
	}
	clear(w.alien)
}

// reload plans a new file, and holds the plan against what then happens.
func (w *world) reload() {
	w.quiet()
	next := w.cfg.edited(w.rnd)
	w.note("reload")
	before, applied := w.dump(), w.applied
	planned, err := w.d.Plan(w.cluster(next))
	if err != nil {
		w.fatalf("plan: %v", err)
	}
	if diff := cmp.Diff(before, w.dump()); diff != "" || w.applied != applied {
		w.fatalf("the plan changed something (-before +after):\n%s", diff)
	}
	var plan []string
	for _, s := range planned {
		if s.Kind == "service" || s.Kind == "server" {
			s.Detail = strings.TrimSuffix(s.Detail, " until its connections end, then it leaves")
			plan = append(plan, s.String())
		}
	}
	w.configure(next)
	if diff := cmp.Diff(plan, stepsOf(w.reconcile())); diff != "" {
		w.fatalf("plan and changes differ (-plan +changes):\n%s", diff)
	}
	w.configure(next) // which keeps, too, what an operator forced up before any probe
	sent := w.kernel.Sent()
	if r := w.reconcile(); len(r.Changes) > 0 || w.kernel.Sent() != sent {
		w.fatalf("the same file again: %v and %d messages", stepsOf(r), w.kernel.Sent()-sent)
	}
}

// stepsOf are the changes of what lvs.cf itself has.
func stepsOf(r Result) []string {
	return steps(slices.DeleteFunc(slices.Clone(r.Changes), func(c Change) bool { return isThrough(c.key) }))
}
