package article004

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pacu/lab"
)

// A Result is how a step went.
type Result struct {
	Step
	Took time.Duration
	Lost int           // requests of the steady clients
	Gap  time.Duration // the longest time without an answer
	Err  error
	// Unjudged is what did not go as wanted while the machine was too busy for
	// that to say anything of pulse.
	Unjudged []string
}

// Tour plays all steps with traffic flowing and shows each result. It stops at
// the first step that fails, and returns its error.
func Tour(ctx context.Context, p *Pair, show func(Result)) error {
	watching, stop := context.WithCancel(ctx)
	watched := make(chan error, 1)
	go func() { watched <- p.Watch(watching) }()
	asking, hush := context.WithCancel(ctx)
	var asked sync.WaitGroup
	asked.Go(func() { p.Steady.Run(asking) })
	asked.Go(func() { p.Control.Run(asking) })
	defer func() { hush(); asked.Wait() }()

	err := p.steps(ctx, show)
	stop()
	return errors.Join(err, <-watched)
}

func (p *Pair) steps(ctx context.Context, show func(Result)) error {
	for _, s := range Steps {
		began := time.Now()
		p.unjudged = nil
		err := s.Run(ctx, p)
		if err == nil {
			err = p.agree(ctx)
		}
		t := p.Steady.Tally(began)
		show(Result{Step: s, Took: time.Since(began), Lost: t.Failed, Gap: t.Gap, Err: err, Unjudged: p.unjudged})
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// agree holds what each pulse says against its kernel.
func (p *Pair) agree(ctx context.Context) error {
	for _, r := range p.Routers {
		if !r.On() || r.Pulse == nil {
			continue
		}
		if err := r.Agrees(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Lines are what the daemons logged, for a test that failed.
func (p *Pair) Lines() []lab.Line {
	var all []lab.Line
	for _, r := range p.Routers {
		if r.Pulse != nil {
			all = append(all, r.Pulse.Lines()...)
		}
	}
	return all
}
