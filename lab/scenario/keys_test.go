package scenario

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"pacu/control"
	"pacu/heartbeat"
)

// TestKernelForgers has a machine on the routers' network send them what it
// likes, with their own addresses: it changes nothing, and is counted.
func TestKernelForgers(t *testing.T) {
	s := newLAN(t, v4, 2, 2)
	forger := s.forger(s.stranger())
	tap := s.tap(nil)
	lvs := s.direct().and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1", "web-2")
	v := s.vigil(50 * time.Millisecond)
	recorded := func(i int) [][]byte {
		from, to := s.beats(i)
		s.until(func(context.Context) error {
			if n := len(tap.said(v.began, from, to)); n < 5 {
				return fmt.Errorf("%d heartbeats recorded", n)
			}
			return nil
		})
		return tap.said(time.Time{}, from, to)
	}
	first := [][][]byte{recorded(0), recorded(1)}

	t.Log("forged heartbeats of either router")
	other := []heartbeat.Key{heartbeat.NewKey()}
	forge := func(i int) {
		from, to := s.beats(i)
		alien := heartbeat.NewLine(other, heartbeat.Role(i), 7)
		serving := heartbeat.Beat{Message: heartbeat.Running, Phase: heartbeat.Serving, Interval: 250 * time.Millisecond}
		last := first[i][len(first[i])-1]
		damaged, old, newer := bytes.Clone(last), bytes.Clone(last), bytes.Clone(last)
		damaged[7] ^= 1               // its phase
		old[4] = 0                    // its version
		newer[4], newer[9] = 255, 255 // and for whom it is
		for _, raw := range [][]byte{
			heartbeat.Running.Append(nil), heartbeat.Stopped.Append(nil),
			alien.Seal(serving, time.Now()), damaged, old, newer, last, first[i][0],
			first[1-i][0], bytes.Repeat([]byte{0xa5}, heartbeat.PacketSize), last[:60], nil,
		} {
			forger.send(from, to, raw)
		}
		forger.send(netip.AddrPortFrom(s.family.ip(public, stranger), to.Port()), to, last)
	}
	reasons := []heartbeat.Refusal{
		heartbeat.ErrNoKey, heartbeat.ErrOtherKey, heartbeat.ErrForged, heartbeat.ErrReflected, heartbeat.ErrReplayed,
		heartbeat.ErrVersion, heartbeat.ErrNewer, heartbeat.ErrLength, heartbeat.ErrUnknown, heartbeat.ErrSender,
	}
	dropped := func(r *router, want int, why ...heartbeat.Refusal) func(context.Context) error {
		return func(ctx context.Context) error {
			snap, err := r.snapshot(ctx)
			if err != nil {
				return err
			}
			for _, why := range why {
				if got := snap.Partner.Paths[0].DroppedFor[string(why)]; got < uint64(want) {
					return fmt.Errorf("%s: %d dropped as %q, want %d: %v", r.Name(), got, why, want, snap.Partner.Paths[0].DroppedFor)
				}
			}
			return nil
		}
	}
	s.until(func(ctx context.Context) error {
		forge(0)
		forge(1)
		for _, r := range s.routers {
			if err := dropped(r, 10, reasons...)(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	v.calm("forged heartbeats")
	s.serving(0)
	for _, r := range s.routers {
		for _, why := range reasons {
			// What came since is told together, once a minute.
			if n := strings.Count(r.pulse.Output(), "dropped a datagram: "+string(why)); n != 1 {
				t.Errorf("%s tells %d times of a datagram dropped as %q, want once", r.Name(), n, why)
			}
		}
	}

	t.Log("what was recorded before the other router's last start")
	s.routers[1].stop()
	s.routers[1].start()
	s.serving(0)
	from, to := s.beats(1)
	s.until(func(ctx context.Context) error {
		for _, raw := range first[1] {
			forger.send(from, to, raw)
		}
		return dropped(s.routers[0], 20, heartbeat.ErrRetired)(ctx)
	})
	v.calm("heartbeats of an earlier start")

	t.Log("the dead are not kept alive by recordings, nor brought back")
	dead := recorded(0)
	if err := s.routers[0].PowerOff(); err != nil {
		t.Fatal(err)
	}
	s.routers[0].pulse = nil
	from, to = s.beats(0)
	replay := func() {
		for _, raw := range dead[max(0, len(dead)-20):] {
			forger.send(from, to, raw)
		}
	}
	s.until(func(ctx context.Context) error {
		replay()
		snap, err := s.routers[1].snapshot(ctx)
		if err == nil && snap.Router.State != control.Active {
			err = fmt.Errorf("%s is %s", s.routers[1].Name(), snap.Router.State)
		}
		return err
	})
	v.moved("a dead router whose heartbeats are played again")
	if err := s.routers[0].PowerOn(); err != nil {
		t.Fatal(err)
	}
	s.routers[0].start()
	s.until(func(ctx context.Context) error {
		replay()
		return dropped(s.routers[1], 20, heartbeat.ErrRetired)(ctx)
	})
	s.serving(1)
	v.calm("heartbeats from before the crash")
}

// TestKernelKeys changes the key of a pair without an outage, and has only one
// router have a key for a while.
func TestKernelKeys(t *testing.T) {
	s := newLAN(t, v4, 2, 1)
	lvs := s.direct().and(s.virtual("web"))
	s.setUp(lvs)
	s.pair(lvs)
	s.healthy("web-1")
	v := s.vigil(50 * time.Millisecond)
	one, two := s.routers[0], s.routers[1]
	key := func(r *router) (id string, older bool) {
		r.status(func(snap *control.Snapshot) error {
			if id, older = snap.Router.Key, snap.Router.KeyOld; id == "" {
				return fmt.Errorf("no key: %+v", snap.Router)
			}
			return nil
		})
		return id, older
	}
	was, _ := key(one)
	for _, step := range []string{"--renew", "--drop-old"} {
		one.run("pulse", "keygen", step)
		text, err := os.ReadFile(one.Path(keyPath))
		if err != nil {
			t.Fatal(err)
		}
		one.run("pulse", "reload")
		v.calm("one router has its key by keygen " + step)
		if err := two.WriteFile(keyPath, text, 0o600); err != nil {
			t.Fatal(err)
		}
		two.run("pulse", "reload")
		v.calm("both have their key by keygen " + step)
		for _, r := range s.routers {
			if id, older := key(r); id == was || older != (step == "--renew") {
				t.Errorf("%s: after keygen %s the key is %s, was %s, an older one is accepted: %v", r.Name(), step, id, was, older)
			}
		}
	}
	s.serving(0)

	t.Log("one router without a key")
	two.run("pulse", "hold", "on")
	text, err := os.ReadFile(two.Path(keyPath))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	two.keys()
	two.run("pulse", "reload")
	one.says(began, string(heartbeat.ErrNoKey))
	two.says(began, string(heartbeat.ErrHasKey))
	one.troubled("lvs.key")
	two.troubled("lvs.key")
	for r, line := range map[*router]heartbeat.Refusal{one: heartbeat.ErrNoKey, two: heartbeat.ErrHasKey} {
		if n := strings.Count(r.pulse.Output(), "dropped a datagram: "+string(line)); n != 1 {
			t.Errorf("%s says %d times %q, want once", r.Name(), n, line)
		}
	}
	if err := two.WriteFile(keyPath, text, 0o600); err != nil {
		t.Fatal(err)
	}
	two.run("pulse", "reload")
	s.serving(0)
	two.run("pulse", "hold", "off")
	one.untroubled("lvs.key")
	two.untroubled("lvs.key")
	v.calm("one router without a key, held")
}
