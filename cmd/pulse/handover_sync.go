package main

import (
	"context"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"pacu/control"
	"pacu/director"
	"pacu/heartbeat"
	"pacu/ipvs"
)

// The kernel's sync daemon tells of connections up to three seconds late, which
// does for a crash. At a switchover nothing need be lost.
const (
	// tellEvery is the least between two looks at the connections while the other
	// router takes over. A look at a large table takes a while: the kernel's list
	// costs the more for each line, the more lines there are. Pauses are then
	// as long as looks, to leave half a processor to others.
	tellEvery = 50 * time.Millisecond
	// tellAfter is how long this goes on once the addresses are gone from here:
	// packets are still on their way.
	tellAfter = 1500 * time.Millisecond
	// catchUpAfter is when a router that has just started is told of all
	// connections: by then its kernel listens, and its table is loaded.
	catchUpAfter = 2 * time.Second
	// hushFor is how long a router that takes over refuses no packet of
	// connections that it has not been told of yet.
	hushFor = 3 * time.Second
	// hushWithin bounds how long taking over waits for the hush to begin.
	hushWithin = 200 * time.Millisecond
)

// A handover sees to it that connections outlive a switchover: it tells the
// other router at once of those that this one has, and keeps this one's network
// stack from refusing those that it has not heard of yet.
type handover struct {
	events *journal
	teller func() (*director.Teller, ipvs.Daemon, bool) // false: lvs.cf asks for no sync
	read   func(func(*ipvs.Connection) error) error
	dial   func(context.Context, ipvs.Daemon) (syncSender, error)
	hush   func([]netip.Addr) error
	unhush func() error

	work chan struct{} // holds one token when there is something to do
	seed maphash.Seed

	mu      sync.Mutex
	idle    chan struct{} // closed when no telling is under way; nil: there was none
	telling bool
	until   time.Time // when telling ends; zero: not known yet
	catchUp time.Time // when to tell of everything once; zero: never
	hushed  time.Time // until when; zero: not
}

// A syncSender tells of connections. *ipvs.SyncSender is one.
type syncSender interface {
	Tell(*ipvs.SyncConnection) error
	Flush() error
	Close() error
}

func newHandover(p *pulse) *handover {
	return &handover{
		events: p.events, read: ipvs.ReadConnections, work: make(chan struct{}, 1), seed: maphash.MakeSeed(),
		hush: p.firewall.Hush, unhush: p.firewall.Unhush,
		dial: func(ctx context.Context, d ipvs.Daemon) (syncSender, error) { return ipvs.NewSyncSender(ctx, d) },
		teller: func() (*director.Teller, ipvs.Daemon, bool) {
			d, ok := p.director.Master()
			return director.NewTeller(p.current().cluster), d, ok && !p.o.norun
		},
	}
}

func (h *handover) String() string { return "handover" }

// stepped sees each step of the heartbeat, and never waits.
func (h *handover) stepped(was, is heartbeat.Node) {
	there := alive(is)
	giving := func(n heartbeat.Node) bool { return n.Phase() == heartbeat.Yielding || n.Phase() == heartbeat.Dropping }
	switch {
	case giving(is) && !giving(was) && there:
		h.begin()
	case giving(was) && is.Phase() == heartbeat.PhaseStandby:
		h.end(time.Now().Add(tellAfter))
	case giving(was) && !giving(is):
		h.end(time.Now()) // it serves on
	}
	if is.Phase() != heartbeat.Serving || !there {
		return
	}
	before, now := was.Partner().Boot, is.Partner().Boot
	if !alive(was) || before != 0 && before != now {
		h.plan(time.Now().Add(catchUpAfter))
	}
}

// alive tells whether the partner is heard.
func alive(n heartbeat.Node) bool {
	s := n.PartnerState()
	return s == heartbeat.PartnerActive || s == heartbeat.PartnerStandby
}

// begin has connections told from now on.
func (h *handover) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = time.Time{}
	if !h.telling {
		h.telling, h.idle = true, make(chan struct{})
	}
	wake(h.work)
}

