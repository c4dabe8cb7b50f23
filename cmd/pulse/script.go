package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/lvscf"
)

// scripts run the track_scripts of lvs.cf, each at its own interval, and hold
// what they say of this router's fitness.
//
// A script's verdict changes after Fall failures, or Rise successes, in a row.
// Until then it is as it was, and at the start it is OK: a router that boots
// is not held back by a script that has not run. One whose command was changed
// keeps its verdict too, so that a reload does not make an unfit router fit.
type scripts struct {
	execute func(context.Context, command) outcome
	facts   func() change                          // of this router, for the environment
	changed func(name string, ok bool, why string) // a verdict; called without a lock held

	fresh chan struct{} // holds one token when all changed

	mu  sync.Mutex
	all []*script // as lvs.cf has them, active ones only
}

// A script is one track_script at work.
type script struct {
	spec lvscf.TrackScript
	// state.OK is the verdict, state.Why the words of the last run.
	state control.Script
	row   int    // runs in a row that contradict the verdict
	bad   string // the words of the last run that failed
	stop  context.CancelFunc
}

func newScripts(list []lvscf.TrackScript, execute func(context.Context, command) outcome, facts func() change, changed func(name string, ok bool, why string)) *scripts {
	s := &scripts{execute: execute, facts: facts, changed: changed, fresh: make(chan struct{}, 1)}
	s.configure(list)
	return s
}

func (s *scripts) String() string { return "track scripts" }

// configure makes list the scripts that run. What those that are gone said
// counts no more: ask failing again.
func (s *scripts) configure(list []lvscf.TrackScript) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.all
	s.all = nil
	for _, spec := range list {
		if !spec.Active {
			continue
		}
		spec.Pos = lvscf.Pos{} // where it stands in the file does not matter
		t := &script{spec: spec, state: control.Script{Name: spec.Name, OK: true, Why: "not run yet", Since: time.Now()}}
		if i := slices.IndexFunc(was, func(o *script) bool { return o.spec.Name == spec.Name }); i >= 0 {
			if sameScript(was[i].spec, spec) {
				t = was[i]
			} else {
				t.state, t.bad = was[i].state, was[i].bad
			}
		}
		s.all = append(s.all, t)
	}
	for _, t := range was {
		if t.stop != nil && !slices.Contains(s.all, t) {
			t.stop()
		}
	}
	wake(s.fresh)
}

func sameScript(a, b lvscf.TrackScript) bool {
	return a.Interval == b.Interval && a.Timeout == b.Timeout && a.Rise == b.Rise && a.Fall == b.Fall && slices.Equal(a.Command, b.Command)
}

// run runs the scripts until ctx ends.
func (s *scripts) run(ctx context.Context) error {
	var going sync.WaitGroup
	defer going.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.fresh:
		}
		s.mu.Lock()
		for _, t := range s.all {
			if t.stop != nil {
				continue
			}
			var work context.Context
			work, t.stop = context.WithCancel(ctx)
			going.Go(func() { s.follow(work, t) })
		}
		s.mu.Unlock()
	}
}

// follow runs one script at its interval, from start to start; one that takes
// longer runs again at once.
func (s *scripts) follow(ctx context.Context, t *script) {
	defer t.stop()
	for {
		next := time.NewTimer(t.spec.Interval)
		o := s.execute(ctx, command{words: t.spec.Command, env: s.env(t), limit: t.spec.Timeout})
		if ctx.Err() != nil {
			next.Stop()
			return // what it says of being ended is no verdict
		}
		if turned, ok, why := s.heed(t, o); turned {
			s.changed(t.spec.Name, ok, why)
		}
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-next.C:
		}
	}
}

func (s *scripts) env(t *script) []string {
	s.mu.Lock()
	state := scriptState(t.state.OK)
	s.mu.Unlock()
	c := change{Event: "script", Object: t.spec.Name, State: state}
	return c.on(s.facts()).env()
}

// scriptState is a verdict as changes have it.
func scriptState(ok bool) string {
	if ok {
		return "ok"
	}
	return "failed"
}

// heed counts a run, and tells whether it turned the verdict.
func (s *scripts) heed(t *script, o outcome) (turned, ok bool, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &t.state
	st.Took = control.Duration(o.took)
	st.Why = "exit status 0"
	if !o.ok() {
		st.Why, t.bad = o.why, o.why
	}
	if o.ok() == st.OK {
		t.row = 0
		return false, st.OK, st.Why
	}
	t.row++
	enough := t.spec.Fall
	if o.ok() {
		enough = t.spec.Rise
	}
	if t.row < enough || !slices.Contains(s.all, t) {
		return false, st.OK, st.Why
	}
	st.OK, st.Since, t.row = o.ok(), time.Now(), 0
	return true, st.OK, st.Why
}

// state are the scripts as they are, in lvs.cf's order.
func (s *scripts) state() []control.Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []control.Script
	for _, t := range s.all {
		list = append(list, t.state)
	}
	return list
}

// failing are those that make this router unfit, in words; none: it is fit.
func (s *scripts) failing() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, t := range s.all {
		if !t.state.OK {
			list = append(list, fmt.Sprintf("track_script %s: %s", t.spec.Name, t.bad))
		}
	}
	return list
}
