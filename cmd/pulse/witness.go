package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/vip"
)

// witnessEvery is the least time between two questions to a witness: a gateway
// has other work.
const witnessEvery = 200 * time.Millisecond

// witnesses ask the witnesses of lvs.cf again and again whether this router's
// network works. It is cut off when fewer than the quorum answer.
//
// A witness is lost when it has not answered for deadtime, and to two
// questions at least; one answer brings it back. Before the first answer it
// counts as there, for the first deadtime.
type witnesses struct {
	find    func(netip.Addr, vip.Check, []netip.Addr) asker
	changed func(addr netip.Addr, ok bool, why string) // a verdict; called without a lock held

	fresh chan struct{} // holds one token when all changed

	mu  sync.Mutex
	set witnessSettings
	all []*witness // in lvs.cf's order
}

// An asker asks one witness. *vip.Witness is the real one.
type asker interface {
	Ask(context.Context) error
	How() vip.Check
	Close() error
}

func realWitness(addr netip.Addr, check vip.Check, floating []netip.Addr) asker {
	return vip.NewWitness(addr, check, floating...)
}

// witnessSettings are what lvs.cf says of witnesses.
type witnessSettings struct {
	addrs    []netip.Addr
	quorum   int
	check    vip.Check
	every    time.Duration // from question to question, and the limit of each
	deadtime time.Duration
	floating []netip.Addr // addresses from which nothing is asked
}

func witnessesOf(cfg *lvscf.Config, floating []netip.Addr) (witnessSettings, error) {
	s := witnessSettings{
		addrs: cfg.Witnesses, quorum: cfg.WitnessQuorum, floating: floating,
		every: max(cfg.Keepalive, witnessEvery), deadtime: cfg.Deadtime,
	}
	if len(s.addrs) == 0 {
		return s, nil
	}
	var err error
	if s.check, err = vip.ParseCheck(cfg.WitnessCheck); err != nil {
		return s, fmt.Errorf("witness_check: %w", err)
	}
	return s, nil
}

// sameQuestions is true when s and o ask alike, whomever they ask.
func (s witnessSettings) sameQuestions(o witnessSettings) bool {
	return s.check == o.check && s.every == o.every && s.deadtime == o.deadtime && slices.Equal(s.floating, o.floating)
}

// A witness is one of them.
type witness struct {
	addr   netip.Addr
	set    witnessSettings
	state  control.Witness
	last   time.Time // of an answer; of the beginning before the first
	misses int       // questions without an answer since
	stop   context.CancelFunc
}

func newWitnesses(set witnessSettings, find func(netip.Addr, vip.Check, []netip.Addr) asker, changed func(netip.Addr, bool, string)) *witnesses {
	w := &witnesses{find: find, changed: changed, fresh: make(chan struct{}, 1)}
	w.configure(set)
	return w
}

func (w *witnesses) String() string { return "witnesses" }

// configure makes set the witnesses that are asked. Those that stay keep their
// verdict. Afterwards ask cut again.
func (w *witnesses) configure(set witnessSettings) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, alike := w.all, set.sameQuestions(w.set)
	w.set, w.all = set, nil
	now := time.Now()
	for _, addr := range set.addrs {
		t := &witness{addr: addr, set: set, last: now, state: control.Witness{Address: addr, How: set.check.String(), OK: true, Why: "not asked yet", Since: now}}
		if i := slices.IndexFunc(was, func(o *witness) bool { return o.addr == addr }); i >= 0 {
			if alike {
				t = was[i]
			} else {
				t.state, t.last, t.misses = was[i].state, was[i].last, was[i].misses
			}
		}
		w.all = append(w.all, t)
	}
	for _, t := range was {
		if t.stop != nil && !slices.Contains(w.all, t) {
			t.stop()
		}
	}
	wake(w.fresh)
}

// run asks until ctx ends.
func (w *witnesses) run(ctx context.Context) error {
	var going sync.WaitGroup
	defer going.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.fresh:
		}
		w.mu.Lock()
		for _, t := range w.all {
			if t.stop != nil {
				continue
			}
			var work context.Context
			work, t.stop = context.WithCancel(ctx)
			going.Go(func() { w.follow(work, t) })
		}
		w.mu.Unlock()
	}
}

// follow asks one witness until ctx ends.
func (w *witnesses) follow(ctx context.Context, t *witness) {
	defer t.stop()
	a := w.find(t.addr, t.set.check, t.set.floating)
	defer a.Close()
	tick := time.NewTicker(t.set.every)
	defer tick.Stop()
	for {
		began := time.Now()
		limited, cancel := context.WithTimeout(ctx, t.set.every)
		err := a.Ask(limited)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if turned, ok, why := w.heed(t, a.How(), time.Since(began), err); turned {
			w.changed(t.addr, ok, why)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// heed takes what came of a question, and tells whether it turned the verdict.
func (w *witnesses) heed(t *witness, how vip.Check, took time.Duration, err error) (turned, ok bool, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	st := &t.state
	st.How = how.String()
	was := st.OK
	if err == nil {
		st.OK, st.Why = true, fmt.Sprintf("answered in %v", took.Round(100*time.Microsecond))
		t.last, t.misses = now, 0
	} else {
		t.misses++
		st.Why = err.Error()
		// After a sleep of pulse its first question proves nothing yet.
		if t.misses >= 2 && now.Sub(t.last) >= t.set.deadtime {
			st.OK = false
		}
	}
	if st.OK == was || !slices.Contains(w.all, t) {
		return false, st.OK, st.Why
	}
	st.Since = now
	return true, st.OK, st.Why
}

// state are the witnesses as they are, in lvs.cf's order.
func (w *witnesses) state() []control.Witness {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []control.Witness
	for _, t := range w.all {
		list = append(list, t.state)
	}
	return list
}

// cut tells whether too few witnesses answer, and in words which do not.
func (w *witnesses) cut() (cut bool, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lost []string
	for _, t := range w.all {
		if !t.state.OK {
			lost = append(lost, t.addr.String())
		}
	}
	n := len(w.all) - len(lost)
	if len(w.all) == 0 || n >= w.set.quorum {
		return false, ""
	}
	return true, fmt.Sprintf("%d of %d witnesses answer, %d must: no answer from %s", n, len(w.all), w.set.quorum, strings.Join(lost, ", "))
}
