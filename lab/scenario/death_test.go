package scenario

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelDeath ends the active router's pulse in ways that it cannot clean
// up after, its machine living on: its addresses go before the other router
// has them.
func TestKernelDeath(t *testing.T) {
	s := newLAN(t, v4, 2, 1)
	lvs := s.direct().and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1")
	v := s.vigil(20 * time.Millisecond)
	active := 0
	for _, death := range []struct {
		name string
		dies func(r *router)
		back func(r *router)
	}{
		{"killed", func(r *router) { r.kill(syscall.SIGKILL) }, func(r *router) { r.start() }},
		{"panics", func(r *router) { r.kill(syscall.SIGABRT) }, func(r *router) { r.runsInBackground() }},
		{"hangs", func(r *router) { r.signal(syscall.SIGSTOP) }, func(r *router) { r.signal(syscall.SIGCONT) }},
		{"killed in the background, with its process group", func(r *router) { r.killGroup() }, func(r *router) { r.start() }},
	} {
		t.Log(death.name)
		r := s.routers[active]
		v.next()
		death.dies(r)
		v.alone(r.other().Name())
		v.moved(death.name)
		death.back(r)
		active = 1 - active
		s.serving(active)
		s.healthy("web-1")
		v.calm("pulse is back after it was " + death.name)
	}
	for _, r := range s.routers {
		r.status(func(snap *control.Snapshot) error { return noTrouble(snap) })
	}
}

// signal has the foreground pulse get a signal that it lives through.
func (r *router) signal(sig syscall.Signal) {
	r.site.t.Helper()
	if err := r.pulse.Signal(sig); err != nil {
		r.site.t.Fatal(err)
	}
}

const pidFile = "/run/pulse/pulse.pid"

// runsInBackground starts pulse as an init script does.
func (r *router) runsInBackground() {
	r.site.t.Helper()
	r.run("pulse", "--pidfile", pidFile)
}

// killGroup kills the pulse in the background and all of its process group.
func (r *router) killGroup() {
	r.site.t.Helper()
	text, err := os.ReadFile(r.Path(pidFile))
	if err != nil {
		r.site.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		r.site.t.Fatal(err)
	}
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil {
		r.site.t.Fatal(err)
	}
}
