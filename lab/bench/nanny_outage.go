package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"pacu/lab"
)

// A guard keeps servers that fail out of a table.
type guard interface {
	// serving tells whether the table has a server.
	serving(at netip.Addr) (bool, error)
	// count is how many servers the table has.
	count() (int, error)
}

// An outage is how a server fails.
type outage struct {
	name       string
	fail, heal func(*field, netip.Addr) error
}

// outages are those that there are: the server's program ends, its kernel then
// refuses; or the host is gone, and nobody answers.
var outages = [...]outage{
	{"process-gone", (*field).hush, (*field).listen},
	{"host-gone", (*field).vanish, (*field).reappear},
}

const (
	// wardInterval is between two checks of a server that will fail.
	wardInterval = 200 * time.Millisecond
	// wardLimit is how long such a check may take, hundreds of times what it
	// does take in a local network.
	wardLimit = 12 * time.Millisecond
	// wardSlack is how much later than an interval the server may be out.
	wardSlack = 20 * time.Millisecond
	// wards is how many servers there are, which fail in turn.
	wards = 10
)

// addresses are the first n servers'.
func addresses(n int) []netip.Addr {
	list := make([]netip.Addr, n)
	for i := range list {
		list[i] = table{}.server(i)
	}
	return list
}

// fails lets servers fail, one at a time, and returns how long each was in the
// table after that, in milliseconds.
func (f *field) fails(ctx context.Context, g guard, o outage, servers []netip.Addr, rounds int) ([]float64, error) {
	var took []float64
	for n := range rounds {
		at := servers[n%len(servers)]
		if _, err := arrives(ctx, look, all(g, len(servers))); err != nil {
			return nil, err
		}
		// The outage must not keep step with the checks.
		if err := pause(ctx, wardInterval+rand.N(wardInterval)); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := o.fail(f, at); err != nil {
			return nil, err
		}
		end, err := arrives(ctx, glance, func() error {
			if in, err := g.serving(at); err != nil || in {
				return errors.Join(err, fmt.Errorf("%s still serves", at))
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", o.name, at, err)
		}
		took = append(took, float64(end.Sub(began))/float64(time.Millisecond))
		if err := o.heal(f, at); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// together lets all servers fail at once, which one program served, and returns
// how long it took until the last was out of the table, in seconds.
func (f *field) together(ctx context.Context, g guard, servers int) (float64, error) {
	if _, err := arrives(ctx, look, all(g, servers)); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := f.hush(everywhere); err != nil {
		return 0, err
	}
	end, err := arrives(ctx, gaze, all(g, 0))
	if err != nil {
		return 0, err
	}
	return end.Sub(began).Seconds(), f.listen(everywhere)
}

// all tells whether the table has so many servers.
func all(g guard, want int) func() error {
	return func() error {
		n, err := g.count()
		if err == nil && n != want {
			err = fmt.Errorf("%d servers, want %d", n, want)
		}
		return err
	}
}

// arrives asks every so often until ask is content, and returns when it was.
func arrives(ctx context.Context, every time.Duration, ask func() error) (at time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	err = lab.Until(ctx, every, func() error {
		err := ask()
		at = time.Now()
		return err
	})
	return at, err
}

// worstOf are the median and the worst of outages beside a peer's, and beside
// the bound; all in milliseconds.
func worstOf(name string, ours []float64, peer string, theirs []float64, note string) []Figure {
	limit := float64(wardInterval+wardSlack) / float64(time.Millisecond)
	figures := []Figure{{Name: name + "-worst-ms", Ours: slices.Max(ours), Peer: bound, PeerValue: limit, Fractional: true, Want: 1, Note: note}}
	if peer == "" {
		return append(figures, Figure{Name: name + "-median-ms", Ours: median(ours), Peer: bound, PeerValue: limit, Fractional: true})
	}
	return append(figures,
		Figure{Name: name + "-worst-ms", Ours: slices.Max(ours), Peer: peer, PeerValue: slices.Max(theirs), Fractional: true, Want: 1},
		Figure{Name: name + "-median-ms", Ours: median(ours), Peer: peer, PeerValue: median(theirs), Fractional: true, Want: 1})
}
