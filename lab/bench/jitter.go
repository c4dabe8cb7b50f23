package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pacu/lab"
)

const (
	// jitterKeepalive is short for the sake of many heartbeats in little time.
	jitterKeepalive = 50 * time.Millisecond
	// jitterBound is how much later than it should a heartbeat may come.
	jitterBound = 20 * time.Millisecond
	// hung is how long the disk hangs at each reload, eased the time between.
	hung, eased = 8 * time.Second, 2 * time.Second
	// reloads is how often it does so.
	reloads = 10
)

// Jitter measures the time between two heartbeats of a router that does all at
// once: its nannies check 40,000 servers, lvs.cf changes in every line that can,
// and the disk that holds lvs.cf, its run folder and its log takes no more
// writes. pulse leaves the kernel alone (--norun), so that any Linux will do.
func Jitter(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	var late []float64 // milliseconds, of all rounds
	note := ""
	for n := range s.Rounds {
		b, err := newBusy(fourfold)
		if err != nil {
			return nil, err
		}
		spaces, rate, stall, err := b.measure(ctx, say)
		if err = errors.Join(err, b.close()); err != nil {
			return nil, fmt.Errorf("jitter, round %d: %w", n+1, err)
		}
		for _, d := range spaces {
			late = append(late, float64(max(0, d-jitterKeepalive))/float64(time.Millisecond))
		}
		note = fmt.Sprintf("%d heartbeats, keepalive %s, %s checks, %.0f a second, %d reloads with a hung disk; an ordinary process was held up for %.0f ms at most",
			len(late)+1, jitterKeepalive, b.table, rate, reloads, stall.Seconds()*1000)
	}
	limit := float64(jitterBound) / float64(time.Millisecond)
	return []Figure{
		{Name: "jitter/late-p99.9-ms", Ours: quantile(late, 0.999), Peer: bound, PeerValue: limit, Fractional: true, Want: 1, Note: note},
		{Name: "jitter/late-worst-ms", Ours: slices.Max(late), Peer: bound, PeerValue: limit, Fractional: true},
	}, nil
}

// quantile is the least value that so large a part of all does not exceed.
func quantile(values []float64, part float64) float64 {
	s := slices.Sorted(slices.Values(values))
	return s[max(0, int(math.Ceil(part*float64(len(s))))-1)]
}

// measure starts pulse and everything that might hold it up, and returns the
// times between heartbeats, how many checks there were a second, and the machine's
// longest stall.
func (b *busy) measure(ctx context.Context, say Say) (spaces []time.Duration, rate float64, stall time.Duration, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var still stalls
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.tap.run(ctx) })
	g.Go(func() error { still.Run(ctx); return nil })
	g.Go(func() error {
		defer stop()
		if err := b.start(ctx); err != nil {
			return err
		}
		ctx, stop := during(ctx, b.pulse)
		defer stop()
		if err := b.checking(ctx); err != nil {
			return err
		}
		checks, err := b.checks()
		if err != nil {
			return err
		}
		began := time.Now()
		for n := range reloads {
			if err := b.trouble(ctx, n+1); err != nil {
				return fmt.Errorf("reload %d: %w", n+1, err)
			}
			say("jitter: reload %d of %d", n+1, reloads)
		}
		later, err := b.checks()
		if err != nil {
			return err
		}
		rate = float64(later-checks) / time.Since(began).Seconds()
		spaces = spacings(b.tap.since(began))
		stall = still.longest(began)
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, 0, 0, fmt.Errorf("%w; pulse said %s", err, b.said())
	}
	if want := int(reloads * (hung + eased) / jitterKeepalive / 2); len(spaces) < want {
		return nil, 0, 0, fmt.Errorf("%d heartbeats, want %d at least", len(spaces)+1, want)
	}
	return spaces, rate, stall, nil
}

// spacings are the times between the heartbeats of the first router.
func spacings(seen []sighting) []time.Duration {
	var at []time.Time
	for _, s := range seen {
		if s.kind == heartbeat && s.addr == routerAddr(0) {
			at = append(at, s.at)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	var list []time.Duration
	for i := 1; i < len(at); i++ {
		list = append(list, at[i].Sub(at[i-1]))
	}
	return list
}

// checking waits until every server was checked twice, so to say.
func (b *busy) checking(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	return lab.Until(ctx, look, func() error {
		if n, err := b.checks(); err != nil || n < 2*int64(b.table.servers) {
			return errors.Join(err, fmt.Errorf("%d checks came of %d servers", n, b.table.servers))
		}
		return nil
	})
}

// trouble changes lvs.cf, lets the disk hang, has pulse read the file meanwhile,
// and lets the disk go on.
func (b *busy) trouble(ctx context.Context, n int) (err error) {
	if err := b.write(ctx, n); err != nil {
		return err
	}
	thaw, err := b.freeze()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, thaw()) }()
	var g errgroup.Group
	g.Go(func() error {
		_, err := b.control().Reload(ctx)
		return err
	})
	if err := pause(ctx, hung); err != nil {
		return err
	}
	if err := thaw(); err != nil {
		return err
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return pause(ctx, eased)
}
