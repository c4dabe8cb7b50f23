package main

import (
	"context"
	"sync"

	"pacu/control"
	"pacu/vip"
)

// An announcer tells the neighbours where the floating addresses are: in
// rounds when they come up, and then at an interval as long as they are here.
type announcer struct {
	events *journal
	want   chan announcement
}

// An announcement is what is told from now on, instead of what was: addresses
// in parts, as they come up. Nil parts end it.
type announcement struct {
	parts <-chan []vip.Address
	plan  vip.Plan
}

// all is a list of addresses in one part.
func all(addresses []vip.Address) <-chan []vip.Address {
	parts := make(chan []vip.Address, 1)
	parts <- addresses
	close(parts)
	return parts
}

func newAnnouncer(events *journal) *announcer {
	return &announcer{events: events, want: make(chan announcement)}
}

func (a *announcer) String() string { return "announcer" }

// announce replaces what is told.
func (a *announcer) announce(ctx context.Context, what announcement) {
	select {
	case a.want <- what:
	case <-ctx.Done():
	}
}

func (a *announcer) run(ctx context.Context) error {
	var going sync.WaitGroup
	defer going.Wait()
	stop := context.CancelFunc(func() {})
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case what := <-a.want:
			stop()
			stop = a.begin(ctx, what, &going)
		}
	}
}

// begin tells what in the background, until stop is called.
func (a *announcer) begin(ctx context.Context, what announcement, going *sync.WaitGroup) (stop context.CancelFunc) {
	ctx, stop = context.WithCancel(ctx)
	if what.parts != nil {
		going.Go(func() { a.tell(ctx, what) })
	}
	return stop
}

func (a *announcer) tell(ctx context.Context, what announcement) {
	err := vip.AnnounceParts(ctx, what.parts, what.plan)
	if err != nil && ctx.Err() == nil {
		a.events.add(control.Error, "address", "", oneLine("announce: ", err))
	}
}
