package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"pacu/control"
	"pacu/probe"
)

// once carries out the orders that in holds, each watch once, and writes to out
// what each step found. It returns whether all servers are up.
func once(ctx context.Context, in io.Reader, out io.Writer) (up bool, err error) {
	up = true
	began := time.Now()
	links := newLinks(&kernelRouter{}, slog.New(slog.DiscardHandler), func() time.Duration { return time.Since(began) })
	for order, err := range control.Orders(in) {
		if err != nil {
			return false, err
		}
		for _, w := range order.Watches {
			s, err := newSubject(order.Server, w)
			if err != nil {
				return false, err
			}
			up = show(ctx, out, links, s, w) && up
			if ctx.Err() != nil { // there may be more to read, or to wait for
				return false, ctx.Err()
			}
		}
	}
	return up, ctx.Err()
}

// show probes one server in one service and tells each step as it comes.
func show(ctx context.Context, out io.Writer, links *links, s subject, w control.Watch) (up bool) {
	check := newCheck(w)
	fmt.Fprintf(out, "%s in %s: %s\n", s.real(), s.service, check)
	began := time.Now()
	line := func(text string) {
		fmt.Fprintf(out, "%9.1f ms  %s\n", float64(time.Since(began))/float64(time.Millisecond), text)
	}
	r := check.Probe(probe.WithSteps(ctx, line), target(s.server, w))
	if b := newBurden(w, newLoadMonitor); b != nil {
		line(b.tell(ctx, loadTarget(s, w)))
		r = b.judge(r)
	}
	if fault := new(trail).follow(links, pathOf(s.server, w), r.Up, links.now()); fault != "" {
		line(fault)
	}
	if r.Warning != "" {
		line("warning: " + r.Warning)
	}
	verdict := "down: "
	if r.Up {
		verdict = "up: "
	}
	line(verdict + r.Why)
	return r.Up
}
