package main

import (
	"context"
	"sync"
	"time"

	"pacu/control"
	"pacu/vip"
)

// An announcer tells the neighbours where the floating addresses are: in
// rounds when they come up, and then at an interval as long as they are here.
type announcer struct {
	events *journal
	want   chan announcement
}

// An announcement is what is told from now on.
type announcement struct {
	addresses []vip.Address
	more      bool          // besides what is being told, else instead of it
	after     time.Duration // from now, the first round
	plan      vip.Plan
}

func newAnnouncer(events *journal) *announcer {
	return &announcer{events: events, want: make(chan announcement)}
}

func (a *announcer) String() string { return "announcer" }

// announce starts the rounds; those still going on end, unless it is more.
// Without addresses it only ends them.
func (a *announcer) announce(ctx context.Context, what announcement) {
	select {
	case a.want <- what:
	case <-ctx.Done():
	}
}

func (a *announcer) run(ctx context.Context) error {
	var going sync.WaitGroup
	defer going.Wait()
	rounds, stop := context.WithCancel(ctx)
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case what := <-a.want:
			if !what.more {
				stop()
				rounds, stop = context.WithCancel(ctx)
			}
			if len(what.addresses) > 0 {
				going.Go(func() { a.rounds(rounds, what) })
			}
		}
	}
}

func (a *announcer) rounds(ctx context.Context, what announcement) {
	select {
	case <-time.After(what.after):
	case <-ctx.Done():
		return
	}
	err := vip.Announce(ctx, what.addresses, what.plan)
	if err != nil && ctx.Err() == nil {
		a.events.add(control.Error, "address", "", oneLine("announce: ", err))
	}
}
