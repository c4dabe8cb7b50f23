package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// TestKernelSplitBrain cuts all heartbeats between two routers that live and
// that clients reach, and lets them come back: the routers agree at once, the
// one that stays tells the neighbours, and tells them again.
func TestKernelSplitBrain(t *testing.T) {
	s := newLAN(t, v4, 2, 1)
	lvs := s.privately().and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1")
	one, two := s.routers[0], s.routers[1]
	v := s.vigil(50 * time.Millisecond)
	address := s.family.ip(public, vip)

	// What lvs-2 says after the split shall be true when it says it.
	var healed atomic.Bool
	var mended, lied atomic.Int64
	from, to := s.beats(1)
	tap := s.tap(func(f frame) {
		by, at, said, ok := f.udp()
		if !ok || !healed.Load() || by.Addr() != from.Addr() || at != to || len(said) != heartbeat.PacketSize {
			return
		}
		const phase = 7 // see heartbeat.PacketSize
		if heartbeat.Phase(said[phase]) != heartbeat.PhaseStandby {
			return
		}
		mended.Add(1)
		if two.has(s.family.host(public, vip), "eth0:1") == nil {
			lied.Add(1)
		}
	})

	t.Log("all heartbeats are cut, and both routers serve")
	two.run("nft", "add table inet cut; add chain inet cut in { type filter hook input priority 0; }; add chain inet cut out { type filter hook output priority 0; }")
	two.run("nft", "add rule inet cut in udp dport 539 drop; add rule inet cut out udp dport 539 drop")
	two.is(control.Active)
	s.until(func(context.Context) error {
		if now := v.holder.Now(); !slices.Equal(now, []string{"lvs-1", "lvs-2"}) {
			return fmt.Errorf("the VIP is on %v", now)
		}
		return nil
	})
	one.troubled("silent")
	two.troubled("silent")
	neighbour := func(r *router) func(context.Context) error {
		return func(ctx context.Context) error {
			mac := strings.TrimSpace(r.run("cat", "/sys/class/net/eth0/address"))
			out, err := s.client.Output(ctx, "ip", "neigh", "show", address.String())
			if err == nil && !strings.Contains(out, mac) {
				err = fmt.Errorf("the client has %s at %q, want %s of %s", address, out, mac, r.Name())
			}
			return err
		}
	}
	s.until(neighbour(two)) // it announced last

	t.Log("heartbeats come through again")
	began := time.Now()
	healed.Store(true)
	two.run("nft", "flush table inet cut")
	s.serving(0)
	v.alone("lvs-1")
	// It asks again within seconds, should it have missed the announcements.
	s.until(neighbour(one))
	v.served(5)
	s.until(func(context.Context) error {
		if mended.Load() < 3 {
			return fmt.Errorf("lvs-2 said %d times that it stands by", mended.Load())
		}
		return nil
	})
	healed.Store(false)
	if n := lied.Load(); n > 0 {
		t.Errorf("lvs-2 said %d times that it stands by while it held the VIP", n)
	}

	t.Log("the router that stayed announces again, and after five seconds")
	mac := strings.TrimSpace(one.run("cat", "/sys/class/net/eth0/address"))
	s.until(func(context.Context) error {
		var first, last time.Time
		for _, f := range tap.frames(began) {
			if addr, by, ok := f.announces(); ok && addr == address && by.String() == mac {
				if first.IsZero() {
					first = f.at
				}
				last = f.at
			}
		}
		if last.Sub(first) < 5*time.Second {
			return fmt.Errorf("announced from %v to %v after the end of the split", first.Sub(began), last.Sub(began))
		}
		return nil
	})
	if n := strings.Count(two.pulse.Output(), "deactivating LVS"); n != 1 {
		t.Errorf("lvs-2 gave up %d times, want once", n)
	}
	v.next()
	v.served(20)
	v.calm("after the split")

	t.Log("the standby router is deaf, and heard: it takes over, and the other gives way")
	two.run("nft", "add rule inet cut in udp dport 539 drop")
	two.is(control.Active)
	v.alone("lvs-2")
	one.is(control.Standby)
	s.until(neighbour(two))
	two.run("nft", "flush table inet cut")
	s.serving(1)
	v.next()
	v.calm("after the standby router was deaf")
}
