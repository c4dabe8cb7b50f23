package web

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pacu/control"
	"pacu/web/templates"
	"pacu/web/text"
)

// A planner asks pulse what drafts would change, once for each draft while an
// answer is fresh, so that a page need not wait for a large one. Its methods
// may be called at the same time.
type planner struct {
	pulse Pulse

	mu   sync.Mutex
	last *planned
}

// planned is one question to pulse and, once done is closed, its answer.
type planned struct {
	key  string // hash of the text
	done chan struct{}
	at   time.Time // of the answer
	plan *control.Plan
	err  error
}

const (
	planFor    = 5 * time.Second       // how long an answer is fresh
	planLimit  = 15 * time.Second      // for pulse to answer
	planGlance = 40 * time.Millisecond // what a page waits for a plan that is quick
)

// ask returns the answer about a draft, begun now unless there is a fresh one.
func (p *planner) ask(ctx context.Context, body []byte) *planned {
	key := hash(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last != nil && p.last.key == key {
		select {
		case <-p.last.done:
			if time.Since(p.last.at) < planFor {
				return p.last
			}
		default:
			return p.last
		}
	}
	a := &planned{key: key, done: make(chan struct{})}
	p.last = a
	go func() {
		defer close(a.done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), planLimit)
		defer cancel()
		a.plan, a.err = p.pulse.Plan(ctx, body)
		a.at = time.Now()
	}()
	return a
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
