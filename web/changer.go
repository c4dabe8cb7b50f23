package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"pacu/control"
	"pacu/lvscf"
	"pacu/store"
	machine "pacu/web/change"
)

// A changer puts changes of lvs.cf into effect: it does what the machine of
// package change asks for. Nothing else in the console writes lvs.cf. Its
// methods may be called at the same time.
type changer struct {
	path  string // of lvs.cf
	pulse Pulse
	store *store.Store
	log   *slog.Logger
	now   func() time.Time
	save  func(path string, text []byte) error // lvscf.WriteFile

	// saving is held from looking at what lvs.cf is until it is written, and
	// while it is compared with the history.
	saving sync.Mutex

	resuming sync.Mutex
	resumed  bool           // the change that waited when the console began is known
	under    sync.WaitGroup // drives that go on without whoever began them

	mu    sync.Mutex // guards what follows
	m     machine.Machine
	job   job
	vigil vigil
}

// A job is what the machine's change is made of.
type job struct {
	text          []byte
	origin        store.Origin
	serial        int
	written       func(context.Context) // called once lvs.cf holds text
	before, after int64                 // revisions; 0 until they are there, or where there was no file
	fault         error                 // why lvs.cf could not be written
}

func newChanger(o Options) *changer {
	return &changer{path: o.ConfigPath, pulse: o.Pulse, store: o.Store, log: o.Log, now: time.Now, save: lvscf.WriteFile}
}

// noteLimit bounds one look at the database or at pulse on behalf of a change.
const noteLimit = 10 * time.Second

// state returns the change under way, or the last one, and its revisions.
func (c *changer) state() (m machine.Machine, before, after int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.m, c.job.before, c.job.after
}

// tell gives the machine an event, does what it asks for, and so on until
// nothing is left to do. It reports whether the event came at the right time.
func (c *changer) tell(ctx context.Context, e machine.Event) bool {
	do, ok := c.step(e, nil)
	c.drive(ctx, do)
	return ok
}

// drive does what is to be done until nothing is.
func (c *changer) drive(ctx context.Context, do machine.Action) {
	for do != machine.Nothing {
		do, _ = c.step(c.perform(ctx, do), nil)
	}
}

// step gives the machine an event. Where it comes at the right time, prepare,
// which may be nil, is called before anybody sees the new state.
func (c *changer) step(e machine.Event, prepare func()) (machine.Action, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.m
	next, do, ok := c.m.Step(c.now(), e)
	if ok && prepare != nil {
		prepare()
	}
	c.m = next
	if next.State != was.State {
		c.log.Info("change of lvs.cf", stateWords(next)...)
	}
	if next.Problem != "" && next.Problem != was.Problem {
		c.log.Error("change of lvs.cf", "state", stateName(next.State), "error", next.Problem)
	}
	return do, ok
}

// stateWords are what the log says of m: nothing is said of what is not known.
func stateWords(m machine.Machine) []any {
	words := []any{"state", stateName(m.State), "by", m.Change.Who}
	for _, w := range [][2]string{{"outcome", string(m.Outcome)}, {"cause", string(m.Cause)}, {"detail", m.Detail}} {
		if w[1] != "" {
			words = append(words, w[0], w[1])
		}
	}
	return words
}

func stateName(s machine.State) string {
	if s == machine.Idle {
		return "idle"
	}
	return string(s)
}

// perform does one thing and returns what came of it.
func (c *changer) perform(ctx context.Context, do machine.Action) machine.Event {
	switch do {
	case machine.Write:
		if err := c.write(ctx); err != nil {
			c.mu.Lock()
			c.job.fault = err
			c.mu.Unlock()
			return machine.Failed{Why: err.Error()}
		}
		return machine.Written{}
	case machine.Return:
		err := c.writeBack(ctx)
		switch {
		case errors.Is(err, errFileMoved):
			return machine.Overtaken{}
		case err != nil:
			return machine.Failed{Why: err.Error()}
		}
		return machine.Written{}
	case machine.Reload:
		said, err := c.pulse.Reload(ctx)
		switch {
		case errors.Is(err, control.ErrNotRunning):
			return machine.NoPulse{}
		case err != nil:
			return machine.Refusal{Why: err.Error()}
		}
		return machine.Reloaded{Said: said}
	default: // machine.Note
		ctx, cancel := context.WithTimeout(ctx, noteLimit)
		defer cancel()
		if err := c.store.EndPending(ctx); err != nil {
			return machine.Failed{Why: err.Error()}
		}
		return machine.Noted{}
	}
}

