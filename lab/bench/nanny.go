package bench

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pacu/lab"
)

// Nanny compares pulse and its nannies with keepalived's checkers, in the kernel:
// the processor time of checks over TCP, and how fast servers that fail are out of
// the table.
func Nanny(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	n := nannies{s, say}
	var figures []Figure
	for _, measure := range []func(context.Context) ([]Figure, error){n.costs, n.ward, n.crowd} {
		more, err := measure(ctx)
		if err != nil {
			return nil, err
		}
		figures = append(figures, more...)
	}
	return figures, nil
}

type nannies struct {
	Settings
	say Say
}

const (
	// rested is how long after its start a system is left to itself.
	rested = 10 * time.Second
	// tolled is how long its checks are then measured.
	tolled = 30 * time.Second
	// tolls is how often that is done.
	tolls = 2
	// drift is the part of its checks that a system must make: keepalived counts
	// its interval from the end of each.
	drift = 0.8
)

// costs compare the processor time of a check, of all the system's processes. Of
// several times each has its best. keepalived's checkers are one process, and so
// is our nanny here: an emulated machine cannot run hundreds of processes. Checks
// measures them.
func (n nannies) costs(ctx context.Context) ([]Figure, error) {
	var figures []Figure
	for _, rate := range []int{200, 500} {
		w := watchedOf(rate, time.Second, time.Second)
		w.nannies = 1
		var best [2]toll
		for range min(tolls, n.Rounds) {
			for i, m := range minders {
				t, err := n.toll(ctx, m, w)
				if err != nil {
					return nil, err
				}
				if best[i].checks == 0 || t.each() < best[i].each() {
					best[i] = t
				}
			}
		}
		figures = append(figures, Figure{
			Name: fmt.Sprintf("nanny/%d-checks-a-second-us-per-check", rate), Ours: best[0].each(), Peer: minders[1].name, PeerValue: best[1].each(), Fractional: true, Want: 1,
			Note: fmt.Sprintf("pulse and one nanny, %.0f a second; keepalived %.0f a second", best[0].rate(), best[1].rate()),
		})
	}
	return figures, nil
}

func (n nannies) toll(ctx context.Context, m minder, w watched) (t toll, err error) {
	err = mind(ctx, m, w, []netip.Addr{everywhere}, func(ctx context.Context, f *field, _ guard, p *lab.Process) error {
		if err := pause(ctx, rested); err != nil {
			return err
		}
		var err error
		pids := func() ([]int, error) { return family(p.Pid()) }
		t, err = f.meter(ctx, pids, tolled, float64(w.servers)/w.every.Seconds(), drift)
		n.say("%s with %d servers: %s", m.name, w.servers, t)
		return err
	})
	return t, err
}

// ward compares how long a server that fails stays in the table.
func (n nannies) ward(ctx context.Context) ([]Figure, error) {
	w := watchedOf(wards, wardInterval, wardLimit)
	var took [len(minders)][len(outages)][]float64
	var stall [len(minders)]time.Duration
	for i, m := range minders {
		err := mind(ctx, m, w, addresses(wards), func(ctx context.Context, f *field, g guard, _ *lab.Process) error {
			ctx, stop := context.WithCancel(ctx)
			defer stop()
			var still stalls
			go still.Run(ctx)
			began := time.Now()
			for j, o := range outages {
				var err error
				if took[i][j], err = f.fails(ctx, g, o, addresses(wards), n.Rounds); err != nil {
					return err
				}
				n.say("%s, %s: %.0f ms", m.name, o.name, took[i][j])
			}
			stall[i] = still.longest(began)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var figures []Figure
	for j, o := range outages {
		note := fmt.Sprintf("%s; this machine stood still for %.0f ms at most", outageNote(n.Rounds, o.name), slices.Max(stall[:]).Seconds()*1000)
		figures = append(figures, worstOf("nanny/"+o.name+"-until-out", took[0][j], minders[1].name, took[1][j], note)...)
	}
	return figures, nil
}

// crowd compares how long the last of 1,000 servers stays in the table that fail
// at once.
func (n nannies) crowd(ctx context.Context) ([]Figure, error) {
	const servers, every = 1000, 5 * time.Second
	w := watchedOf(servers, every, every)
	w.nannies = 1
	var took [2]float64
	for i, m := range minders {
		err := mind(ctx, m, w, []netip.Addr{everywhere}, func(ctx context.Context, f *field, g guard, _ *lab.Process) (err error) {
			if err := pause(ctx, every); err != nil {
				return err
			}
			took[i], err = f.together(ctx, g, servers)
			n.say("%s, %d servers at once: %.2f s", m.name, servers, took[i])
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	name := fmt.Sprintf("nanny/%d-at-once-until-last-out-s", servers)
	note := fmt.Sprintf("interval %s", every)
	return []Figure{
		{Name: name, Ours: took[0], Peer: bound, PeerValue: (every + time.Second).Seconds(), Fractional: true, Want: 1, Note: note},
		{Name: name, Ours: took[0], Peer: minders[1].name, PeerValue: took[1], Fractional: true, Note: note},
	}, nil
}
