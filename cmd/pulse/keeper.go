package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pacu/control"
	"pacu/director"
)

const (
	// passEvery is how often the kernel is compared with what is wanted when
	// nothing calls for it: with the second look that weights get, what others
	// changed is put right within 2 s.
	passEvery = 750 * time.Millisecond
	// lookFor bounds what of each pass goes into looking: half a hundredth of
	// a processor in all. A table of some hundred servers is read whole in that.
	lookFor = 4 * time.Millisecond
	// mostRest bounds the time between two passes that are due.
	mostRest = 100 * time.Millisecond
	// mostLines bounds what one pass writes into the log of single changes.
	mostLines = 20
)

// A keeper runs the director: at once when something changed, and steadily.
type keeper struct {
	director *director.Director
	events   *journal
	raised   func()             // addresses came up outside a takeover: announce again
	held     func([]netip.Addr) // whether these servers' weights are pulse's changed
	idle     func() bool        // addresses must not come up
	save     func()             // what the next pulse must know changed
	unsaved  atomic.Bool
	sent     func() uint64 // netlink messages to IPVS so far
	reload   atomic.Uint64 // of those, what the last pass took that somebody waited for

	due   chan struct{} // holds one token when a pass is due
	hurry chan struct{} // holds one token when somebody waits for it

	mu    sync.Mutex
	asked map[chan result]bool
	quiet bool // addresses that the next pass brings up are not drift: they were asked for
	sight bool // the next pass looks for what others changed
	drift control.Drift
	blind string // why the kernel cannot be read; empty is well
}

type result struct {
	done director.Result
	err  error
}

func (k *keeper) String() string { return "keeper" }

// kick asks for a pass soon.
func (k *keeper) kick() { wake(k.due) }

// expect tells that the next pass may bring up addresses that nobody took away,
// but the kernel refused.
func (k *keeper) expect() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.quiet = true
}

// look asks for a pass whose changes nobody of ours asked for.
func (k *keeper) look() {
	k.see()
	wake(k.due)
}

// see has the next pass look for what others changed.
func (k *keeper) see() {
	k.mu.Lock()
	k.sight = true
	k.mu.Unlock()
}

// apply asks for a pass and waits for it.
func (k *keeper) apply(ctx context.Context) (director.Result, error) {
	done := make(chan result, 1)
	k.mu.Lock()
	k.asked[done], k.quiet = true, true
	k.mu.Unlock()
	wake(k.hurry)
	select {
	case r := <-done:
		return r.done, r.err
	case <-ctx.Done():
		return director.Result{}, ctx.Err()
	}
}

func (k *keeper) run(ctx context.Context) error {
	every := time.NewTicker(passEvery)
	defer every.Stop()
	again := time.NewTimer(passEvery) // where something needs a second look
	defer again.Stop()
	began := time.Now()
	loaded := k.pass()
	k.events.add(control.Info, "kernel", "", fmt.Sprintf("the kernel is as lvs.cf wants it: %d changes of the IPVS table in %v", loaded, time.Since(began).Round(time.Millisecond)))
	calm()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-k.due:
		case <-k.hurry:
		case <-every.C:
			k.see()
		case <-again.C:
			k.see()
		}
		if k.director.Active() && k.idle() {
			// After a sleep, or on the way to standby: what the guard of this
			// pulse took down must not come back.
			continue
		}
		began := time.Now()
		k.pass()
		if settles, ok := k.director.Doubts(time.Now()); ok {
			again.Reset(max(settles, mostRest))
		}
		k.rest(ctx, time.Since(began))
	}
}

// rest leaves others as much of a processor as the pass took, where nobody
// waits for the next: when a thousand servers fail at once each calls for one.
func (k *keeper) rest(ctx context.Context, took time.Duration) {
	select {
	case <-ctx.Done():
	case <-k.hurry:
		wake(k.hurry)
	case <-time.After(min(took, mostRest)):
	}
}

