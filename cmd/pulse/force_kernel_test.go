package main

import (
	"context"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelForce overrules the probes of servers, none of which is there, over
// a reload and a restart, and ends that; then it probes one and asks what they
// need.
func TestKernelForce(t *testing.T) {
	h := newRouter(t)
	write(t, h, strings.Replace(alone, "port = 80\n", "port = 80\n     quiesce_server = 1\n", 1))
	p := startPulse(t, h)
	ctx, cancel := context.WithTimeout(t.Context(), 2*ample)
	defer cancel()
	down := func() {
		t.Helper()
		for _, server := range []string{"one (10.77.0.11:80)", "two (10.77.0.12:80)"} {
			if _, err := p.WaitLine(ctx, time.Time{}, server+" of web is down: "); err != nil {
				t.Fatal(err)
			}
		}
	}
	down()
	c := control.NewClient(filepath.Join(h.Path("/run/pulse"), "control.sock"))
	// holds waits until the table has these.
	holds := func(when string, weights ...string) {
		t.Helper()
		for {
			table := traces(t, h)
			if !slices.ContainsFunc(weights, func(w string) bool { return !strings.Contains(table, w) }) {
				return
			}
			if ctx.Err() != nil {
				t.Fatalf("%s: %s, want %q", when, table, weights)
			}
		}
	}
	const one1, one0, two1, two0 = "-r 10.77.0.11:80 -g -w 1", "-r 10.77.0.11:80 -g -w 0", "-r 10.77.0.12:80 -g -w 1", "-r 10.77.0.12:80 -g -w 0"
	holds("down", one0, two0)
	mustRun(t, h, "pulse", "force", "web/one", "up")
	holds("forced up", one1, two0)
	mustRun(t, h, "pulse", "reload")
	holds("after a reload", one1, two0)

	shown := func(when string, trouble bool) {
		t.Helper()
		s, err := c.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		one, two := s.Services[0].Servers[0], s.Services[0].Servers[1]
		if f := one.Forced; f == nil || f.To != control.ForceUp || f.Since.IsZero() || two.Forced != nil {
			t.Errorf("%s: %+v, %+v", when, one.Forced, two.Forced)
		}
		if got := strings.Contains(strings.Join(s.Trouble, "\n"), "one of web is forced up, and its probes say it is down: "); got != trouble {
			t.Errorf("%s: trouble %q", when, s.Trouble)
		}
	}
	shown("forced up", true)
	if err := p.Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		t.Fatal("pulse does not depart")
	}
	holds("without pulse", one1, two0)
	var err error
	if p, err = h.Start("pulse", "-n"); err != nil {
		t.Fatal(err)
	}
	down()
	holds("after a restart", one1, two0)
	shown("after a restart", true)

	if _, err := c.Force(ctx, "10.77.0.11", control.ForceDown); err != nil {
		t.Error(err)
	}
	holds("forced down", one0, two0)
	if _, err := c.Force(ctx, "two", control.ForceUp); err != nil {
		t.Error(err)
	}
	if _, err := c.Drain(ctx, "two", 0); err != nil {
		t.Error(err)
	}
	if _, err := c.Undrain(ctx, "two"); err != nil {
		t.Error(err)
	}
	holds("drained and back", one0, two1)
	for _, server := range []string{"one", "two"} {
		if message, err := c.Force(ctx, server, control.Auto); err != nil || !strings.Contains(message, "as its probes say") {
			t.Errorf("%s: %q, %v", server, message, err)
		}
	}
	holds("as the probes say", one0, two0)

	probed, err := c.Probe(ctx, "web/two")
	if err != nil || len(probed) != 1 {
		t.Fatalf("%v, %v", probed, err)
	}
	r := probed[0]
	if r.Name != "two" || r.Virtual != "web" || r.Server != netip.MustParseAddr("10.77.0.12") || r.Health != control.Down || !strings.HasPrefix(r.Why, "connect: ") || r.Check == "" {
		t.Errorf("probed %+v", r)
	}
	if _, err := c.Probe(ctx, "three"); err == nil {
		t.Error("a server that nobody knows was probed")
	}
	setup, err := c.Setup(ctx, control.SetupQuery{Match: "TWO", Limit: 10})
	if err != nil || setup.All != 2 || setup.Matched != 1 || setup.Servers[0].Serves[0] != (control.ServerUse{Virtual: "web", How: "direct, 10.77.0.100"}) {
		t.Fatalf("%+v, %v", setup, err)
	}
	var commands []string
	for _, step := range setup.Servers[0].Steps {
		commands = append(commands, step.Commands...)
	}
	if !slices.Contains(commands, "ip addr replace 10.77.0.100/32 dev lo") {
		t.Errorf("commands %q", commands)
	}
	stopPulse(t, p)
}
