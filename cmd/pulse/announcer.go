package main

import (
	"context"
	"sync"

	"pacu/control"
	"pacu/vip"
)

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
