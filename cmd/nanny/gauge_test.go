package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"pacu/control"
	"pacu/probe"
)

// A gauge is a load monitor that says what the test wants.
type gauge struct {
	bed *bed

	mu    sync.Mutex
	says  probe.Advice
	fails error
	lasts time.Duration
	asked []time.Duration
	ports []uint16
}

// newGauge gives b's watchers a gauge.
func newGauge(b *bed) *gauge {
	g := &gauge{bed: b}
	b.newLoadMonitor = func(control.Load, time.Duration) probe.LoadMonitor { return g }
	return g
}

func (g *gauge) Ask(ctx context.Context, to probe.Target) (probe.Advice, error) {
	g.mu.Lock()
	g.asked = append(g.asked, g.bed.now())
	g.ports = append(g.ports, to.Port)
	says, fails, lasts := g.says, g.fails, g.lasts
	g.mu.Unlock()
	select {
	case <-ctx.Done():
		return probe.Advice{}, ctx.Err()
	case <-time.After(lasts):
	}
	if fails != nil {
		return probe.Advice{}, fails
	}
	return says, nil
}

func (g *gauge) String() string { return "gauge" }

func (g *gauge) set(a probe.Advice, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.says, g.fails = a, err
}

func (g *gauge) times() []time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.asked
	g.asked = nil
	return t
}

// average, share and out are what servers say.
func average(load float64) probe.Advice {
	return probe.Advice{Load: load, Said: fmt.Sprintf("load average %v", load)}
}

func share(part float64, said string) probe.Advice {
	return probe.Advice{Share: part, Said: "its agent says " + said}
}

func out(said string) probe.Advice {
	a := share(1, said)
	a.Down = true
	return a
}

func watchLoad(weight int, kind string, smooth bool) control.Watch {
	w := watchWWW(weight)
	w.Reentry = control.Duration(10 * time.Second) // one good probe
	w.Load = &control.Load{Kind: kind, Smooth: smooth}
	return w
}

// lastWhy is that of the last report.
func (b *bed) lastWhy() (why, trouble string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.reports) == 0 {
		return "no report", ""
	}
	r := b.reports[len(b.reports)-1]
	return r.Why, r.Trouble
}
