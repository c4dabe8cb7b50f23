package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"pacu/control"
	"pacu/lvscf"
)

// changesQueued are the changes that wait for notify; when more come the
// oldest are dropped.
const changesQueued = 256

// A notifier runs the commands that lvs.cf wants run when something changes:
// active_cmd and inactive_cmd by the role, notify at every change. Nothing
// waits for them.
type notifier struct {
	execute func(context.Context, command) outcome
	log     func(level control.Level, kind, object, message string, attrs ...any)
	facts   func() change // of this router; called without a lock held

	hurry [2]chan struct{} // a token each: a turn is due, a change is due

	mu      sync.Mutex
	words   commandWords
	turn    *turn // not begun yet
	queue   []change
	dropped int
	busy    int           // commands that run
	idle    chan struct{} // closed when nothing is due or runs; nil when nobody asks
	grumble string        // what notify last failed with; empty: it went well
}

type commandWords struct {
	active, inactive, notify []string
	limit                    time.Duration
}

// A turn is the role that active_cmd or inactive_cmd is to be told.
type turn struct {
	active bool
	change change
}

func newNotifier(cfg *lvscf.Config, execute func(context.Context, command) outcome, facts func() change,
	log func(level control.Level, kind, object, message string, attrs ...any)) *notifier {
	n := &notifier{execute: execute, log: log, facts: facts}
	for i := range n.hurry {
		n.hurry[i] = make(chan struct{}, 1)
	}
	n.configure(cfg)
	return n
}

func (n *notifier) String() string { return "notifier" }

// configure takes the commands of cfg; one that runs goes on.
func (n *notifier) configure(cfg *lvscf.Config) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.words = commandWords{active: cfg.ActiveCmd, inactive: cfg.InactiveCmd, notify: cfg.Notify, limit: cfg.CommandTimeout}
	if n.words.notify == nil {
		n.queue, n.grumble = nil, ""
		n.settled()
	}
}

// turned has active_cmd or inactive_cmd run, by the role that this router has
// now. As in Piranha that is also due at pulse's start (inactive) and when the
// addresses are announced again (active). When the role changes several times
// while a command runs, only the last counts. It does not run notify.
func (n *notifier) turned(active bool, c change) {
	if c.Time.IsZero() {
		c.Time = time.Now()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.turn = &turn{active, c}
	wake(n.hurry[0])
}

// tell has notify run for c. The facts of this router are filled in.
func (n *notifier) tell(c change) {
	if c.Time.IsZero() {
		c.Time = time.Now()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.words.notify == nil {
		return
	}
	if len(n.queue) == changesQueued {
		n.queue = n.queue[1:]
		n.dropped++
	}
	n.queue = append(n.queue, c)
	wake(n.hurry[1])
}

// settle returns when no command runs or waits to, or when ctx ends.
func (n *notifier) settle(ctx context.Context) {
	n.mu.Lock()
	if n.idle == nil {
		n.idle = make(chan struct{})
	}
	idle := n.idle
	n.settled()
	n.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// settled tells those who wait for it when nothing is due. n.mu is held.
func (n *notifier) settled() {
	if n.idle != nil && n.busy == 0 && n.turn == nil && len(n.queue) == 0 {
		close(n.idle)
		n.idle = nil
	}
}

// run runs the commands until ctx ends; one that runs then is ended.
func (n *notifier) run(ctx context.Context) error {
	var going sync.WaitGroup
	for i, next := range []func(context.Context) bool{n.nextTurn, n.nextChange} {
		going.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-n.hurry[i]:
				}
				for ctx.Err() == nil && next(ctx) {
				}
			}
		})
	}
	going.Wait()
	return nil
}

// nextTurn runs the command of the last change of role, and is false when
// there is none.
func (n *notifier) nextTurn(ctx context.Context) bool {
	n.mu.Lock()
	t, limit := n.turn, n.words.limit
	n.turn = nil
	if t == nil {
		n.mu.Unlock()
		return false
	}
	name, words := "inactive_cmd", n.words.inactive
	if t.active {
		name, words = "active_cmd", n.words.active
	}
	if words == nil {
		n.settled()
		n.mu.Unlock()
		return true
	}
	n.busy++
	n.mu.Unlock()

	o := n.perform(ctx, words, limit, t.change)
	if o.ok() {
		n.log(control.Info, "command", name, fmt.Sprintf("%s is done after %v", name, o.took.Round(time.Millisecond)), output(o)...)
	} else {
		n.log(control.Error, "command", name, fmt.Sprintf("%s %s: %s", name, words[0], o.why), output(o)...)
	}
	n.done()
	return true
}

// nextChange runs notify for the oldest change, and is false when there is
// none.
func (n *notifier) nextChange(ctx context.Context) bool {
	n.mu.Lock()
	if len(n.queue) == 0 {
		n.mu.Unlock()
		return false
	}
	c, words, limit, dropped := n.queue[0], n.words.notify, n.words.limit, n.dropped
	n.queue, n.dropped = n.queue[1:], 0
	n.busy++
	n.mu.Unlock()

	if dropped > 0 {
		n.log(control.Warning, "command", "notify", fmt.Sprintf("notify %s is slower than changes come: it was not run for %d of them", words[0], dropped))
	}
	o := n.perform(ctx, words, limit, c)
	n.mu.Lock()
	was := n.grumble
	n.grumble = o.why
	n.mu.Unlock()
	switch {
	case o.why == was: // a new line says nothing new
	case !o.ok():
		n.log(control.Error, "command", "notify", fmt.Sprintf("notify %s, run for %s: %s", words[0], c.subject(), o.why), output(o)...)
	default:
		n.log(control.Info, "command", "notify", fmt.Sprintf("notify %s works again", words[0]))
	}
	n.done()
	return true
}

func (n *notifier) done() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy--
	n.settled()
}

func (n *notifier) perform(ctx context.Context, words []string, limit time.Duration, c change) outcome {
	c = c.on(n.facts())
	stdin, err := c.json()
	if err != nil {
		return outcome{why: err.Error()}
	}
	return n.execute(ctx, command{words: words, env: c.env(), stdin: stdin, limit: limit})
}

// output is what a command printed, for the log alone.
func output(o outcome) []any {
	if lines := o.lines(); len(lines) > 0 {
		return []any{"output", strings.Join(lines, " | ")}
	}
	return nil
}
