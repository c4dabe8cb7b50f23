package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// nannyLimit is lvs.cf's nanny_limit where it is not set.
	nannyLimit = 64
	// checksFor is how long checks are measured.
	checksFor = 15 * time.Second
	// punctual is the part of the checks that must come.
	punctual = 0.95
)

// Checks measures nannies on this machine's own processor: they check servers
// over TCP in another network namespace, on orders of this process, which takes
// down their verdicts in place of the kernel. The kernel's work for a connection
// counts as theirs, the servers' part of it too: both ends are here.
func Checks(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	c := checker{s, say}
	var figures []Figure
	for _, measure := range []func(context.Context) ([]Figure, error){c.flat, c.tenThousand, c.fortyThousand, c.alone, c.ward, c.crowd} {
		more, err := measure(ctx)
		if err != nil {
			return nil, err
		}
		figures = append(figures, more...)
	}
	return figures, nil
}

type checker struct {
	Settings
	say Say
}

// with has use work with nannies that have found all their servers up. Each
// server's program is one for all, or with each its own.
func (c checker) with(ctx context.Context, nannies, servers int, every, limit time.Duration, each bool, use func(*field, *flock) error) error {
	return onField(func(f *field) error {
		list := addresses(servers)
		programs := list[:0:0]
		if each {
			programs = list
		} else {
			programs = append(programs, everywhere)
		}
		for _, at := range programs {
			if err := f.listen(at); err != nil {
				return err
			}
		}
		k, err := f.flock(nannies, list, watch(every, limit))
		if err != nil {
			return err
		}
		if _, err = arrives(ctx, look, all(k, servers)); err == nil {
			err = use(f, k)
		}
		return errors.Join(err, k.dismiss())
	})
}

// run measures so many servers, checked every so often, and the memory of their
// nannies.
func (c checker) run(ctx context.Context, nannies, servers int, every time.Duration) (t toll, u usage, err error) {
	err = c.with(ctx, nannies, servers, every, every, false, func(f *field, k *flock) (err error) {
		// The second checks of all come within an interval, for them to spread.
		if err := pause(ctx, every); err != nil {
			return err
		}
		if t, err = f.meter(ctx, k.pids, checksFor, float64(servers)/every.Seconds(), punctual); err != nil {
			return err
		}
		pids, err := k.pids()
		if err != nil {
			return err
		}
		u, err = usageOfAll(pids)
		return err
	})
	if err != nil {
		return t, u, fmt.Errorf("%d servers of %d nannies every %s: %w", servers, nannies, every, err)
	}
	c.say("%d servers of %d nannies every %s: %s; %.1f MB in all", servers, nannies, every, t, megabytes(u.pss))
	return t, u, nil
}

// flat compares the cost of a check of few servers with that of many, at the
// same checks a second.
func (c checker) flat(ctx context.Context) ([]Figure, error) {
	const rate = 2000
	var figures []Figure
	var first float64
	for _, n := range []int{100, 1000, 10000} {
		t, _, err := c.run(ctx, min(n, nannyLimit), n, time.Duration(n)*time.Second/rate)
		if err != nil {
			return nil, err
		}
		if first == 0 {
			first = t.each()
			continue
		}
		figures = append(figures, Figure{
			Name: fmt.Sprintf("checks/us-per-check-of-%d-servers", n), Ours: t.each(), Peer: "per-check-of-100-servers", PeerValue: first, Fractional: true, Want: 1.2,
			Note: fmt.Sprintf("%d checks a second, %d nannies", rate, min(n, nannyLimit)),
		})
	}
	return figures, nil
}

// tenThousand is 10,000 checks a second, and the memory of 10,000 servers.
func (c checker) tenThousand(ctx context.Context) ([]Figure, error) {
	const servers, most = 10000, 60
	t, u, err := c.run(ctx, nannyLimit, servers, time.Second)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%.0f checks a second, %.1f us each, %d nannies; both ends of the connections", t.rate(), t.each(), nannyLimit)
	return []Figure{
		{Name: "checks/10000-a-second-cores", Ours: t.cores(), Peer: bound, PeerValue: 1, Fractional: true, Want: 1, Note: note},
		{Name: "checks/pooled-pss-kB-per-server", Ours: float64(u.pss) / servers, Peer: bound, PeerValue: most, Fractional: true, Want: 1, Note: fmt.Sprintf("%d servers, %d nannies", servers, nannyLimit)},
	}, nil
}

// fortyThousand is 40,000 servers.
func (c checker) fortyThousand(ctx context.Context) ([]Figure, error) {
	const servers, most = 40000, 400
	t, u, err := c.run(ctx, nannyLimit, servers, 5*time.Second)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%.0f checks a second, %.1f us each", t.rate(), t.each())
	return []Figure{
		{Name: "checks/40000-every-5s-cores", Ours: t.cores(), Peer: bound, PeerValue: 1, Fractional: true, Want: 1, Note: note},
		{Name: "checks/40000-every-5s-pss-MB", Ours: megabytes(u.pss), Peer: bound, PeerValue: most, Fractional: true, Want: 1},
	}, nil
}

// alone is the memory of nannies with one server each.
func (c checker) alone(ctx context.Context) ([]Figure, error) {
	const nannies, most = 100, 2048
	_, u, err := c.run(ctx, nannies, nannies, time.Second)
	return []Figure{{
		Name: "checks/unpooled-pss-kB-per-server", Ours: float64(u.pss) / nannies, Peer: bound, PeerValue: most, Fractional: true, Want: 1,
		Note: fmt.Sprintf("%d nannies of a server each", nannies),
	}}, err
}

// ward lets servers fail.
func (c checker) ward(ctx context.Context) ([]Figure, error) {
	var figures []Figure
	err := c.with(ctx, wards, wards, wardInterval, wardLimit, true, func(f *field, k *flock) error {
		for _, o := range outages {
			took, err := f.fails(ctx, k, o, addresses(wards), c.Rounds)
			if err != nil {
				return err
			}
			c.say("%s: %.0f ms", o.name, took)
			figures = append(figures, worstOf("checks/"+o.name+"-until-out", took, "", nil, outageNote(c.Rounds, o.name))...)
		}
		return nil
	})
	return figures, err
}

// outageNote says how servers were checked that failed.
func outageNote(rounds int, what string) string {
	return fmt.Sprintf("%d times %s, interval %s, fall 1, limit of a check %s", rounds, what, wardInterval, wardLimit)
}

// crowd lets 1,000 servers fail at once.
func (c checker) crowd(ctx context.Context) ([]Figure, error) {
	const servers, every = 1000, time.Second
	var took float64
	err := c.with(ctx, nannyLimit, servers, every, every, false, func(f *field, k *flock) (err error) {
		took, err = f.together(ctx, k, servers)
		return err
	})
	c.say("%d servers at once: %.2f s", servers, took)
	return []Figure{{
		Name: fmt.Sprintf("checks/%d-at-once-until-last-out-s", servers), Ours: took, Peer: bound, PeerValue: (every + time.Second).Seconds(), Fractional: true, Want: 1,
		Note: fmt.Sprintf("interval %s", every),
	}}, err
}