// errFileMoved means that lvs.cf is not what it was taken for.
var errFileMoved = errors.New("lvs.cf has been changed by somebody else")

// write notes the change, so that it is known after a crash, and writes it.
func (c *changer) write(ctx context.Context) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	c.mu.Lock()
	m, j := c.m, c.job
	c.mu.Unlock()
	now, err := readConfig(c.path)
	was := hash(now)
	if errors.Is(err, fs.ErrNotExist) {
		was, err = "", nil
	}
	if err != nil {
		return err
	}
	if was != m.Change.Before {
		return errFileMoved
	}
	if was != "" {
		rev, err := c.notice(ctx, now)
		if err != nil {
			return err
		}
		j.before = rev.ID
	}
	rev, err := c.store.AddRevision(ctx, store.Revision{Who: m.Change.Who, Note: m.Change.Note, Origin: j.origin, Serial: j.serial}, j.text)
	if err != nil {
		return err
	}
	j.after = rev.ID
	c.mu.Lock()
	c.job.before, c.job.after = j.before, j.after
	c.mu.Unlock()
	err = c.store.SetPending(ctx, store.Pending{
		Who: m.Change.Who, Note: m.Change.Note, Began: m.Change.Began, Deadline: m.Change.Deadline,
		Before: j.before, After: j.after, SHA256: m.Change.After,
	})
	if err == nil {
		err = c.put(j.text)
	}
	if err != nil {
		if was != "" {
			c.back(ctx, m, now, err.Error())
		}
		return err
	}
	if j.written != nil {
		j.written(ctx)
	}
	return nil
}

// writeBack makes lvs.cf what it was before the change. The error matches
// errFileMoved when somebody else has changed it since.
func (c *changer) writeBack(ctx context.Context) error {
	c.saving.Lock()
	defer c.saving.Unlock()
	c.mu.Lock()
	m, j := c.m, c.job
	c.mu.Unlock()
	now, err := readConfig(c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errFileMoved
	case err != nil:
		return err
	case hash(now) != m.Change.After:
		return errFileMoved
	}
	_, text, err := c.store.Revision(ctx, j.before)
	if err != nil {
		return err
	}
	if err := c.put(text); err != nil {
		return err
	}
	c.back(ctx, m, text, string(m.Cause))
	return nil
}

// resume goes on with a change that waited when the console ended, once.
func (c *changer) resume(ctx context.Context) error {
	c.resuming.Lock()
	defer c.resuming.Unlock()
	if c.resumed {
		return nil
	}
	p, ok, err := c.store.Pending(ctx)
	if err != nil {
		return err
	}
	c.resumed = true
	if !ok {
		return nil
	}
	ch := machine.Change{Who: p.Who, Note: p.Note, After: p.SHA256, Began: p.Began, Deadline: timeLeft(p, c.now())}
	if p.Before != 0 {
		r, _, err := c.store.Revision(ctx, p.Before)
		if err != nil {
			return fmt.Errorf("go on with the change of %s: %w", p.Who, err)
		}
		ch.Before = r.SHA256
	}
	file := machine.Another
	now, err := readConfig(c.path)
	switch {
	case err == nil && hash(now) == ch.After:
		file = machine.AsApplied
	case err == nil && hash(now) == ch.Before, errors.Is(err, fs.ErrNotExist) && ch.Before == "":
		file = machine.AsBefore
	}
	c.log.Info("a change of lvs.cf waited when the console ended", "by", p.Who, "began", p.Began, "deadline", p.Deadline)
	if file == machine.AsBefore && ch.Before != "" {
		c.back(ctx, machine.Machine{Change: ch}, now, string(machine.Crash))
	}
	c.begin(ctx, machine.Restart{Change: ch, File: file}, func() { c.job = job{before: p.Before, after: p.After} })
	return nil
}

// begin is tell that goes on, whatever becomes of whoever asked: it returns
// when all is done, or ctx is.
func (c *changer) begin(ctx context.Context, e machine.Event, prepare func()) bool {
	do, ok := c.step(e, prepare)
	done := make(chan struct{})
	c.under.Go(func() {
		defer close(done)
		c.drive(context.WithoutCancel(ctx), do)
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
	return ok
}