// end has no more of it from then on.
func (h *handover) end(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = at
	wake(h.work)
}

// plan has all connections told once, at a time.
func (h *handover) plan(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.catchUp = at
	wake(h.work)
}

// settle waits until what has begun has ended.
func (h *handover) settle(ctx context.Context) {
	h.mu.Lock()
	idle := h.idle
	h.mu.Unlock()
	if idle == nil {
		return
	}
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// quiet keeps refusals back for a moment; it is for a router that is about to
// take these addresses from another one that is alive.
func (h *handover) quiet(addresses []netip.Addr) {
	if _, _, ok := h.teller(); !ok || len(addresses) == 0 {
		return
	}
	done := make(chan error, 1)
	go func() { done <- h.hush(addresses) }()
	late := time.NewTimer(hushWithin)
	defer late.Stop()
	select {
	case err := <-done:
		if err != nil {
			h.events.add(control.Warning, "kernel", "", oneLine("connections may break while this router takes over: ", err))
		}
	case <-late.C:
		h.events.add(control.Warning, "kernel", "", "connections may break while this router takes over: nftables is slow")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hushed = time.Now().Add(hushFor)
	wake(h.work)
}

// run works until ctx ends.
func (h *handover) run(ctx context.Context) error {
	var t *telling
	defer func() { t.close() }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			h.speak(time.Time{})
			return nil
		case <-h.work:
		case <-timer.C:
		}
		h.speak(time.Now())
		tell, once := h.due()
		if t == nil && (tell || once) {
			t = h.open(ctx)
		}
		began := time.Now()
		if t != nil {
			t.round(ctx)
		}
		pause := max(tellEvery, time.Since(began))
		if !tell {
			t.close()
			t = nil
		}
		if !tell {
			pause = h.next()
		}
		timer.Reset(pause)
	}
}

// due tells whether a telling is under way, and whether all connections are to
// be told once.
func (h *handover) due() (tell, once bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if h.telling && !h.until.IsZero() && !now.Before(h.until) {
		h.telling = false
		close(h.idle)
	}
	if !h.catchUp.IsZero() && !now.Before(h.catchUp) {
		h.catchUp, once = time.Time{}, true
	}
	return h.telling, once
}

// next is how long there is nothing to do.
func (h *handover) next() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait := time.Duration(heartbeat.Never)
	for _, at := range []time.Time{h.catchUp, h.hushed} {
		if !at.IsZero() {
			wait = min(wait, time.Until(at))
		}
	}
	return max(wait, 0)
}

// speak ends the hush if its time is over; the zero time is over.
func (h *handover) speak(now time.Time) {
	h.mu.Lock()
	over := !h.hushed.IsZero() && (now.IsZero() || !now.Before(h.hushed))
	if over {
		h.hushed = time.Time{}
	}
	h.mu.Unlock()
	if !over {
		return
	}
	if err := h.unhush(); err != nil { // the kernel ends it by itself
		h.events.add(control.Warning, "kernel", "", oneLine("", err))
	}
}

// hush keeps this router from refusing packets of connections that the router
// it takes over from is about to tell of. After a crash none does.
func (p *pulse) hush(s *site) {
	if node, _ := p.beat.machine(); !alive(node) {
		return
	}
	addresses := make([]netip.Addr, 0, len(s.cluster.Addresses))
	for _, f := range s.cluster.Addresses {
		addresses = append(addresses, f.Prefix.Addr())
	}
	p.handover.quiet(addresses)
}

// followRole has the sync daemons follow the role.
func (p *pulse) followRole() {
	changed, err := p.director.FollowRole()
	for _, word := range changed {
		p.events.add(control.Info, "kernel", "", word)
	}
	if len(changed) > 0 {
		p.keeper.unsaved.Store(true)
	}
	if err != nil {
		p.events.add(control.Error, "kernel", "", oneLine("", err)+": it is tried again")
	}
}