// pass carries out what is due; where that is called for it then looks for what
// others changed, and puts that right. It returns the number of changes that
// were due.
func (k *keeper) pass() (due int) {
	k.mu.Lock()
	asked, quiet, sight := k.asked, k.quiet, k.sight
	k.asked, k.quiet, k.sight = make(map[chan result]bool), false, false
	k.mu.Unlock()

	before := k.sent()
	did, err := k.director.Reconcile()
	due = len(did.Changes)
	if len(asked) > 0 {
		k.reload.Store(k.sent() - before)
	}
	k.refused(err)
	if len(did.Raised) > 0 && !quiet {
		k.repaired(did)
	}
	k.after(did)
	for done := range asked {
		done <- result{did, err}
	}
	for _, other := range did.Others {
		k.events.add(control.Info, "kernel", "", other)
	}
	if !sight {
		return due
	}

	found, err := k.director.Look(lookFor)
	k.cannotLook(err)
	if len(found) == 0 {
		return due
	}
	did, err = k.director.Reconcile()
	k.refused(err)
	k.repaired(did)
	k.after(did)
	return due
}

func (k *keeper) after(did director.Result) {
	if len(did.Raised) > 0 {
		k.raised()
	}
	if len(did.Held) > 0 {
		k.held(did.Held)
	}
	if did.Kept || k.unsaved.Swap(false) {
		k.save()
	}
}

// repaired tells what others had changed and is put right.
func (k *keeper) repaired(did director.Result) {
	n := len(did.Changes) + len(did.Others) + len(did.Raised)
	if n == 0 {
		return
	}
	var lines []string
	for _, c := range did.Changes {
		if len(lines) == mostLines {
			lines = append(lines, fmt.Sprintf("someone changed the IPVS table, put right: %d changes more", len(did.Changes)-mostLines))
			break
		}
		lines = append(lines, "someone changed the IPVS table, put right: "+c.Op().String())
	}
	for _, o := range did.Others {
		lines = append(lines, "someone changed the kernel, put right: "+o)
	}
	for _, a := range did.Raised {
		lines = append(lines, "someone removed a floating address, put right: "+a.String())
	}
	for _, line := range lines {
		k.events.add(control.Warning, "kernel", "", line)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drift.Repairs += uint64(n)
	k.drift.Last, k.drift.What = time.Now(), strings.TrimPrefix(lines[0], "someone ")
}

// refused tells what the kernel did not take; the director tries it again.
func (k *keeper) refused(err error) {
	if err == nil {
		return
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		k.events.add(control.Error, "kernel", "", line+": all else is done, this is tried again")
	}
}

func (k *keeper) cannotLook(err error) {
	why := ""
	if err != nil {
		why = err.Error()
	}
	k.mu.Lock()
	was := k.blind
	k.blind = why
	k.mu.Unlock()
	switch {
	case why == was:
	case why != "":
		k.events.add(control.Error, "kernel", "", "what others change is not seen: "+why)
	default:
		k.events.add(control.Info, "kernel", "", "the kernel can be read again")
	}
}

// problem is why the kernel cannot be read; empty is well.
func (k *keeper) problem() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.blind
}

// drifted is what others changed so far.
func (k *keeper) drifted() control.Drift {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.drift
}

func oneLine(prefix string, err error) string {
	return prefix + strings.ReplaceAll(err.Error(), "\n", "; ")
}

// explain says in words what a Reconcile did, for the one who asked for it.
func explain(did director.Result) string {
	if did.Empty() {
		return "nothing to change in the kernel"
	}
	var words []string
	for i, c := range did.Changes {
		if i == mostLines {
			words = append(words, fmt.Sprintf("and %d more", len(did.Changes)-i))
			break
		}
		words = append(words, c.Step().String())
	}
	words = append(words, did.Others...)
	for _, a := range did.Raised {
		words = append(words, "add "+a.String())
	}
	return strings.Join(words, "; ")
}
