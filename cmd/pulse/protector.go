package main

import (
	"context"
	"sync"
	"time"

	"pacu/control"
	"pacu/vip"
)

// A protector has a guard stand by while there is something to guard, and
// keeps it at ease: it tells it of each heartbeat that went out. What the
// heartbeat itself calls never waits.
type protector struct {
	lock    string
	verbose bool
	events  *journal

	beats chan struct{} // holds one token when a heartbeat went out

	mu        sync.Mutex
	guard     *guard // nil until there was something to guard
	addresses []vip.Address
	within    time.Duration
}

func newProtector(lock string, verbose bool, events *journal) *protector {
	return &protector{lock: lock, verbose: verbose, events: events, beats: make(chan struct{}, 1)}
}

func (p *protector) String() string { return "protector" }

// run tells the guard of heartbeats until ctx ends.
func (p *protector) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.beats:
			p.mu.Lock()
			p.tell()
			p.mu.Unlock()
		}
	}
}

// beaten says that a heartbeat went out.
func (p *protector) beaten() {
	wake(p.beats)
}

// cover makes these addresses what goes down when no heartbeat goes out for
// within. It returns when the guard knows: before they come up.
func (p *protector) cover(addresses []vip.Address, within time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addresses, p.within = addresses, within
	p.tell()
}

// tell gives the guard its orders, and starts one where there is need. p.mu is
// held.
func (p *protector) tell() {
	if p.guard == nil {
		if len(p.addresses) == 0 {
			return
		}
		g, err := startGuard(p.lock, p.verbose)
		if err != nil {
			p.events.add(control.Error, "address", "", err.Error())
			return
		}
		p.guard = g
	}
	if err := p.guard.protect(p.addresses, p.within); err != nil {
		p.events.add(control.Error, "address", "", err.Error()+": another is started")
		p.guard.abandon()
		p.guard = nil
	}
}

// dismiss ends the guard with nothing touched.
func (p *protector) dismiss() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.guard != nil {
		// One that does not listen any more has ended or is killed.
		_ = p.guard.dismiss()
		p.guard = nil
	}
}

// leave lets the guard go on without pulse, which ends for a restart.
func (p *protector) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.guard != nil {
		p.guard.leave()
		p.guard = nil
	}
}
