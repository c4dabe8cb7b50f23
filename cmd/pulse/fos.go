package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pacu/control"
	"pacu/lvscf"
)

const (
	// fosSettles is how long after a change of role probes may still have met
	// the service of the router that served before.
	fosSettles = 2 * time.Second
	// fosBroken is how long a service that failed here is left to a partner
	// that has not got it to answer either: else it would go to and fro.
	fosBroken = 5 * time.Minute
)

// failovers are the services of service = fos: the active router runs them,
// and the nannies of both watch them at their floating addresses. When one that
// the partner runs does not answer any more, this router should take over.
//
// A partner has the time that its command may take, and two probes, to bring a
// service up; until then silence is no failure.
type failovers struct {
	execute       func(context.Context, command) outcome
	facts         func() change // of this router; called without a lock held
	log           func(level control.Level, kind, object, message string, attrs ...any)
	partnerFailed func(why string) // at each probe that fails, on the standby

	work sync.Mutex // one start, stop or configure at a time

	mu      sync.Mutex
	limit   time.Duration // of a command
	serving bool
	since   time.Time // of serving, or of not serving, with all commands done
	all     []*failover
}

func newFailovers(cfg *lvscf.Config, execute func(context.Context, command) outcome, facts func() change,
	log func(level control.Level, kind, object, message string, attrs ...any), partnerFailed func(why string)) *failovers {
	s := &failovers{execute: execute, facts: facts, log: log, partnerFailed: partnerFailed, limit: cfg.CommandTimeout, since: time.Now()}
	for _, spec := range activeFailovers(cfg) {
		s.all = append(s.all, newFailover(spec))
	}
	return s
}

func activeFailovers(cfg *lvscf.Config) []lvscf.Virtual {
	if cfg.Service != "fos" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(cfg.Failovers), func(v lvscf.Virtual) bool { return !v.Active || !v.VIP.Addr.IsValid() })
}

func (s *failovers) String() string { return "failover services" }

// start starts the services in lvs.cf's order, once their addresses are up. It
// ends at the first that cannot be started, and names it; stop is due then.
func (s *failovers) start(ctx context.Context) error {
	s.work.Lock()
	defer s.work.Unlock()
	for _, f := range s.turned(true) {
		if err := s.startOne(ctx, f); err != nil {
			return err
		}
	}
	s.settle()
	return nil
}

// stop stops the services in reverse, once their addresses are down. One that
// cannot be stopped does not keep the others running; the error names each.
// At pulse's start, what an earlier one may have left running is stopped.
func (s *failovers) stop(ctx context.Context) error {
	s.work.Lock()
	defer s.work.Unlock()
	var errs []error
	for _, f := range slices.Backward(s.turned(false)) {
		errs = append(errs, s.stopOne(ctx, f))
	}
	s.settle()
	return errors.Join(errs...)
}

// settle has probes count from now on.
func (s *failovers) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = time.Now()
}

// adopt takes the services to be running: an earlier pulse served here until
// just now.
func (s *failovers) adopt() {
	s.work.Lock()
	defer s.work.Unlock()
	for _, f := range s.turned(true) {
		s.turnOne(f, failoverRunning, "")
	}
}

// turned notes the role, and returns the services. What the probes said before
// is about the router that served before.
func (s *failovers) turned(serving bool) []*failover {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.all {
		if s.serving {
			f.broken = f.state == failoverFailed || f.health == control.Down
		}
		if s.serving != serving {
			f.health, f.probed, f.answered = control.Untried, "", false
		}
	}
	s.serving, s.since = serving, time.Now()
	return slices.Clone(s.all)
}

func (s *failovers) startOne(ctx context.Context, f *failover) error {
	return s.perform(ctx, f, "start_cmd", f.spec.StartCmd, failoverStarting, failoverRunning)
}

func (s *failovers) stopOne(ctx context.Context, f *failover) error {
	return s.perform(ctx, f, "stop_cmd", f.spec.StopCmd, failoverStopping, failoverStopped)
}

// perform runs one command of a service, unless it has done its work already.
func (s *failovers) perform(ctx context.Context, f *failover, name string, words []string, doing, done string) error {
	s.mu.Lock()
	if f.state == done {
		s.mu.Unlock()
		return nil
	}
	was := f.state
	f.turn(doing, "")
	limit := s.limit
	s.mu.Unlock()
	if words == nil {
		s.turnOne(f, done, "")
		return nil
	}
	c := change{Event: "failover", Object: f.spec.Name, State: doing}.on(s.facts())
	o := s.execute(ctx, command{words: words, env: c.env(), limit: limit})
	if !o.ok() && was == "" && done == failoverStopped {
		s.turnOne(f, done, "")
		s.log(control.Info, "failover", f.spec.Name, fmt.Sprintf("failover %s was hardly running: %s %s: %s", f.spec.Name, name, words[0], o.why), output(o)...)
		return nil
	}
	if !o.ok() {
		why := fmt.Sprintf("%s %s: %s", name, words[0], o.why)
		state := failoverFailed
		if ctx.Err() != nil {
			state = "" // that is no fault of the service
		}
		s.turnOne(f, state, why)
		return fmt.Errorf("failover %s: %s", f.spec.Name, why)
	}
	s.turnOne(f, done, "")
	s.log(control.Info, "failover", f.spec.Name, fmt.Sprintf("failover %s is %s: %s took %v", f.spec.Name, done, name, o.took.Round(time.Millisecond)), output(o)...)
	return nil
}

func (s *failovers) turnOne(f *failover, state, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.turn(state, why)
}

// configure takes the services of cfg. While this router serves, those that
// left or changed are stopped, and those that came or changed are started; the
// error names those that could not be.
func (s *failovers) configure(ctx context.Context, cfg *lvscf.Config) error {
	s.work.Lock()
	defer s.work.Unlock()
	s.mu.Lock()
	serving, was := s.serving, s.all
	s.limit = cfg.CommandTimeout
	var now, begin, end []*failover
	for _, spec := range activeFailovers(cfg) {
		i := slices.IndexFunc(was, func(f *failover) bool { return f.spec.Name == spec.Name })
		if i >= 0 && sameFailover(&was[i].spec, &spec) {
			was[i].spec = spec
			now = append(now, was[i])
			continue
		}
		f := newFailover(spec)
		f.broken = true // it may be wrong here as well
		now, begin = append(now, f), append(begin, f)
	}
	for _, f := range was {
		if !slices.Contains(now, f) {
			end = append(end, f)
		}
	}
	s.all = now
	s.mu.Unlock()
	if !serving {
		return nil
	}
	var errs []error
	for _, f := range slices.Backward(end) {
		errs = append(errs, s.stopOne(ctx, f))
	}
	for _, f := range begin {
		errs = append(errs, s.startOne(ctx, f))
	}
	return errors.Join(errs...)
}

// state are the services as they are, in lvs.cf's order.
func (s *failovers) state() []control.Failover {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []control.Failover
	for _, f := range s.all {
		list = append(list, f.view(s.serving))
	}
	return list
}

// answering are how many of the services answer, and how many there are.
func (s *failovers) answering() (up, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.all {
		if f.health == control.Up {
			up++
		}
	}
	return up, len(s.all)
}
