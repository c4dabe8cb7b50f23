package scenario

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab"
)

// TestKernelReloadUnderLoad changes lvs.cf in every way, twice, under a hundred
// requests a second (fewer on a busy machine): none is lost.
func TestKernelReloadUnderLoad(t *testing.T) {
	s := newNAT(t, v4, 1, 3)
	web := s.virtual("web")
	two := web.on(s.entry(s.servers[0]), s.entry(s.servers[1]))
	lvs := s.nat()
	s.start(lvs.and(two))
	s.healthy("web-1", "web-2")
	v := s.vigil(s.pace(10 * time.Millisecond))

	heavy := func(v virtual, weight int) virtual {
		for i := range v.servers {
			v.servers[i] = v.servers[i].with(fmt.Sprintf("weight = %d", weight))
		}
		return v
	}
	more := s.virtual("more", "port = 81").on(s.entry(s.servers[2]).with("port = 80"))
	renamed := web
	renamed.name = "www"
	steps := []config{
		lvs.and(heavy(s.virtual("web").on(s.entry(s.servers[0]), s.entry(s.servers[1])), 5)), // weights
		lvs.and(web),                          // a server more
		lvs.and(web, more),                    // a virtual more
		lvs.and(web),                          // a virtual less
		lvs.and(renamed),                      // another name
		lvs.and(two),                          // a server less
		lvs.and(web.with("persistent = 1")),   // persistence
		lvs.and(web.with("scheduler = wlc")),  // scheduler
		lvs.and(more, two),                    // another order
		lvs.with("tcp_timeout = 60").and(two), // timeouts
		lvs.and(web.on(s.entry(s.servers[1]), s.entry(s.servers[2]))), // one for another
	}
	s.reloads(v.client, 2*len(steps), steps)
	v.stop()
	v.unharmed(v.client)
	// Nobody but pulse and its nannies touched the kernel.
	s.routers[0].status(func(snap *control.Snapshot) error {
		if snap.Drift.Repairs > 0 {
			t.Errorf("pulse took its own reloads for somebody else's: %+v", snap.Drift)
		}
		return nil
	})
}

// TestKernelSchedulerUnderLoad changes schedulers alone, for which the kernel
// leaves a service without one for a moment, found by its address and by a mark.
// A client may have to ask again, even twice.
func TestKernelSchedulerUnderLoad(t *testing.T) {
	s := newNAT(t, v4, 1, 2)
	web, marked := s.virtual("web"), s.virtual("marked", "ports = 81")
	for i := range marked.servers {
		marked.servers[i] = marked.servers[i].with("port = 80")
	}
	lvs := s.nat()
	s.start(lvs.and(web, marked))
	s.healthy("web-1", "web-2")
	every := s.pace(15 * time.Millisecond)
	asks := func(port uint16) *lab.Client {
		return &lab.Client{Host: s.client, URL: "http://" + s.family.at(public, vip, port) + "/", Every: 2 * every, Timeout: 10 * time.Second}
	}
	other := asks(81)
	stop := s.asks(other)
	v := s.watch(asks(80))
	var steps []config
	for _, scheduler := range []string{"scheduler = wlc", "scheduler = mh", "scheduler = rr"} {
		steps = append(steps, lvs.and(web.with(scheduler), marked.with(scheduler)))
	}
	s.reloads(v.client, 4*len(steps), steps)
	stop()
	v.stop()
	v.unharmed(other)
	v.unharmed(v.client)
}

// TestKernelServiceUnderLoad changes everything else of a service, which the
// kernel does in one go.
func TestKernelServiceUnderLoad(t *testing.T) {
	s := newNAT(t, v4, 1, 2)
	web := s.virtual("web", "scheduler = mh")
	lvs := s.nat()
	s.start(lvs.and(web))
	s.healthy("web-1", "web-2")
	v := s.vigil(s.pace(10 * time.Millisecond))
	s.reloads(v.client, 15, []config{
		lvs.and(web.with("scheduler_flags = fallback")),
		lvs.and(web.with("scheduler_flags = fallback port")),
		lvs.and(web.with("persistent = 1")),
		lvs.and(web.with("persistent = 2", "pmask = 255.255.255.0")),
		lvs.and(web),
	})
	v.stop()
	v.unharmed(v.client)
}

// reloads makes n changes, one step after the other and from the first again,
// and lets some requests through in between.
func (s *site) reloads(client *lab.Client, n int, steps []config) {
	s.t.Helper()
	for i := range n {
		s.reload(steps[i%len(steps)])
		seen := client.Tally(time.Time{}).OK
		s.until(func(context.Context) error {
			if now := client.Tally(time.Time{}).OK; now < seen+10 {
				return fmt.Errorf("after change %d: %d answers, before %d", i+1, now, seen)
			}
			return nil
		})
	}
}
