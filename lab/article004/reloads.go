package article004

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pacu/lab"
)

// reload gives both routers a new file, as an operator does who copies lvs.cf
// to the backup, and holds the change of the active one's table against what
// was expected. A client that keeps its connection must keep it.
func (p *Pair) reload(ctx context.Context, text string, gone, came []string) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	active, _, err := p.Active()
	if err != nil {
		return err
	}
	// A server that a busy machine kept from answering comes back little by
	// little, which is no change of the reload's.
	if err := lab.Until(ctx, lookEvery, func() error { return active.rests(ctx) }); err != nil {
		return err
	}
	before, err := active.Ipvsadm(ctx, "-Sn")
	if err != nil {
		return err
	}
	keeper := &lab.Client{Host: p.Client, URL: URL, Every: 100 * time.Millisecond, Timeout: patience, Keep: true, From: p.Steady.From[:5]}
	keeping, done := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() { keeper.Run(keeping); close(kept) }()
	defer func() { done(); <-kept }()
	if err := lab.Until(ctx, lookEvery, func() error {
		if keeper.Tally(time.Time{}).OK == 0 {
			return errors.New("the client that keeps its connection got no answer")
		}
		return nil
	}); err != nil {
		return err
	}

	began := time.Now()
	for _, r := range p.Routers {
		if err := errors.Join(r.Write(text), r.Hangup()); err != nil {
			return err
		}
	}
	err = lab.Until(ctx, lookEvery, func() error {
		after, err := active.Ipvsadm(ctx, "-Sn")
		if err != nil {
			return err
		}
		left, new := difference(lines(before), lines(after))
		if !slices.Equal(left, gone) || !slices.Equal(new, came) {
			return fmt.Errorf("%s: the table lost %q and gained %q, want %q and %q", active.Name(), left, new, gone, came)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := lab.Until(ctx, lookEvery, func() error {
		if keeper.Tally(began).OK == 0 {
			return errors.New("no answer after the reload")
		}
		return nil
	}); err != nil {
		return err
	}
	if lost := p.lost(keeper, time.Time{}); len(lost) > 0 {
		return fmt.Errorf("a reload broke a kept connection: %v", lab.Sum(lost))
	}
	return nil
}

// rests tells whether all real servers have the weight that lvs.cf gives them.
func (r *Router) rests(ctx context.Context) error {
	s, err := r.Snapshot(ctx)
	if err != nil {
		return err
	}
	for _, svc := range s.Services {
		for _, rs := range svc.Servers {
			if rs.Listed() && (!rs.InKernel || rs.KernelWeight != rs.Weight) {
				return fmt.Errorf("%s: %s has weight %d of %d", r.Name(), rs.Name, rs.KernelWeight, rs.Weight)
			}
		}
	}
	return nil
}

// difference is what only a has, and what only b has; both are sorted.
func difference(a, b []string) (onlyA, onlyB []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			onlyA = append(onlyA, s)
		}
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			onlyB = append(onlyB, s)
		}
	}
	return onlyA, onlyB
}

// Fuller is the article's file with lvs-05 added; Heavier has weight 4
// everywhere besides.
var (
	Fuller  = strings.Replace(File, "     server lvs-04 {", "     server lvs-05 {\n         address = 10.8.8.35\n         active = 1\n         weight = 1\n     }\n     server lvs-04 {", 1)
	Heavier = strings.ReplaceAll(Fuller, "weight = 1", "weight = 4")
)

func oneMoreServer(ctx context.Context, p *Pair) error {
	return p.reload(ctx, Fuller, nil, []string{"-a -f 80 -r 10.8.8.35:80 -m -w 1"})
}

func greaterWeights(ctx context.Context, p *Pair) error {
	var gone, came []string
	for _, a := range []string{"33", "34", "35"} {
		gone = append(gone, "-a -f 80 -r 10.8.8."+a+":80 -m -w 1")
		came = append(came, "-a -f 80 -r 10.8.8."+a+":80 -m -w 4")
	}
	return p.reload(ctx, Heavier, gone, came)
}

func brokenFile(ctx context.Context, p *Pair) error {
	ctx, cancel := within(ctx, settled)
	defer cancel()
	began := time.Now()
	if err := p.reload(ctx, strings.Replace(Heavier, "scheduler = wlc", "scheduler = wlcc", 1), nil, nil); err != nil {
		return err
	}
	for _, r := range p.Routers {
		line, err := r.Pulse.WaitLine(ctx, began, "wlcc")
		if err != nil {
			return err
		}
		if !strings.Contains(line.Text, "lvs.cf:27:") {
			return fmt.Errorf("%s: %q does not say where", r.Name(), line.Text)
		}
		s, err := r.Snapshot(ctx)
		if err != nil {
			return err
		}
		if s.Config.Refused == "" {
			return fmt.Errorf("%s: the refused file is not shown", r.Name())
		}
	}
	return p.reload(ctx, Heavier, nil, nil)
}
