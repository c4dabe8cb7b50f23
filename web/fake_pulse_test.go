package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pacu/control"
)

// fakePulse answers with a snapshot and an error that tests set.
type fakePulse struct {
	mu      sync.Mutex
	snap    *control.Snapshot
	err     error
	asked   int
	reloads int
	reload  error
	hung    chan struct{} // closed when it hangs no longer; nil when it does not

	findings  []control.Finding // of a pre-flight check
	over      chan error        // what a switchover comes to, one each; SwitchOver waits for it
	overs     []string          // what SwitchOver and Hold were asked, but for checks
	explained int               // how often Explain was asked
	older     []control.Event   // that Follow tells besides those of the snapshot
	followed  int               // how often Follow was asked
	plan      *control.Plan     // what Plan answers; nil: nothing changes
	planned   []byte            // the text Plan was asked about last
	did       []string          // what was done to real servers
	refuse    error             // what is answered to that, if anything
	probed    []control.Probed  // what Probe answers
	setup     *control.Setup    // what Setup answers; nil: nothing
	looked    []control.SetupQuery
}

func (f *fakePulse) Snapshot(ctx context.Context) (*control.Snapshot, error) {
	f.mu.Lock()
	hung := f.hung
	f.mu.Unlock()
	if hung != nil {
		select {
		case <-hung:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.err != nil {
		return nil, f.err
	}
	return f.snap, nil
}

func (f *fakePulse) Reload(context.Context) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reloads++
	return "nothing else changed", f.reload
}

func (f *fakePulse) SwitchOver(ctx context.Context, check, force bool) (*control.Preflight, error) {
	f.mu.Lock()
	flight := &control.Preflight{Findings: f.findings}
	if f.err != nil || check {
		defer f.mu.Unlock()
		return flight, f.err
	}
	f.overs = append(f.overs, fmt.Sprintf("switchover force %t", force))
	f.mu.Unlock()
	if !force && slices.ContainsFunc(flight.Findings, func(f control.Finding) bool { return f.Stops }) {
		return flight, nil
	}
	select {
	case err := <-f.over:
		flight.Done = "the partner serves"
		return flight, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (f *fakePulse) Hold(_ context.Context, on bool) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.overs = append(f.overs, fmt.Sprintf("hold %t", on))
	if f.err != nil {
		return "", f.err
	}
	s := *f.snap
	s.Router.Held = on
	f.snap = &s
	return fmt.Sprintf("hold is %t", on), nil
}

func (f *fakePulse) Explain(context.Context) (*control.Explanation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.explained++
	if f.err != nil {
		return nil, f.err
	}
	return &control.Explanation{
		Role:    fmt.Sprintf("lvs-01 is %s.", f.snap.Router.State),
		Because: []string{"No heartbeat came for 6s after the start."},
		Change:  []string{"A switchover.", "A fault of this router while the partner is fit."},
	}, nil
}

// Follow tells older events, then those of the snapshot.
func (f *fakePulse) Follow(ctx context.Context, after uint64, tell func(control.Event) error) error {
	f.mu.Lock()
	f.followed++
	events := append(slices.Clone(f.older), f.snap.Events...)
	f.mu.Unlock()
	for _, e := range events {
		if e.Seq <= after {
			continue
		}
		if err := tell(e); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func (f *fakePulse) Plan(_ context.Context, text []byte) (*control.Plan, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.planned = text
	if f.plan == nil {
		return &control.Plan{}, f.err
	}
	return f.plan, f.err
}

func (f *fakePulse) Drain(_ context.Context, server string, timeout time.Duration) (string, error) {
	return f.do("drain %s %s", server, timeout)
}

func (f *fakePulse) Undrain(_ context.Context, server string) (string, error) {
	return f.do("undrain %s", server)
}

func (f *fakePulse) Force(_ context.Context, server string, to control.Way) (string, error) {
	return f.do("force %s %s", server, to)
}

func (f *fakePulse) Probe(_ context.Context, server string) ([]control.Probed, error) {
	_, err := f.do("probe %s", server)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.probed, err
}

func (f *fakePulse) Setup(_ context.Context, q control.SetupQuery) (*control.Setup, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked = append(f.looked, q)
	if f.setup == nil {
		return &control.Setup{}, f.err
	}
	return f.setup, f.err
}

func (f *fakePulse) do(format string, args ...any) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, fmt.Sprintf(format, args...))
	if f.refuse != nil {
		return "", f.refuse
	}
	return "done", f.err
}

// change replaces the snapshot by one that edit has worked on.
func (f *fakePulse) change(at time.Time, edit func(*control.Snapshot)) {
	s := snapshot(at)
	edit(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.snap = s
}

// stall makes the next Snapshots hang, or lets them go.
func (f *fakePulse) stall(yes bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if yes {
		f.hung = make(chan struct{})
		return
	}
	close(f.hung)
	f.hung = nil
}

func (f *fakePulse) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}
