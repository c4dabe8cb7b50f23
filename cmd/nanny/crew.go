package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"pacu/control"
	"pacu/probe"
)

// A crew is all the watchers of a nanny.
type crew struct {
	ctx            context.Context // ends the watchers
	cancel         context.CancelFunc
	log            *slog.Logger
	keep           keeper
	newCheck       func(control.Watch) probe.Check
	newLoadMonitor func(control.Load, time.Duration) probe.LoadMonitor // with a limit of time
	report         func(control.Report)
	now            func() time.Duration
	jitter         func(time.Duration) time.Duration // any time from 0 to below its argument
	links          *links
	hands          *hands
	tasks          sync.WaitGroup
	door           sync.Mutex // of tasks, for those that enter

	mu       sync.Mutex
	watchers map[post]*watcher

	grumbles struct {
		sync.Mutex
		last string // logged since the kernel last obeyed
	}
}

// A post is a watcher's place: one real server in one service.
type post struct {
	server   netip.Addr
	service  string
	realPort uint16
}

func newCrew(ctx context.Context, log *slog.Logger, keep keeper) *crew {
	ctx, cancel := context.WithCancel(ctx)
	epoch := time.Now()
	now := func() time.Duration { return time.Since(epoch) }
	return &crew{
		ctx: ctx, cancel: cancel, log: log, keep: keep,
		newCheck:       newCheck,
		newLoadMonitor: newLoadMonitor,
		report:         func(control.Report) {},
		now:            now,
		jitter:         rand.N[time.Duration],
		links:          newLinks(&kernelRouter{}, log, now),
		hands:          newHands(),
		watchers:       make(map[post]*watcher),
	}
}

// take makes an order's watches the whole of what is watched at its server:
// new ones start, those that stay are changed where the order differs, the
// others end, and leave the kernel as it is. Watches that make no sense are
// left out, reported and returned.
func (c *crew) take(o control.Order) (problems []error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := make(map[post]bool)
	for _, w := range o.Watches {
		p := post{o.Server, w.Key(), w.RealPort}
		s, err := newSubject(o.Server, w)
		if err == nil && wanted[p] {
			err = fmt.Errorf("watch of %s: it has %s twice", p.service, s.real())
		}
		if err != nil {
			c.report(control.Report{Server: o.Server, Service: p.service, RealPort: p.realPort, Health: control.Untried, Trouble: err.Error()})
			problems = append(problems, err)
			continue
		}
		wanted[p] = true
		if t := c.watchers[p]; t != nil {
			t.configure(s, w)
			continue
		}
		t := newWatcher(c, s, w)
		c.watchers[p] = t
		var ctx context.Context
		ctx, t.stop = context.WithCancel(c.ctx)
		t.begin(ctx)
	}
	for p, t := range c.watchers {
		if p.server == o.Server && !wanted[p] {
			t.stop()
			t.end()
			delete(c.watchers, p)
		}
	}
	return problems
}

// force overrides the probes of every watcher.
func (c *crew) force(f probe.Force) {
	c.log.Warn(map[probe.Force]string{
		probe.ForceDown: "opaque glasses on: every server is down until the next signal",
		probe.ForceUp:   "rose-colored glasses on: every server is up until the next signal",
		probe.Normal:    "glasses off: probes decide",
	}[f])
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.watchers {
		t.force(f)
	}
}

// grumble logs what kept the kernel from obeying, though not a second time
// in a row: without ip_vs all watchers have the same complaint. "" is none.
func (c *crew) grumble(trouble string) {
	c.grumbles.Lock()
	defer c.grumbles.Unlock()
	if trouble != "" && trouble != c.grumbles.last {
		c.log.Error(trouble)
	}
	c.grumbles.last = trouble
}

// enter makes the caller one of the tasks, which it then ends with
// c.tasks.Done, unless the crew is at its end.
func (c *crew) enter() bool {
	c.door.Lock()
	defer c.door.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	c.tasks.Add(1)
	return true
}

// wait ends all watchers and returns when they are gone.
func (c *crew) wait() {
	c.door.Lock() // nobody is about to enter
	c.cancel()
	c.door.Unlock()
	c.tasks.Wait()
}
