package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"
)

// widely are the addresses and services of a takeover that takes time.
var widely = table{virtuals: 4000, servers: 40000, addresses: 1000}

// A takeover is what a tap at the switch heard of one. An address counts as
// served when the router announces it: from then on all neighbours reach it, those
// too that remember the dead router's hardware address. All times are since the
// last heartbeat of the dead router.
type takeover struct {
	first, last time.Duration // until the first and the last address was served
	nominal     time.Duration // the silence that had to pass
}

// Takeover measures how long a router takes to serve many addresses when the
// other lost power. As each is set up by default we are to be three times faster,
// with both as fast as they may be not slower.
func Takeover(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	const third = 1.0 / 3
	movers := [2]mover{pulseMover{}, keepalivedMover{}}
	var figures []Figure
	for _, f := range []struct {
		pace pace
		want float64
	}{{usual, third}, {tenth, 1}} {
		var all [2][]takeover
		for i, m := range movers {
			var err error
			if all[i], err = takeovers(ctx, m, f.pace, s.Rounds, say); err != nil {
				return nil, fmt.Errorf("%s: takeover of %d addresses: %w", m.name(), widely.addresses, err)
			}
		}
		note := fmt.Sprintf("%d addresses, %s; %d crashes each; %s", widely.addresses, widely, s.Rounds, f.pace)
		figures = append(figures, compareTakeovers("failover/takeover-"+f.pace.name, all[0], movers[1].name(), all[1], f.want, note)...)
	}
	return figures, nil
}

// compareTakeovers makes the figures of takeovers.
func compareTakeovers(name string, ours []takeover, peer string, theirs []takeover, want float64, note string) []Figure {
	var figures []Figure
	for _, f := range []struct {
		name  string
		value func(takeover) time.Duration
		want  float64
		note  string
	}{
		{"first-served-s", func(t takeover) time.Duration { return t.first }, want, "since the last heartbeat; " + note},
		{"last-served-s", func(t takeover) time.Duration { return t.last }, want, "since the last heartbeat; " + note},
		{"first-served-after-deadtime-s", func(t takeover) time.Duration { return t.first - t.nominal }, 0, "past the silence that each waits for"},
		{"last-served-after-deadtime-s", func(t takeover) time.Duration { return t.last - t.nominal }, 0, "past the silence that each waits for"},
	} {
		seconds := func(t takeover) float64 { return f.value(t).Seconds() }
		figures = append(figures, Figure{
			Name: name + "/" + f.name, Ours: median(values(ours, seconds)),
			Peer: peer, PeerValue: median(values(theirs, seconds)), Fractional: true, Want: f.want, Note: f.note,
		})
	}
	return figures
}

// takeovers lets the active router of a pair lose power again and again.
func takeovers(ctx context.Context, m mover, pc pace, rounds int, say Say) (all []takeover, err error) {
	b, err := newBroad(widely, pc)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	ctx, stop := context.WithCancel(ctx)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.tap.run(ctx) })
	g.Go(func() error {
		defer stop()
		for n := range rounds {
			t, err := b.round(ctx, m, say)
			if err != nil {
				return fmt.Errorf("round %d: %w", n+1, err)
			}
			say("%s: takeover %d of %d: first of %d addresses served after %.3f s, last after %.3f s; %.3f s of it had to pass", m.name(), n+1, rounds, b.table.addresses, t.first.Seconds(), t.last.Seconds(), t.nominal.Seconds())
			all = append(all, t)
		}
		return nil
	})
	return all, g.Wait()
}

// round heals the pair and lets the active router lose power.
func (b *broad) round(ctx context.Context, m mover, say Say) (takeover, error) {
	began := time.Now()
	if err := b.heal(m); err != nil {
		return takeover{}, err
	}
	for i := range b.routers {
		if err := b.await(ctx, "the whole table", func() error { return b.loaded(i) }); err != nil {
			return takeover{}, err
		}
	}
	say("%s: the table is loaded after %.1f s", m.name(), time.Since(began).Seconds())
	var active int
	err := b.await(ctx, "one router that serves", func() (err error) {
		if time.Since(b.started) < b.pace.deadtime+calm {
			return errors.New("it is too early to tell")
		}
		active, err = b.active()
		return err
	})
	if err != nil {
		return takeover{}, err
	}
	began = time.Now()
	// The loads are over, and the crash keeps no step with the heartbeats.
	if err := pause(ctx, calm+rand.N(max(b.pace.keepalive, b.pace.advert))); err != nil {
		return takeover{}, err
	}
	dead := b.routers[active]
	delete(b.running, dead)
	if err := dead.PowerOff(); err != nil {
		return takeover{}, err
	}
	t := takeover{nominal: m.nominal(b.pace, 1-active)}
	err = b.await(ctx, "announcements of all addresses", func() (err error) {
		t.first, t.last, err = served(b.tap.since(began), routerAddr(active), b.table.addresses)
		return err
	})
	if err != nil {
		return takeover{}, err
	}
	return t, b.await(ctx, "answers from the addresses", func() error { return b.asked(ctx) })
}

// served is how long after the last heartbeat of the dead router the first and
// the last of so many addresses were first announced by another.
func served(seen []sighting, dead netip.Addr, addresses int) (first, last time.Duration, err error) {
	var silent sighting
	for _, s := range seen {
		if s.kind == heartbeat && s.addr == dead && s.at.After(silent.at) {
			silent = s
		}
	}
	announced := map[netip.Addr]time.Duration{}
	for _, s := range seen {
		after := s.at.Sub(silent.at)
		if s.kind != announcement || after < 0 || s.from == silent.from {
			continue
		}
		if was, ok := announced[s.addr]; !ok || after < was {
			announced[s.addr] = after
		}
	}
	if silent.at.IsZero() || len(announced) < addresses {
		return 0, 0, fmt.Errorf("heartbeat heard: %v; %d of %d addresses announced since", !silent.at.IsZero(), len(announced), addresses)
	}
	first = time.Hour
	for _, d := range announced {
		first, last = min(first, d), max(last, d)
	}
	return first, last, nil
}
