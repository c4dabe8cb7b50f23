package bench

import (
	"context"
	"errors"
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

var (
	// powerLoss is the crash of the whole machine.
	powerLoss = event{"crash", func(_ context.Context, t *trial, active *article004.Router) error {
		delete(t.running, active)
		return active.PowerOff()
	}}
	// orderlyStop is what comes before maintenance.
	orderlyStop = event{"planned", func(ctx context.Context, t *trial, active *article004.Router) error {
		process := t.running[active]
		delete(t.running, active)
		ctx, cancel := context.WithTimeout(ctx, settled)
		defer cancel()
		return process.Stop(ctx)
	}}
)

// An outcome is what clients saw of one event.
type outcome struct {
	gap   time.Duration // the longest time in which no answer came
	lost  int           // requests
	how   string        // they were lost
	stall time.Duration // the longest time that the machine itself stood still
}

// Failover measures what clients lose when the active router loses power, and
// when its daemon is stopped in order; then how long it takes until a router
// that takes many addresses over serves them.
func Failover(ctx context.Context, s Settings, say Say) ([]Figure, error) {
	var figures []Figure
	for _, f := range []struct {
		pace   pace
		events []event
	}{
		{second, []event{powerLoss, orderlyStop}},
		{tenth, []event{powerLoss}},
	} {
		ours, err := s.play(ctx, newPulse(f.pace), f.pace, f.events, say)
		if err != nil {
			return nil, err
		}
		peer := keepalived{f.pace.advert}
		theirs, err := s.play(ctx, peer, f.pace, f.events, say)
		if err != nil {
			return nil, err
		}
		for _, e := range f.events {
			compare := compareGaps
			if e.name == orderlyStop.name {
				compare = compareLosses
			}
			figures = append(figures, compare("failover/"+e.name+"-"+f.pace.name, ours[e.name], peer.name(), theirs[e.name], f.pace.String())...)
		}
	}
	// Each round of these has a router load a large table first.
	const most = 2
	takeovers, err := Takeover(ctx, Settings{min(s.Rounds, most)}, say)
	return append(figures, takeovers...), err
}

// play runs all rounds of all events with one system and returns the outcomes
// by the event's name.
func (s Settings) play(ctx context.Context, sys system, pc pace, events []event, say Say) (map[string][]outcome, error) {
	outcomes := map[string][]outcome{}
	err := try(ctx, sys, pc, func(ctx context.Context, t *trial) error {
		for _, e := range events {
			q := newQuiet(pc, s.Rounds)
			for n := range s.Rounds {
				o, err := q.play(func() (outcome, error) {
					o, err := t.round(ctx, e)
					if err != nil {
						return o, fmt.Errorf("%s, round %d: %w", e.name, n+1, err)
					}
					say("%s: %s-%s %d of %d: gap %.2f s, %d requests lost%s; the machine stalled for %.2f s at most", sys.name(), e.name, pc.name, n+1, s.Rounds, o.gap.Seconds(), o.lost, o.how, o.stall.Seconds())
					if (e.name == powerLoss.name && o.gap > pc.deadtime+pc.advert) || (e.name == orderlyStop.name && o.lost > 0) {
						say("%s", t.because(errors.New("the routers said in this round")))
					}
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

// compareGaps makes the figures of a crash.
func compareGaps(name string, ours []outcome, peer string, theirs []outcome, note string) []Figure {
	gap := func(o outcome) float64 { return o.gap.Seconds() }
	var figures []Figure
	for _, f := range []struct {
		name string
		sum  func([]float64) float64
	}{{"gap-median-s", median}, {"gap-worst-s", slices.Max[[]float64]}} {
		figures = append(figures, Figure{
			Name: name + "/" + f.name, Ours: f.sum(values(ours, gap)),
			Peer: peer, PeerValue: f.sum(values(theirs, gap)), Fractional: true, Want: 1,
			Note: fmt.Sprintf("%d crashes each; %s", len(ours), note),
		})
	}
	return figures
}

// compareLosses makes the figure of a planned stop.
func compareLosses(name string, ours []outcome, peer string, theirs []outcome, note string) []Figure {
	lost := func(o outcome) float64 { return float64(o.lost) }
	sum := func(all []float64) (sum float64, none int) {
		for _, n := range all {
			sum += n
			if n == 0 {
				none++
			}
		}
		return sum, none
	}
	our, ourNone := sum(values(ours, lost))
	their, theirNone := sum(values(theirs, lost))
	return []Figure{{
		Name: name + "/lost", Ours: our, Peer: peer, PeerValue: their, None: true,
		Note: fmt.Sprintf("of %d requests a second; none in %d of %d rounds, peer in %d of %d; %s",
			time.Second/askEvery, ourNone, len(ours), theirNone, len(theirs), note),
	}}
}

func values[T any](outcomes []T, value func(T) float64) []float64 {
	v := make([]float64, len(outcomes))
	for i, o := range outcomes {
		v[i] = value(o)
	}
	return v
}
