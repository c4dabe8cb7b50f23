package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pacu/lab/article004"
)

// An event ends the service of the active router.
type event struct {
	name string
	do   func(ctx context.Context, t *trial, active *article004.Router) error
}

var events = []event{
	{"crash", crash},
	{"planned", planned},
}

// crash is a loss of power.
func crash(_ context.Context, t *trial, active *article004.Router) error {
	delete(t.running, active)
	return active.PowerOff()
}

// planned is an orderly stop, as before maintenance.
func planned(ctx context.Context, t *trial, active *article004.Router) error {
	process := t.running[active]
	delete(t.running, active)
	ctx, cancel := context.WithTimeout(ctx, settled)
	defer cancel()
	return process.Stop(ctx)
}

// An outcome is what clients saw of one event.
type outcome struct {
	gap   time.Duration // the longest time in which no answer came
	lost  int           // requests
	stall time.Duration // the longest time that the machine itself stood still
}

// Failover measures what clients lose when the active router loses power, and
// when its daemon is stopped in order.
func Failover(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	ours, err := s.play(ctx, newPulse(s), say)
	if err != nil {
		return nil, err
	}
	peer := keepalived{s.Advert}
	theirs, err := s.play(ctx, peer, say)
	if err != nil {
		return nil, err
	}
	var figures []Figure
	for _, e := range events {
		figures = append(figures, compare("failover/"+e.name, ours[e.name], peer.name(), theirs[e.name])...)
	}
	return figures, nil
}

// play runs all rounds of all events with one system and returns the outcomes
// by the event's name.
func (s Settings) play(ctx context.Context, sys system, say Say) (map[string][]outcome, error) {
	outcomes := map[string][]outcome{}
	err := s.try(ctx, sys, func(ctx context.Context, t *trial) error {
		for _, e := range events {
			for n := range s.Rounds {
				o, err := s.quietest(func() (outcome, error) {
					o, err := t.round(ctx, e)
					if err != nil {
						return o, fmt.Errorf("%s, round %d: %w", e.name, n+1, err)
					}
					say("%s: %s %d of %d: gap %.2f s, %d requests lost; the machine stalled for %.2f s at most", sys.name(), e.name, n+1, s.Rounds, o.gap.Seconds(), o.lost, o.stall.Seconds())
					return o, nil
				})
				if err != nil {
					return err
				}
				outcomes[e.name] = append(outcomes[e.name], o)
			}
		}
		return nil
	})
	return outcomes, err
}

// attempts bounds how often a round is played when the machine stalls.
const attempts = 4

// quietest plays a round until the machine stalled for no more than a tenth of
// deadtime in it, and returns the outcome with the shortest stall. What it
// measured has no say in that.
func (s Settings) quietest(play func() (outcome, error)) (outcome, error) {
	var best outcome
	for n := range attempts {
		o, err := play()
		if err != nil {
			return outcome{}, err
		}
		if n == 0 || o.stall < best.stall {
			best = o
		}
		if best.stall <= s.Deadtime/10 {
			break
		}
	}
	return best, nil
}

// compare makes the figures of one event.
func compare(name string, ours []outcome, peer string, theirs []outcome) []Figure {
	gap := func(o outcome) float64 { return o.gap.Seconds() }
	lost := func(o outcome) float64 { return float64(o.lost) }
	var figures []Figure
	for _, f := range []struct {
		name       string
		value      func(outcome) float64
		sum        func([]float64) float64
		fractional bool
	}{
		{"gap-median-s", gap, median, true},
		{"gap-worst-s", gap, slices.Max[[]float64], true},
		{"lost-median", lost, median, false},
		{"lost-worst", lost, slices.Max[[]float64], false},
	} {
		figures = append(figures, Figure{
			Name: name + "/" + f.name, Ours: f.sum(values(ours, f.value)),
			Peer: peer, PeerValue: f.sum(values(theirs, f.value)), Fractional: f.fractional,
		})
	}
	return figures
}

func values(outcomes []outcome, value func(outcome) float64) []float64 {
	v := make([]float64, len(outcomes))
	for i, o := range outcomes {
		v[i] = value(o)
	}
	return v
}
