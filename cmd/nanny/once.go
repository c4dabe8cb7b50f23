package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"pacu/control"
	"pacu/probe"
)

// once carries out the orders that in holds, each watch once, and has p show
// what each step found. It returns whether all servers are up.
func once(ctx context.Context, in io.Reader, p presenter) (up bool, err error) {
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
			if up = probeNow(ctx, p, links, s, w) && up; ctx.Err() != nil { // there may be more to read, or to wait for
				return false, ctx.Err()
			}
		}
	}
	return up, ctx.Err()
}

// probeNow probes one server in one service and shows each step as it comes.
func probeNow(ctx context.Context, p presenter, links *links, s subject, w control.Watch) (up bool) {
	check := newCheck(w)
	result := control.Probed{Server: s.server, RealPort: s.realPort, Service: s.service, Check: check.String(), Health: control.Down}
	p.begin(fmt.Sprintf("%s in %s: %s", s.real(), s.service, check))
	began := time.Now()
	line := func(text string) {
		step := control.ProbeStep{After: control.Duration(time.Since(began)), Text: text}
		result.Steps = append(result.Steps, step)
		p.step(step)
	}
	r := check.Probe(probe.WithSteps(ctx, line), target(s.server, w))
	result.Took = control.Duration(time.Since(began))
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
		verdict, result.Health = "up: ", control.Up
	}
	p.step(control.ProbeStep{After: control.Duration(time.Since(began)), Text: verdict + r.Why})
	result.Why = r.Why
	p.end(result)
	return r.Up
}

// A presenter shows probes, one after the other.
type presenter interface {
	begin(head string)
	step(control.ProbeStep)
	end(control.Probed)
}

// people see each step as it comes.
type people struct{ io.Writer }

func (p people) begin(head string) { fmt.Fprintln(p, head) }
func (p people) step(s control.ProbeStep) {
	fmt.Fprintf(p, "%9.1f ms  %s\n", float64(s.After)/float64(time.Millisecond), s.Text)
}
func (people) end(control.Probed) {}

// programs see a line of JSON for each probe that has ended.
type programs struct{ *json.Encoder }

func (programs) begin(string)           {}
func (programs) step(control.ProbeStep) {}
func (p programs) end(r control.Probed) { _ = p.Encode(r) } // a reader that left wants no more
