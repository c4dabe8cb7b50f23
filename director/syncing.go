package director

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"pacu/ipvs"
)

// linger is how long the daemon of the last role goes on beside that of the
// new one: the kernel tells of a connection up to 3 s late, and what is untold
// when its daemon stops is never told (next_sync_buff and sync_thread_master,
// in ip_vs_sync.c). So the new active router hears the last of the old one.
const linger = 4 * time.Second

// syncing lets the sync daemons follow the role: the active router tells, the
// standby learns. It has a lock of its own, so that a change of role waits for
// nothing else.
type syncing struct {
	kernel Kernel
	active *atomic.Bool // the role

	linger time.Duration // linger, but in tests

	mu      sync.Mutex
	want    *Sync
	ours    *Sync           // whose daemons this director started, or one before it; nil: none
	role    ipvs.DaemonRole // as of the last follow; 0: there was none
	turned  time.Time       // when role became what it is; zero: it was from the first
	settled bool            // the daemons are as want and role ask for
	running []ipvs.Daemon   // as last read
	refusal refusal
}

func (s *syncing) configure(want *Sync) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.want == nil && want == nil || s.want != nil && want != nil && *s.want == *want {
		return
	}
	s.want, s.settled, s.refusal = want, false, refusal{}
}

// follow brings the daemons to where the role wants them, and tells what it
// changed.
func (s *syncing) follow(now time.Time) ([]Step, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if role := s.now(); role != s.role {
		if s.role != 0 {
			s.turned = now
		}
		s.role, s.settled = role, false
		s.refusal.accept() // a new role is worth a new try
	}
	if s.settled || !s.refusal.due(now) {
		return nil, nil
	}
	steps, err := s.switchDaemons(now)
	if err != nil {
		return steps, s.refusal.note(now, err)
	}
	s.refusal.accept()
	return steps, nil
}

// now is the role of the daemon that should run.
func (s *syncing) now() ipvs.DaemonRole {
	if s.active.Load() {
		return ipvs.Master
	}
	return ipvs.Backup
}

// switchDaemons starts and stops daemons.
func (s *syncing) switchDaemons(now time.Time) (steps []Step, err error) {
	if s.want == nil && s.ours == nil {
		s.settled = true
		return nil, nil
	}
	if s.running, err = s.kernel.Daemons(); err != nil {
		return nil, err
	}
	c := s.changes(s.want, now)
	defer func() {
		s.settled = err == nil && !c.lingers
		if len(steps) == 0 {
			return
		}
		running, rerr := s.kernel.Daemons()
		if s.running = running; err == nil {
			err = rerr
		}
	}()
	stop := func(list []ipvs.Daemon) error {
		for _, r := range list {
			if err := s.kernel.StopDaemon(r.Role); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
			steps = append(steps, stopped(r))
		}
		return nil
	}
	if err := stop(c.first); err != nil {
		return steps, err
	}
	if c.start != nil {
		if err := s.kernel.StartDaemon(*c.start); err != nil && !errors.Is(err, os.ErrExist) {
			return steps, err
		}
		steps = append(steps, started(*c.start, s.want))
	}
	s.ours = s.want
	err = stop(c.last)
	return steps, err
}

// plan is what a cluster with this Sync would change.
func (s *syncing) plan(want *Sync, now time.Time) (steps []Step, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if want == nil && s.ours == nil {
		return nil, nil
	}
	if s.running, err = s.kernel.Daemons(); err != nil {
		return nil, err
	}
	c := s.changes(want, now)
	for _, r := range c.first {
		steps = append(steps, stopped(r))
	}
	if c.start != nil {
		steps = append(steps, started(*c.start, want))
	}
	for _, r := range c.last {
		steps = append(steps, stopped(r))
	}
	return steps, nil
}

// look tells whether others changed the daemons; the next follow puts it
// right.
func (s *syncing) look(now time.Time) (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.settled || s.want == nil {
		return false, nil
	}
	if s.running, err = s.kernel.Daemons(); err != nil {
		return false, err
	}
	c := s.changes(s.want, now)
	if c.start == nil && len(c.first)+len(c.last) == 0 {
		return false, nil
	}
	s.settled = false
	s.refusal.repair(now, "", "the sync daemons")
	return true, nil
}

func (s *syncing) degraded(now time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal.err == nil {
		return nil
	}
	return []string{s.refusal.words(now)}
}

// resume takes what an earlier director started for ours.
func (s *syncing) resume(ours *Sync) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ours = ours
}

func (s *syncing) state() *Sync {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ours
}
