package director

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pacu/ipvs"
)

// A Sync is the connection synchronization between the routers.
type Sync struct {
	Interface string `json:"interface"`
	ID        uint32 `json:"id"`
	// Zero values are the kernel's own.
	MaxLen uint16     `json:"maxlen,omitempty"` // bytes of payload in a packet
	Port   uint16     `json:"port,omitempty"`   // UDP
	Group  netip.Addr `json:"group,omitzero"`   // multicast
	TTL    uint8      `json:"ttl,omitempty"`
}

// String is where connections are told: "on eth1, id 7, group ff02::81".
func (s Sync) String() string {
	words := fmt.Sprintf("on %s, id %d", s.Interface, s.ID)
	if s.MaxLen != 0 {
		words += fmt.Sprintf(", maxlen %d", s.MaxLen)
	}
	if s.Port != 0 {
		words += fmt.Sprintf(", port %d", s.Port)
	}
	if s.Group.IsValid() {
		words += ", group " + s.Group.String()
	}
	if s.TTL != 0 {
		words += fmt.Sprintf(", ttl %d", s.TTL)
	}
	return words
}

// linger is how long the daemon of the last role goes on beside that of the
// new one: the kernel tells of a connection up to 3 s late, and what is untold
// when its daemon stops is never told (next_sync_buff and sync_thread_master,
// in ip_vs_sync.c). So the new active router hears the last of the old one.
const linger = 4 * time.Second

func (s Sync) daemon(role ipvs.DaemonRole) ipvs.Daemon {
	return ipvs.Daemon{Role: role, Interface: s.Interface, SyncID: s.ID, MaxLen: s.MaxLen, Port: s.Port, Group: s.Group, TTL: s.TTL}
}

// has tells whether r is one of these daemons.
func (s Sync) has(r ipvs.Daemon) bool { return s.daemon(r.Role).Yields(r) }

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

// daemonChanges are daemons to stop before start is started, as the kernel has
// one of each role, and those of the other role.
type daemonChanges struct {
	first, last []ipvs.Daemon
	start       *ipvs.Daemon // nil: it runs already, or none is wanted
	lingers     bool         // one of the other role goes on for now
}

// changes are what turns the running daemons into those of want. Without a
// Sync, what runs is not ours unless we started it.
func (s *syncing) changes(want *Sync, now time.Time) (c daemonChanges) {
	if want == nil {
		for _, r := range s.running {
			if s.ours != nil && s.ours.has(r) {
				c.first = append(c.first, r)
			}
		}
		return c
	}
	start := want.daemon(s.now())
	c.start = &start
	for _, r := range s.running {
		right := want.has(r) && (s.ours == nil || *s.ours == *want)
		switch {
		case r.Role != start.Role && right && now.Before(s.turned.Add(s.linger)):
			c.lingers = true
		case r.Role != start.Role:
			c.last = append(c.last, r)
		case right:
			c.start = nil
		default:
			c.first = append(c.first, r)
		}
	}
	return c
}

func stopped(d ipvs.Daemon) Step {
	return Step{Action: '-', Kind: "sync", Object: d.Role.String() + " daemon", Detail: "on " + d.Interface}
}

func started(d ipvs.Daemon, as *Sync) Step {
	return Step{Action: '+', Kind: "sync", Object: d.Role.String() + " daemon", Detail: as.String()}
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
	s.refusal.repair(now, "the sync daemons")
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

// FollowRole makes the connection sync daemons those of the role that
// SetActive gave, and tells in words what it changed. Reconcile does so too,
// first of all; but one that runs may be long at work.
func (d *Director) FollowRole() (changed []string, err error) {
	steps, err := d.syncing.follow(time.Now())
	return lines(steps), err
}

// Sync is the connection sync daemons that run, as last read from the kernel,
// with what it chose where lvs.cf does not say. Nil where lvs.cf asks for
// none.
func (d *Director) Sync() []ipvs.Daemon {
	d.syncing.mu.Lock()
	defer d.syncing.mu.Unlock()
	if d.syncing.want == nil {
		return nil
	}
	return slices.Clone(d.syncing.running)
}

// Master is the sync daemon that tells of this router's connections, with what
// the kernel chose where lvs.cf does not say, if it runs or ran last. False
// where lvs.cf asks for none.
func (d *Director) Master() (ipvs.Daemon, bool) {
	d.syncing.mu.Lock()
	defer d.syncing.mu.Unlock()
	want := d.syncing.want
	if want == nil {
		return ipvs.Daemon{}, false
	}
	for _, r := range d.syncing.running {
		if r.Role == ipvs.Master && want.has(r) {
			return r, true
		}
	}
	return want.daemon(ipvs.Master), true
}
