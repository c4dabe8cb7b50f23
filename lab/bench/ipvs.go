package bench

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var (
	thousand = table{virtuals: 1000, servers: 10000}
	fourfold = table{virtuals: 4000, servers: 40000}
	tenfold  = table{virtuals: 10000, servers: 100000}
	// published is the table of keepalived's best published reload, 0.24 s.
	published = table{virtuals: 2277, servers: 37205}
	// crowd is one service with as many destinations as thousand has.
	crowd = table{virtuals: 1, servers: 10000}
)

// Tables measures what large tables cost: loading, reading, reloading and
// watching them, beside ipvsadm and keepalived. Every figure but those of idle
// daemons is the median of the rounds.
func Tables(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	m := measurer{s, say, map[string]float64{}}
	var figures []Figure
	for _, t := range []table{thousand, fourfold} {
		for _, measure := range []func(context.Context, table) ([]Figure, error){m.loads, m.reading, m.upkeep} {
			more, err := measure(ctx, t)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t, err)
			}
			figures = append(figures, more...)
		}
	}
	for _, measure := range []func(context.Context) ([]Figure, error){m.nothingChanged, m.growth} {
		more, err := measure(ctx)
		if err != nil {
			return nil, err
		}
		figures = append(figures, more...)
	}
	return figures, nil
}

type measurer struct {
	Settings
	say   Say
	known map[string]float64 // medians, by what was measured
}

// rounds takes a time as often as there are rounds and returns the median, in
// seconds. What was measured once is not measured again.
func (m measurer) rounds(what string, once func() (time.Duration, error)) (float64, error) {
	if was, ok := m.known[what]; ok {
		return was, nil
	}
	var all []float64
	for n := range m.Rounds {
		took, err := once()
		if err != nil {
			return 0, fmt.Errorf("%s, round %d: %w", what, n+1, err)
		}
		m.say("%s, %d of %d: %.3f s", what, n+1, m.Rounds, took.Seconds())
		all = append(all, took.Seconds())
	}
	m.known[what] = median(all)
	return m.known[what], nil
}

// loads compares the ways to a full table from an empty one.
func (m measurer) loads(ctx context.Context, t table) ([]Figure, error) {
	ours, err := m.loadBy(ctx, pulseKeeper{}, t)
	if err != nil {
		return nil, err
	}
	bare, err := m.apply(t)
	if err != nil {
		return nil, err
	}
	theirs, err := m.loadBy(ctx, keepalivedKeeper{}, t)
	if err != nil {
		return nil, err
	}
	restored, err := m.rounds(t.String()+" restored by ipvsadm -R", func() (took time.Duration, err error) {
		err = on(func(b *bed) (err error) {
			took, err = b.restore(ctx, t)
			return err
		})
		return took, err
	})
	if err != nil {
		return nil, err
	}
	const fiveTimes = 0.2
	name := "ipvs/load-" + t.String()
	return []Figure{
		{Name: name + "-s", Ours: ours, Peer: "ipvsadm-R", PeerValue: restored, Fractional: true, Want: fiveTimes, Note: "pulse from its start"},
		{Name: name + "-s", Ours: ours, Peer: "keepalived", PeerValue: theirs, Fractional: true, Want: fiveTimes, Note: "both from their start"},
		{Name: name + "-bare-s", Ours: bare, Peer: "ipvsadm-R", PeerValue: restored, Fractional: true, Note: "package ipvs by itself"},
	}, nil
}

// loadBy is the time from a keeper's start to the full table.
func (m measurer) loadBy(ctx context.Context, k keeper, t table) (float64, error) {
	return m.rounds(t.String()+" loaded by "+k.name(), func() (took time.Duration, err error) {
		err = on(func(b *bed) (err error) {
			_, took, err = b.load(ctx, k, t)
			return err
		})
		return took, err
	})
}

// apply is the time of one ipvs.Client.Apply.
func (m measurer) apply(t table) (float64, error) {
	ops := t.ops()
	return m.rounds(t.String()+" by one Apply", func() (took time.Duration, err error) {
		err = on(func(b *bed) error {
			began := time.Now()
			err := b.kernel.Apply(ops)
			took = time.Since(began)
			return err
		})
		return took, err
	})
}

// reading compares the readers of a whole table.
func (m measurer) reading(ctx context.Context, t table) ([]Figure, error) {
	var ours, theirs float64
	err := on(func(b *bed) (err error) {
		if err := b.kernel.Apply(t.ops()); err != nil {
			return err
		}
		ours, err = m.rounds(t.String()+" read by package ipvs", func() (time.Duration, error) {
			began := time.Now()
			services, destinations, err := dump(b.kernel)
			took := time.Since(began)
			if err == nil && (services != t.virtuals || destinations != t.servers) {
				err = fmt.Errorf("%d services, %d destinations", services, destinations)
			}
			return took, err
		})
		if err != nil {
			return err
		}
		theirs, err = m.rounds(t.String()+" read by ipvsadm -Sn", func() (time.Duration, error) {
			began := time.Now()
			out, err := b.router.Output(ctx, "ipvsadm", "-Sn")
			took := time.Since(began)
			if n := strings.Count(out, "\n"); err == nil && n != t.virtuals+t.servers {
				err = fmt.Errorf("ipvsadm -Sn printed %d lines", n)
			}
			return took, err
		})
		return err
	})
	return []Figure{{Name: "ipvs/dump-" + t.String() + "-s", Ours: ours, Peer: "ipvsadm-Sn", PeerValue: theirs, Fractional: true, Want: 1, Note: "package ipvs, in this process"}}, err
}

// growth is the cost of a destination in larger and larger tables, and in one
// service.
func (m measurer) growth(ctx context.Context) ([]Figure, error) {
	var figures []Figure
	var first, firstBare float64
	each := func(seconds float64, t table) float64 { return seconds * 1e6 / float64(t.servers) }
	peer := fmt.Sprintf("per-destination-of-%d", thousand.servers)
	for _, t := range []table{thousand, fourfold, tenfold} {
		loaded, err := m.loadBy(ctx, pulseKeeper{}, t)
		if err != nil {
			return nil, err
		}
		bare, err := m.apply(t)
		if err != nil {
			return nil, err
		}
		if first == 0 {
			first, firstBare = each(loaded, t), each(bare, t)
		}
		const hash = "the kernel finds a service in 256 lists"
		figures = append(figures,
			Figure{Name: fmt.Sprintf("ipvs/load-us-per-destination-of-%d", t.servers), Ours: each(loaded, t), Peer: peer, PeerValue: first, Fractional: true, Note: "pulse from its start; " + hash},
			Figure{Name: fmt.Sprintf("ipvs/load-bare-us-per-destination-of-%d", t.servers), Ours: each(bare, t), Peer: peer, PeerValue: firstBare, Fractional: true, Note: "package ipvs by itself; " + hash})
	}
	bare, err := m.apply(crowd)
	if err != nil {
		return nil, err
	}
	return append(figures, Figure{
		Name: fmt.Sprintf("ipvs/load-bare-us-per-destination-of-%d-in-one-service", crowd.servers), Ours: each(bare, crowd), Peer: peer, PeerValue: firstBare, Fractional: true,
		Note: "the kernel is the limit: it walks the service's list for each new destination",
	}), nil
}
