package scenario

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"pacu/control"
	"pacu/heartbeat"
	"pacu/lab"
)

// TestKernelInit has systemd keep pulse on one router and an init script on the
// other, each with what our packages bring. Pulse dies on each in every way:
// its addresses are gone before the other router has them. Stopped in order, or
// by a reboot, it hands over; restarted, it keeps everything.
func TestKernelInit(t *testing.T) {
	if _, err := os.Stat(systemdPath); err != nil {
		t.Skip(err)
	}
	cgroup := lab.NewCgroup(t, "memory", "pids")
	s := newLAN(t, v4, 2, 1)
	lvs := s.direct("syncdaemon = 1", "syncd_iface = eth0").and(s.virtual("web")).
		and(virtual{kind: "track_script", name: "ready", lines: []string{`command = "/bin/sleep 1"`, "interval = 1", "timeout = 20"}})
	s.setUp(lvs)
	key := heartbeat.NewKey()
	one, two := s.routers[0], s.routers[1]
	for _, r := range s.routers {
		r.keys(key)
		r.write(lvs)
	}
	d, script := one.bySystemd(cgroup), two.bySysV(cgroup)
	inits := []initSystem{d, script}
	if code, out := script.exits("status"); code != 3 {
		t.Errorf("status of a pulse that does not run exits with %d: %s", code, out)
	}
	d.restarts(false)
	for _, i := range inits {
		i.do("start")
	}
	s.serving(0)
	s.probed()
	if code, out := script.exits("status"); code != 0 {
		t.Errorf("status of a pulse that runs exits with %d: %s", code, out)
	}
	v := s.vigil(100 * time.Millisecond)
	active := 0

	for _, death := range []struct {
		name string
		dies func(r *router)
	}{
		{"killed", func(r *router) { r.hits(syscall.SIGKILL) }},
		{"hangs", func(r *router) { r.hits(syscall.SIGSTOP) }},
		{"out of memory", func(r *router) { r.starves() }},
	} {
		for range s.routers {
			r, what := s.routers[active], s.routers[active].Name()+": "+death.name
			t.Log(what)
			if death.name == "killed" {
				r.prefers()
			}
			v.next()
			was := r.daemon()
			death.dies(r)
			v.alone(r.other().Name())
			v.moved(what)
			if death.name == "hangs" {
				r.hits(syscall.SIGCONT)
			} else {
				if code, out := script.exits("status"); active == 1 && code != 1 {
					t.Errorf("status of a pulse that died exits with %d: %s", code, out)
				}
				inits[active].do("start")
				r.alive(was)
			}
			active = 1 - active
			s.serving(active)
			s.probed()
			v.calm("back after: " + what)
		}
	}

	t.Log("systemd starts a pulse again that panicked")
	// An emulated machine starts a program slowly.
	s.reload(lvs.with("deadtime = 30"))
	d.restarts(true)
	s.serving(active)
	v.next()
	was := one.daemon()
	one.hits(syscall.SIGABRT)
	one.alive(was)
	active = s.whoever()
	v.moved("systemd started a pulse again that panicked")
	s.probed()

	for range s.routers {
		r, init := s.routers[active], inits[active]
		t.Logf("%s: restart", r.Name())
		v.next()
		was, table := r.daemon(), r.run("ipvsadm", "-Sn")
		down := s.download(s.url())
		init.do("restart")
		r.alive(was)
		s.serving(active)
		s.probed()
		down.flows()
		if now := r.run("ipvsadm", "-Sn"); now != table {
			t.Errorf("the table after a restart:\n%swas:\n%s", now, table)
		}
		down.ends()
		v.calm(r.Name() + ": restart")

		t.Logf("%s: stop", r.Name())
		init.do("stop")
		v.alone(r.other().Name())
		v.gapless(r.Name() + ": stop")
		r.deserted()
		if code, out := script.exits("status"); active == 1 && code != 3 {
			t.Errorf("status of a pulse that was stopped exits with %d: %s", code, out)
		}
		init.do("start")
		active = 1 - active
		s.serving(active)
		s.probed()
	}

	t.Log("a router reboots")
	if active == 1 {
		script.do("stop")
		v.alone(one.Name())
		script.do("start")
		s.serving(0)
		v.next()
	}
	d.reboots()
	v.alone(two.Name())
	v.gapless("reboot")
}

// gapless fails the test if, since the last look, the VIP was on no router or a
// request was lost.
func (v *vigil) gapless(what string) {
	v.site.t.Helper()
	if none, _ := v.holder.Longest(v.began); none > 0 {
		v.fails("%s: the VIP was on no router for %v: %v", what, none, v.holder.Spans(v.began))
	}
	v.lossless(what)
}

// probed waits until the probes of both routers have brought all servers up.
func (s *site) probed() {
	s.t.Helper()
	for _, r := range s.routers {
		r.status(func(snap *control.Snapshot) error {
			for _, svc := range snap.Services {
				for _, rs := range svc.Servers {
					if !rs.InKernel || rs.Health != control.Up {
						return fmt.Errorf("%s is %s", rs.Name, rs.Health)
					}
				}
			}
			return nil
		})
	}
}

// whoever waits until either router serves and both agree, and returns which.
func (s *site) whoever() (active int) {
	s.t.Helper()
	s.until(func(ctx context.Context) error {
		states := make([]control.State, 2)
		for i, r := range s.routers {
			snap, err := r.snapshot(ctx)
			if err != nil {
				return err
			}
			states[i] = snap.Router.State
			if snap.Partner == nil || snap.Router.State == snap.Partner.State {
				return fmt.Errorf("%s is %s, its partner %+v", r.Name(), snap.Router.State, snap.Partner)
			}
		}
		if active = slices.Index(states, control.Active); active < 0 {
			return fmt.Errorf("they are %v", states)
		}
		return nil
	})
	s.serving(active)
	return active
}

// prefers fails the test if the kernel does not prefer pulse and its guard to
// nannies and commands.
func (r *router) prefers() {
	r.site.t.Helper()
	r.stands("pulse", standing{"-900", "-15"})
	r.stands("pulse-guard", standing{"-1000", "-15"})
	r.stands("nanny", standing{"0", "0"})
	r.stands("sleep", standing{"0", "0"})
}

// starves has the kernel kill pulse for want of memory: nannies alone are not
// enough. Then the others of its control group get as much as they like.
func (r *router) starves() {
	t := r.site.t
	t.Helper()
	cgroup := cgroupOf(t, r.daemon())
	// The group's own does not outlive it.
	events := filepath.Join(filepath.Dir(cgroup), "memory.events")
	before := counted(t, events, "oom_kill")
	anon := func(pid int) int { return counted(t, fmt.Sprintf("/proc/%d/status", pid), "RssAnon:") << 10 }
	limit := counted(t, filepath.Join(cgroup, "memory.current"), "") - anon(r.daemon())/2
	for _, pid := range r.processes("nanny") {
		limit -= anon(pid)
	}
	memory(t, cgroup, fmt.Sprint(limit))
	r.site.until(func(context.Context) error {
		if r.daemon() != 0 {
			return fmt.Errorf("%s: pulse lives in %d bytes", r.Name(), limit)
		}
		return nil
	})
	if counted(t, events, "oom_kill") == before {
		t.Errorf("%s: nothing was killed for want of memory", r.Name())
	}
	if len(r.processes("pulse-guard")) == 0 && r.has(r.site.family.host(public, vip), "eth0:1") == nil {
		t.Errorf("%s: the guard did not outlive pulse in %d bytes", r.Name(), limit)
	}
	memory(t, cgroup, "max")
}
