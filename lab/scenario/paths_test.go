package scenario

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"pacu/control"
)

// TestKernelPaths takes the ways of heartbeats away, one after the other and
// one direction at a time, and stalls both pulses on a busy machine: no router
// takes over while the other one lives.
func TestKernelPaths(t *testing.T) {
	s := newLAN(t, v4, 2, 1)
	third := s.Switch("other")
	for i, r := range s.routers {
		plug(r.Host, third, "eth2", other, 1+i)
	}
	lvs := s.privately().with("heartbeat_path = " + s.family.addr(other, 1) + " " + s.family.addr(other, 2)).and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1")
	one, two := s.routers[0], s.routers[1]
	v := s.vigil(50 * time.Millisecond)
	silent := func(path string) string { return "heartbeat path " + path }

	t.Log("each path is cut, the public one at the standby router")
	for iface, path := range map[string]string{"eth0": "public", "eth1": "private", "eth2": "3"} {
		if err := two.Mute(iface); err != nil {
			t.Fatal(err)
		}
		one.troubled(silent(path))
		two.troubled(silent(path))
		// It exits with 1: something is wrong. A pulse that stood still itself
		// listens for deadtime again before it calls a path silent.
		s.until(func(ctx context.Context) error {
			out, err := one.Output(ctx, "pulse", "status")
			if err == nil || !strings.Contains(out, silent(path)) {
				return fmt.Errorf("status, which ends with %v, does not show the silent path %s:\n%s", err, path, out)
			}
			return nil
		})
		if err := two.Unmute(iface); err != nil {
			t.Fatal(err)
		}
		one.untroubled(silent(path))
		two.untroubled(silent(path))
		v.calm("path " + path + " was cut")
	}

	t.Log("all paths but one are cut in one direction, then in the other")
	two.run("nft", "add table inet cut; add chain inet cut in { type filter hook input priority 0; }; add chain inet cut out { type filter hook output priority 0; }")
	for chain, deaf := range map[string]*router{"in iifname": two, "out oifname": one} {
		two.run("nft", "add rule inet cut "+chain+" { \"eth0\", \"eth1\" } udp dport 539 drop")
		deaf.troubled(silent("public"))
		deaf.troubled(silent("private"))
		v.calm("two paths are cut one way: " + chain)
		two.run("nft", "flush table inet cut")
		deaf.untroubled(silent("public"))
		deaf.untroubled(silent("private"))
	}
	v.calm("paths came back")

	t.Log("a third of all heartbeats is lost, on every path")
	for _, percent := range []float64{33, 0} {
		for _, iface := range []string{"eth0", "eth1", "eth2"} {
			if err := two.Loss(iface, percent); err != nil {
				t.Fatal(err)
			}
		}
		s.heartbeats(10)
	}
	v.calm("heartbeats were lost")

	t.Log("both processors are busy, and each pulse stands still for 300 ms now and then")
	for range 2 {
		if _, err := s.client.Start("sh", "-c", "while :; do :; done"); err != nil {
			t.Fatal(err)
		}
	}
	lvs = lvs.with("serial_no = 2", "keepalive = 250ms", "deadtime = 1")
	s.reload(lvs)
	v.next()
	stalls := rand.New(rand.NewPCG(5, 3))
	longest := time.Duration(0)
	for range 12 {
		r := s.routers[stalls.IntN(2)]
		longest = max(longest, r.stall(300*time.Millisecond))
		s.heartbeats(1 + stalls.IntN(3))
	}
	if longest > 600*time.Millisecond {
		t.Logf("not judged: a pulse stood still for %v", longest)
		return
	}
	// The client has to share the busy processors.
	v.still("pulses stood still for 300 ms with a deadtime of 1 s")
}

// TestKernelPathsChange changes the ways of heartbeats in lvs.cf while they go on:
// no router takes over, and all ways that there are then carry heartbeats both
// ways.
func TestKernelPathsChange(t *testing.T) {
	s := newLAN(t, v4, 2, 1)
	third := s.Switch("other")
	for i, r := range s.routers {
		plug(r.Host, third, "eth2", other, 1+i)
	}
	lvs := s.privately().and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1")
	s.routers[1].run("ip", "addr", "add", s.family.prefix(other, 3), "dev", "eth2")
	v := s.vigil(50 * time.Millisecond)
	way := func(backup int) string {
		return "heartbeat_path = " + s.family.addr(other, 1) + " " + s.family.addr(other, backup)
	}
	for i, step := range []struct {
		what  string
		lines []string
		paths int
	}{
		{"a path is added", []string{way(2)}, 3},
		{"the backup router's end of a path changes", []string{way(3)}, 3},
		{"it changes back", []string{way(2)}, 3},
		{"a path is taken out", nil, 2},
	} {
		t.Log(step.what)
		s.reload(lvs.with(append(step.lines, fmt.Sprintf("serial_no = %d", 2+i))...))
		for _, r := range s.routers {
			r.hearsAll(step.paths, 3)
		}
		v.calm(step.what)
	}
}

// hearsAll waits until the router has n paths of heartbeats, and hears more
// heartbeats on each.
func (r *router) hearsAll(n, more int) {
	r.site.t.Helper()
	before := make(map[string]uint64)
	r.status(func(snap *control.Snapshot) error {
		if len(snap.Partner.Paths) != n {
			return fmt.Errorf("%d paths of heartbeats, want %d", len(snap.Partner.Paths), n)
		}
		for _, p := range snap.Partner.Paths {
			from, seen := before[p.Name]
			if !seen {
				before[p.Name], from = p.Heard, p.Heard
			}
			if p.Silent || p.Heard < from+uint64(more) {
				return fmt.Errorf("path %s has heard %d heartbeats, want %d", p.Name, p.Heard-from, more)
			}
		}
		return nil
	})
}

// heartbeats waits until each router has heard n more heartbeats.
func (s *site) heartbeats(n int) {
	s.t.Helper()
	heard := func(ctx context.Context, r *router) (sum int, err error) {
		snap, err := r.snapshot(ctx)
		if err != nil {
			return 0, err
		}
		for _, p := range snap.Partner.Paths {
			sum += int(p.Heard)
		}
		return sum / len(snap.Partner.Paths), nil
	}
	for _, r := range s.routers {
		from := -1
		s.until(func(ctx context.Context) error {
			now, err := heard(ctx, r)
			if err != nil {
				return err
			}
			if from < 0 {
				from = now
			}
			if now < from+n {
				return fmt.Errorf("%s has heard %d heartbeats, want %d", r.Name(), now-from, n)
			}
			return nil
		})
	}
}

// stall has pulse stand still for d, and returns for how long it did at most: who
// wakes it shares a busy machine too.
func (r *router) stall(d time.Duration) time.Duration {
	r.site.t.Helper()
	began := time.Now()
	for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
		if err := r.pulse.Signal(sig); err != nil {
			r.site.t.Fatal(err)
		}
		if sig == syscall.SIGSTOP {
			<-time.After(d)
		}
	}
	return time.Since(began)
}
