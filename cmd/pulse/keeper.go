package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"pacu/control"
	"pacu/director"
	"pacu/vip"
)

// passEvery is how often the kernel is compared with what is wanted when
// nothing calls for it: with the second look that weights get, what others
// changed is put right within 2 s.
const passEvery = time.Second

// A keeper runs the director: at once when something changed, and every second.
type keeper struct {
	director *director.Director
	events   *journal
	raised   func() // addresses came up outside a takeover: announce again

	due chan struct{}

	mu      sync.Mutex
	asked   map[chan result]bool
	trouble string // of the last pass; empty is well
	quiet   bool   // the next pass's changes are not drift: someone asked for them
}

type result struct {
	change director.Change
	err    error
}

func newKeeper(d *director.Director, events *journal, raised func()) *keeper {
	return &keeper{director: d, events: events, raised: raised, due: make(chan struct{}, 1), asked: make(map[chan result]bool), quiet: true}
}

func (k *keeper) String() string { return "keeper" }

// kick asks for a pass soon.
func (k *keeper) kick() {
	k.mu.Lock()
	k.quiet = true
	k.mu.Unlock()
	k.look()
}

// look asks for a pass whose changes nobody of ours asked for.
func (k *keeper) look() {
	select {
	case k.due <- struct{}{}:
	default:
	}
}

// apply asks for a pass and waits for it.
func (k *keeper) apply(ctx context.Context) (director.Change, error) {
	done := make(chan result, 1)
	k.mu.Lock()
	k.asked[done] = true
	k.mu.Unlock()
	k.kick()
	select {
	case r := <-done:
		return r.change, r.err
	case <-ctx.Done():
		return director.Change{}, ctx.Err()
	}
}

func (k *keeper) run(ctx context.Context) error {
	every := time.NewTicker(passEvery)
	defer every.Stop()
	for {
		k.pass()
		select {
		case <-ctx.Done():
			return nil
		case <-k.due:
		case <-every.C:
		}
	}
}

func (k *keeper) pass() {
	k.mu.Lock()
	asked, quiet := k.asked, k.quiet
	k.asked, k.quiet = make(map[chan result]bool), false
	k.mu.Unlock()

	change, err := k.director.Reconcile()
	if !quiet {
		for _, op := range change.Ops {
			k.events.add(control.Warning, "kernel", "", "someone changed the IPVS table, put right: "+op.String())
		}
		for _, a := range change.Raised {
			k.events.add(control.Warning, "address", a.String(), "someone removed a floating address, put right: "+a.String())
		}
	}
	if len(change.Raised) > 0 {
		k.raised()
	}
	trouble := ""
	if err != nil {
		trouble = err.Error()
	}
	k.mu.Lock()
	was := k.trouble
	k.trouble = trouble
	k.mu.Unlock()
	if trouble != was {
		if trouble != "" {
			k.events.add(control.Error, "kernel", "", trouble)
		} else {
			k.events.add(control.Info, "kernel", "", "the kernel is as lvs.cf wants it again")
		}
	}
	for done := range asked {
		done <- result{change, err}
	}
}

// problem is what the last pass could not do; empty is well.
func (k *keeper) problem() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble
}

// An announcer tells the neighbours where the floating addresses are.
type announcer struct {
	events *journal
	want   chan []vip.Address
}

func newAnnouncer(events *journal) *announcer {
	return &announcer{events: events, want: make(chan []vip.Address)}
}

func (a *announcer) String() string { return "announcer" }

// announce starts the rounds for these addresses; rounds still going on for
// others end. An empty list only ends them.
func (a *announcer) announce(ctx context.Context, addresses []vip.Address) {
	select {
	case a.want <- addresses:
	case <-ctx.Done():
	}
}

func (a *announcer) run(ctx context.Context) error {
	var going sync.WaitGroup
	defer going.Wait()
	stop := func() {}
	for {
		select {
		case <-ctx.Done():
			return nil
		case addresses := <-a.want:
			stop()
			stop = a.begin(ctx, addresses, &going)
		}
	}
}

// begin announces the addresses in the background, until stop is called.
func (a *announcer) begin(ctx context.Context, addresses []vip.Address, going *sync.WaitGroup) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	if len(addresses) > 0 {
		going.Go(func() { a.rounds(ctx, addresses) })
	}
	return stop
}

func (a *announcer) rounds(ctx context.Context, addresses []vip.Address) {
	err := vip.Announce(ctx, addresses, vip.Plan{})
	switch {
	case ctx.Err() != nil:
	case err != nil:
		a.events.add(control.Error, "address", "", oneLine("announce: ", err))
	default:
		a.events.add(control.Info, "address", "", "gratuitous lvs arps finished", "addresses", len(addresses))
	}
}

func oneLine(prefix string, err error) string {
	return prefix + strings.ReplaceAll(err.Error(), "\n", "; ")
}

// explain says in words what a change did, for the one who asked for it.
func explain(c director.Change) string {
	if len(c.Ops) == 0 && len(c.Raised) == 0 {
		return "nothing to change in the kernel"
	}
	var words []string
	for i, op := range c.Ops {
		if i == 20 {
			words = append(words, fmt.Sprintf("and %d more", len(c.Ops)-i))
			break
		}
		words = append(words, op.String())
	}
	for _, a := range c.Raised {
		words = append(words, "add "+a.String())
	}
	return strings.Join(words, "; ")
}
