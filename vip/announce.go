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
	// DefaultPace is the time between addresses: a thousand are told in a
	// tenth of a second, with 20,000 small frames a second. Peers such as
	// keepalived send as fast as they can, which drops frames in the queues of
	// small switches and of neighbours' kernels.
	DefaultPace = 100 * time.Microsecond
)

// A Plan says how often and how fast to announce. Zero fields mean the
// defaults.
type Plan struct {
	Rounds int
	Every  time.Duration // from the start of a round to the start of the next
	Pace   time.Duration // between two addresses of a round
	// Refresh is the time between further rounds after these, which go on
	// until the context ends, each spread over that time; 0 for none. Switches
	// forget, and a neighbour may have missed it all.
	Refresh time.Duration
	// Skip, or nil, is asked before each announcement: where it says so, that
	// one is left out, without a word.
	Skip func() bool
	// OnRound, or nil, is called after each whole round.
	OnRound func(Round)
}

// A Round is what became of one round of announcements.
type Round struct {
	Number    int // from 1
	Announced int // addresses
	// First and Last are when the first and the last address were announced;
	// zero when none was.
	First, Last time.Time
	// Err joins the errors of the addresses that could not be announced, each
	// naming its address; nil when there was none.
	Err error
}

// Announce tells the neighbours of all addrs, the first address at once, and
// returns when all rounds are done or ctx ends. Addresses are expected to be
// on their interfaces. The error joins one for each address that failed in
// some round, the first, naming it; the others were announced all the same. If
// ctx ended, the error matches ctx's too; with plan.Refresh there is no other
// end.
func Announce(ctx context.Context, addrs []Address, plan Plan) error {
	parts := make(chan []Address, 1)
	parts <- addrs
	close(parts)
	return AnnounceParts(ctx, parts, plan)
}

// AnnounceParts is Announce for addresses that come up one part after another:
// those of each part are told as soon as it arrives. The first round is done
// when parts is closed; the others are of all addresses.
func AnnounceParts(ctx context.Context, parts <-chan []Address, plan Plan) error {
	return announce(ctx, parts, plan, func() (sender, error) { return NewAnnouncer() })
}

// A sender is what announce needs of an Announcer.
type sender interface {
	Send(Address) error
	Close() error
}

func announce(ctx context.Context, parts <-chan []Address, plan Plan, open func() (sender, error)) error {
	if plan.Rounds == 0 {
		plan.Rounds = DefaultRounds
	}
	if plan.Every == 0 {
		plan.Every = DefaultEvery
	}
	if plan.Pace == 0 {
		plan.Pace = DefaultPace
	}
	c := &crier{open: open, pace: plan.Pace, skip: plan.Skip}
	err := c.first(ctx, parts)
	for number := 1; ; number++ {
		if number > 1 {
			err = c.round(ctx)
		}
		if err != nil {
			return errors.Join(append(c.failed, err)...)
		}
		if len(c.addrs) == 0 {
			return nil
		}
		if plan.OnRound != nil {
			c.told.Number, c.told.Err = number, errors.Join(c.errs...)
			plan.OnRound(c.told)
		}
		wait := plan.Every
		if number >= plan.Rounds {
			if plan.Refresh == 0 {
				return errors.Join(c.failed...)
			}
			wait = plan.Refresh
			c.pace = max(plan.Pace, plan.Refresh/time.Duration(len(c.addrs)))
		}
		if err := sleep(ctx, time.Until(c.began.Add(wait))); err != nil {
			return errors.Join(append(c.failed, err)...)
		}
	}
}

// A crier announces addresses round after round.
type crier struct {
	open   func() (sender, error)
	pace   time.Duration
	skip   func() bool // or nil
	addrs  []Address
	failed []error // the first of each address, by position in addrs

	told  Round     // of this round
	errs  []error   // of this round
	began time.Time // this round, or the last part of the first
}

// first announces the parts as they come, until there are no more.
func (c *crier) first(ctx context.Context, parts <-chan []Address) (err error) {
	s, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for {
		select {
		case part, more := <-parts:
			if !more {
				return nil
			}
			from := len(c.addrs)
			c.addrs = append(c.addrs, part...)
			c.failed = append(c.failed, make([]error, len(part))...)
			if err := c.tell(ctx, s, from); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// round announces all addresses, with a new sender, which sees the interfaces
// as they are now. If none can be opened, the next round may be luckier.
func (c *crier) round(ctx context.Context) error {
	c.told, c.errs, c.began = Round{}, nil, time.Now()
	s, err := c.open()
	if err != nil {
		c.errs = append(c.errs, err)
		return nil
	}
	return errors.Join(c.tell(ctx, s, 0), s.Close())
}

// tell announces the addresses from the one at that position on.
func (c *crier) tell(ctx context.Context, s sender, from int) error {
	c.began = time.Now()
	for i, a := range c.addrs[from:] {
		// Measured from the start, a timer that is late by a millisecond does
		// not add up over a thousand addresses.
		if err := sleep(ctx, time.Until(c.began.Add(time.Duration(i)*c.pace))); err != nil {
			return err
		}
		if c.skip != nil && c.skip() {
			continue
		}
		if err := s.Send(a); err != nil {
			c.errs = append(c.errs, err)
			if c.failed[from+i] == nil {
				c.failed[from+i] = err
			}
			continue
		}
		c.told.Announced++
		c.told.Last = time.Now()
		if c.told.First.IsZero() {
			c.told.First = c.told.Last
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
