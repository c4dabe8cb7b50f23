package article004

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pacu/control"
	"pacu/lab"
)

func serverStops(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	if err := p.Servers[1].Stop(); err != nil {
		return err
	}
	if err := p.served(ctx, "lvs-03", "lvs-05"); err != nil {
		return err
	}
	for _, r := range p.Routers {
		rs, err := r.Server(ctx, "lvs-04")
		if err != nil {
			return err
		}
		if rs.Health != control.Down || rs.InKernel || rs.Why == "" {
			return fmt.Errorf("%s shows lvs-04 as %+v, want it down, out of the kernel, with the reason", r.Name(), rs)
		}
	}
	return nil
}

func serverReturns(ctx context.Context, p *Pair) error {
	active, _, err := p.Active()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := p.Servers[1].Start(); err != nil {
		return err
	}
	// reentry 15, two probes 6 s apart; then the weight doubles every 20 s.
	ctx, cancel := within(ctx, 20*time.Second+2*settled)
	defer cancel()
	var weights []int
	err = lab.Until(ctx, lookEvery, func() error {
		rs, err := active.Server(ctx, "lvs-04")
		if err != nil {
			return err
		}
		if rs.InKernel && !slices.Contains(weights, rs.KernelWeight) {
			weights = append(weights, rs.KernelWeight)
		}
		if len(weights) < 2 {
			return fmt.Errorf("lvs-04 came back with weights %v, want a small one, then more", weights)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if weights[0] != 1 || weights[1] != 2 {
		return fmt.Errorf("lvs-04 came back with weights %v, want 1, then 2", weights)
	}
	return p.unharmed(began, "its return")
}
