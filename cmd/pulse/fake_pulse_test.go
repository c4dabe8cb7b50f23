package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pacu/control"
)

// A fakePulse is what the commands that talk to pulse talk to.
type fakePulse struct {
	plan  *control.Plan
	texts []string // planned
	asked []string // drains, undrains, switchovers and holds
	snap  *control.Snapshot

	flight *control.Preflight // but for Done
	why    *control.Explanation

	nannies []control.Nanny
	orders  []control.Order

	alerts *control.AlertTest
}

var errFake = errors.New("lvs-09: no such real server")

func (p *fakePulse) Plan(_ context.Context, text []byte) (*control.Plan, error) {
	p.texts = append(p.texts, fmt.Sprintf("%q %t", text, text == nil))
	if p.plan == nil {
		return nil, errFake
	}
	return p.plan, nil
}

func (p *fakePulse) Drain(_ context.Context, server string, timeout time.Duration) (string, error) {
	p.asked = append(p.asked, fmt.Sprint("drain ", server, " ", timeout))
	if server == "lvs-09" {
		return "", errFake
	}
	return server + " is draining", nil
}

func (p *fakePulse) Undrain(_ context.Context, server string) (string, error) {
	p.asked = append(p.asked, "undrain "+server)
	if server == "lvs-09" {
		return "", errFake
	}
	return server + " is back", nil
}

func (p *fakePulse) Snapshot(context.Context) (*control.Snapshot, error) { return p.snap, nil }
func (p *fakePulse) Reload(context.Context) (string, error)              { return "", errFake }
func (p *fakePulse) Events(context.Context, uint64) iter.Seq2[control.Event, error] {
	return func(func(control.Event, error) bool) {}
}

// serveFake has p answer on a socket until the test ends.
func serveFake(t *testing.T, p *fakePulse) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "pulse") // short: a socket's name holds 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	l, err := control.Listen(socket, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- control.Serve(ctx, l, p) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return socket
}

func (p *fakePulse) SwitchOver(_ context.Context, check, force bool) (*control.Preflight, error) {
	p.asked = append(p.asked, fmt.Sprintf("switchover check %t force %t", check, force))
	if p.flight == nil {
		return nil, errFake
	}
	f := *p.flight
	stopped := slices.ContainsFunc(f.Findings, func(f control.Finding) bool { return f.Stops })
	if !check && (force || !stopped) {
		f.Done = "lvs-02 serves"
	}
	return &f, nil
}

func (p *fakePulse) Hold(_ context.Context, on bool) (string, error) {
	p.asked = append(p.asked, fmt.Sprintf("hold %t", on))
	if p.why == nil {
		return "", errFake
	}
	return fmt.Sprintf("held: %t", on), nil
}

func (p *fakePulse) Explain(context.Context) (*control.Explanation, error) {
	if p.why == nil {
		return nil, errFake
	}
	return p.why, nil
}

func (p *fakePulse) Nannies(_ context.Context, server string) ([]control.Nanny, error) {
	p.asked = append(p.asked, "nannies "+server)
	if server == "lvs-09" {
		return nil, errFake
	}
	return p.nannies, nil
}

func (p *fakePulse) Orders(_ context.Context, server string) ([]control.Order, error) {
	p.asked = append(p.asked, "orders "+server)
	if p.orders == nil {
		return nil, errFake
	}
	return p.orders, nil
}

func (p *fakePulse) Force(_ context.Context, server string, to control.Way) (string, error) {
	p.asked = append(p.asked, fmt.Sprintf("force %s %s", server, to))
	if server == "lvs-09" {
		return "", errFake
	}
	return fmt.Sprintf("%s is %s", server, to), nil
}

func (p *fakePulse) Probe(context.Context, string) ([]control.Probed, error) { return nil, errFake }
func (p *fakePulse) Setup(context.Context, control.SetupQuery) (*control.Setup, error) {
	return nil, errFake
}

func (p *fakePulse) TestAlerts(context.Context) (*control.AlertTest, error) {
	if p.alerts == nil {
		return nil, errFake
	}
	return p.alerts, nil
}

func (p *fakePulse) AlertsTold(context.Context, control.AlertTest) error { return errFake }
