package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/web/templates"
	"pacu/web/text"
)

// A planner asks pulse what drafts would change, once for each draft while an
// answer is fresh, so that a page need not wait for a large one. Several users'
// drafts do not push each other out, and pulse, which has better things to do,
// works on no more than plansAtOnce. Its methods may be called at the same time.
type planner struct {
	pulse Pulse
	turns chan struct{} // of plansAtOnce

	mu   sync.Mutex
	kept []*planned // the last asked for first
}

func newPlanner(p Pulse) *planner { return &planner{pulse: p, turns: make(chan struct{}, plansAtOnce)} }

// planned is one question to pulse and, once done is closed, its answer.
type planned struct {
	key  string // hash of the text
	done chan struct{}
	at   time.Time // of the answer
	plan *control.Plan
	err  error
}

const (
	plansAtOnce = 2
	planFor     = 5 * time.Second       // how long an answer is fresh
	planLimit   = 15 * time.Second      // for pulse to answer
	plansKept   = 16                    // at most; pages with one that went ask again
	planGlance  = 40 * time.Millisecond // what a page waits for a plan that is quick
)

// ask returns the answer about a draft, begun now unless there is a fresh one.
func (p *planner) ask(ctx context.Context, body []byte) *planned {
	key := hash(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.kept, func(a *planned) bool { return a.key == key && !a.stale() })
	if i >= 0 {
		return p.kept[i]
	}
	a := &planned{key: key, done: make(chan struct{})}
	p.kept = slices.DeleteFunc(p.kept, func(a *planned) bool { return a.stale() || a.key == key })
	p.kept = slices.Insert(p.kept, 0, a)
	p.kept = p.kept[:min(len(p.kept), plansKept)]
	go func() {
		defer close(a.done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), planLimit)
		defer cancel()
		select {
		case p.turns <- struct{}{}:
			a.plan, a.err = p.pulse.Plan(ctx, body)
			<-p.turns
		case <-ctx.Done():
			a.err = ctx.Err()
		}
		a.at = time.Now()
	}()
	return a
}

// stale reports whether the answer is there and too old.
func (a *planned) stale() bool {
	select {
	case <-a.done:
		return time.Since(a.at) >= planFor
	default:
		return false
	}
}

// view is the answer for a page that waits for it as long as wait.
func (a *planned) view(ctx context.Context, t *text.Words, wait time.Duration) templates.PlanView {
	v := templates.PlanView{Asked: true}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case <-a.done:
	case <-ctx.Done():
		return v
	}
	v.Ready, v.Plan = true, a.plan
	switch {
	case errors.Is(a.err, control.ErrNotRunning):
		v.NoOne = true
	case errors.Is(a.err, context.DeadlineExceeded):
		v.Failed = fmt.Sprintf(t.Review.PlanTimeout, planLimit)
	case a.err != nil:
		v.Failed = a.err.Error()
	}
	return v
}
