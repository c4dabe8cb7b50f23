package scenario

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
	"pacu/heartbeat"
)

// TestKernelClock sets the machine's clock hours ahead, then further back,
// while a pair serves and drains a server with a time limit: nothing happens but
// what time that has really passed brings about.
func TestKernelClock(t *testing.T) {
	if !emulated() {
		t.Skip("the clock is set only in the lab's own machine")
	}
	s := newLAN(t, v4, 2, 2)
	lvs := s.privately().and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1", "web-2")
	one := s.routers[0]
	v := s.vigil(50 * time.Millisecond)
	d := s.downloadFrom("web-2")
	const limit = 20 * time.Second
	drained := time.Now()
	one.run("pulse", "drain", "--timeout", limit.String(), "web-2")
	jumped := time.Now()
	set := clock(t)
	for _, jump := range []time.Duration{5 * time.Hour, -9 * time.Hour} {
		t.Logf("the clock jumps by %v", jump)
		set(jump)
		s.unmoved()
		s.heartbeats(12) // two deadtimes
		s.unmoved()
		v.calm("the clock jumped by " + jump.String())
	}
	if took := d.breaks().Sub(drained); took < limit {
		t.Errorf("the drain's limit of %v came after %v", limit, took)
	}
	s.serving(0)
	s.unmoved()
	if long := v.stalls.longest(jumped, time.Now()); long > 3*time.Second {
		t.Logf("what the routers said is not judged: the machine stood still for %v", long)
		return
	}
	for _, r := range s.routers {
		r.quiet(jumped)
	}
}

// emulated tells whether this is the lab's own machine, whose clock is nobody
// else's.
func emulated() bool {
	names, _ := filepath.Glob("/sys/class/virtio-ports/*/name") // the pattern is good
	return slices.ContainsFunc(names, func(name string) bool {
		b, err := os.ReadFile(name)
		return err == nil && strings.TrimSpace(string(b)) == "lab.control"
	})
}

// clock returns what moves the machine's clock. When the test ends, it is right
// again.
func clock(t *testing.T) (set func(by time.Duration)) {
	t.Helper()
	began := time.Now()
	to := func(at time.Time) {
		t.Helper()
		ts := unix.NsecToTimespec(at.UnixNano())
		if err := unix.ClockSettime(unix.CLOCK_REALTIME, &ts); err != nil {
			t.Fatal(err)
		}
	}
	// What Add gives began goes by the monotonic clock, which is never set.
	t.Cleanup(func() { to(began.Add(time.Since(began))) })
	return func(by time.Duration) { to(time.Now().Add(by)) }
}

// ages are the times since something, in what pulse status prints.
var ages = regexp.MustCompile(`(\S+) ago`)

// unmoved fails the test where pulse sees more time than a test takes, or one
// of the future.
func (s *site) unmoved() {
	s.t.Helper()
	const longest = time.Hour
	for _, r := range s.routers {
		r.status(func(snap *control.Snapshot) error {
			near := func(what string, at time.Time) {
				if age := snap.Taken.Sub(at); !at.IsZero() && (age < -longest || age > longest) {
					s.t.Errorf("%s: %s was %v ago", r.Name(), what, age)
				}
			}
			near("the start", snap.Started)
			near("the role", snap.Router.Since)
			near("the partner's role", snap.Partner.Since)
			for _, p := range snap.Partner.Paths {
				near("a heartbeat", p.LastHeard)
			}
			for _, rs := range snap.Services[0].Servers {
				near("a probe", rs.Probed)
				near("a change of a server", rs.Since)
				if rs.Drain != nil {
					near("a drain", rs.Drain.Since)
					near("a drain's end", rs.Drain.Until)
				}
			}
			return nil
		})
		out := r.run("pulse", "status")
		for _, m := range ages.FindAllStringSubmatch(out, -1) {
			if age, err := time.ParseDuration(m[1]); err != nil || age < 0 || age > longest {
				s.t.Errorf("%s: pulse status has %q:\n%s", r.Name(), m[0], out)
			}
		}
	}
}

// quiet fails the test where a router's log since then has a change of role, a
// server that is down, or far too many lines.
func (r *router) quiet(since time.Time) {
	r.site.t.Helper()
	const most = 30
	n := 0
	for _, l := range r.pulse.Lines() {
		if l.At.Before(since) {
			continue
		}
		n++
		for _, bad := range []string{"event=role", "is down", "silent", heartbeat.ErrStale.Error()} {
			if strings.Contains(l.Text, bad) {
				r.site.t.Errorf("%s said after the clock was set: %s", r.Name(), l.Text)
			}
		}
	}
	if n > most {
		r.site.t.Errorf("%s said %d lines after the clock was set", r.Name(), n)
	}
}
