package vip

import (
	"context"
	"errors"
	"time"
)

const (
	// DefaultRounds is Piranha's number of announcements of an address.
	DefaultRounds = 5
	// DefaultEvery is the time between rounds. A Linux neighbour refuses to
	// change an entry again within locktime, 1 s, after it last did, so
	// rounds must be further apart than that for a second one to count.
	DefaultEvery = 1100 * time.Millisecond
	// DefaultPace is the time between addresses. A thousand addresses are
	// told in a quarter of a second, at a rate that the queues of small
	// switches and of neighbours' kernels survive.
	DefaultPace = 250 * time.Microsecond
)

// A Plan says how often and how fast to announce. Zero fields mean the
// defaults.
type Plan struct {
	Rounds int
	Every  time.Duration // from the start of a round to the start of the next
	Pace   time.Duration // between two addresses of a round
	// OnRound, or nil, is called after each round with its number, from 1.
	OnRound func(round int)
}

// Announce tells the neighbours of all addrs, the first round at once, and
// returns when all rounds are done or ctx ends. Addresses are expected to be
// on their interfaces. The error joins one for each address that failed in
// some round, the first, naming it; the others were announced all the same. If
// ctx ended, the error matches ctx's too.
func Announce(ctx context.Context, addrs []Address, plan Plan) error {
	return announce(ctx, addrs, plan, func() (sender, error) { return NewAnnouncer() })
}

// A sender is what announce needs of an Announcer.
type sender interface {
	Send(Address) error
	Close() error
}

func announce(ctx context.Context, addrs []Address, plan Plan, open func() (sender, error)) error {
	if len(addrs) == 0 {
		return nil
	}
	if plan.Rounds == 0 {
		plan.Rounds = DefaultRounds
	}
	if plan.Every == 0 {
		plan.Every = DefaultEvery
	}
	if plan.Pace == 0 {
		plan.Pace = DefaultPace
	}
	failed := make([]error, len(addrs))
	for round := 1; ; round++ {
		next := time.Now().Add(plan.Every)
		// A new sender each round sees interfaces as they are now: a bond may
		// have another hardware address than a second ago.
		if err := oneRound(ctx, addrs, plan.Pace, failed, open); err != nil {
			return errors.Join(append(failed, err)...)
		}
		if plan.OnRound != nil {
			plan.OnRound(round)
		}
		if round >= plan.Rounds {
			return errors.Join(failed...)
		}
		if err := sleep(ctx, time.Until(next)); err != nil {
			return errors.Join(append(failed, err)...)
		}
	}
}

func oneRound(ctx context.Context, addrs []Address, pace time.Duration, failed []error, open func() (sender, error)) (err error) {
	s, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	start := time.Now()
	for i, a := range addrs {
		// Measured from the start of the round, a timer that is late by a
		// millisecond does not add up over a thousand addresses.
		if err := sleep(ctx, time.Until(start.Add(time.Duration(i)*pace))); err != nil {
			return err
		}
		if err := s.Send(a); err != nil && failed[i] == nil {
			failed[i] = err
		}
	}
	return nil
}

// sleep waits for d, or returns ctx's error when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
