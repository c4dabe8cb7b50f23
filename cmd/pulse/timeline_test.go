package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
)

// A timelineBed is a timeline with a counter of connections of its own.
type timelineBed struct {
	*timeline
	t     *testing.T
	began time.Time
	count atomic.Uint64
	reads atomic.Int64
	takes time.Duration // each of them
	lines chan string
}

func newTimelineBed(t *testing.T) *timelineBed {
	b := &timelineBed{t: t, began: time.Now(), lines: make(chan string, 100)}
	b.count.Store(100)
	b.timeline = newTimeline(func() (uint64, error) { b.reads.Add(1); time.Sleep(b.takes); return b.count.Load(), nil },
		func() bool { return b.takes > 0 },
		func(level control.Level, kind, object, message string, attrs ...any) {
			b.lines <- fmt.Sprintf("%v %s %s", time.Since(b.began), level, message)
		})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b
}

// wantLog checks what was logged since the last call.
func (b *timelineBed) wantLog(want ...string) {
	b.t.Helper()
	synctest.Wait()
	var got []string
	for len(b.lines) > 0 {
		got = append(got, <-b.lines)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("log (-want +got):\n%s", diff)
	}
}

// steps are those of the nth latest change of role, with their times since the
// test's beginning.
func (b *timelineBed) steps(n int) []string {
	b.t.Helper()
	list := b.state()
	if n >= len(list) {
		b.t.Fatalf("%d changes of role kept", len(list))
	}
	var words []string
	for _, s := range list[n].Steps {
		words = append(words, fmt.Sprint(s.At.Sub(b.began), " ", s.What))
	}
	return words
}

func TestTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTimelineBed(t)
		time.Sleep(10 * time.Second)
		b.begin(control.Active, "partner dead: activating lvs", 3, map[string]time.Time{
			"public": b.began.Add(7 * time.Second), "private": b.began.Add(7050 * time.Millisecond), "path 3": {},
		})
		time.Sleep(time.Millisecond)
		b.up(1)
		b.announced(1, time.Now(), time.Now())
		time.Sleep(time.Millisecond)
		b.up(2)
		time.Sleep(time.Millisecond)
		b.over()
		b.note("connection sync tells")
		time.Sleep(2 * time.Millisecond)
		b.announced(2, time.Now(), time.Now())
		b.count.Add(1)
		time.Sleep(10 * time.Millisecond)
		b.wantLog("10.01s info took over in 2.96 s: last heartbeat 2.95 s before, first address up after 1 ms, all 3 up after 3 ms, announced after 5 ms, first request served after 10 ms")
		want := []string{
			"7s last heartbeat on path public",
			"7.05s last heartbeat on path private",
			"10s no heartbeat was ever heard on path path 3",
			"10s decided to be active: partner dead: activating lvs",
			"10.001s the first address is up",
			"10.001s the first address is announced",
			"10.003s all 3 addresses are up",
			"10.003s connection sync tells",
			"10.005s all addresses are announced",
			"10.01s the first request is served",
		}
		if diff := cmp.Diff(want, b.steps(0)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
		b.note("nobody cares") // the change is closed
		time.Sleep(time.Second)
		b.begin(control.Standby, "switchover", 3, nil)
		time.Sleep(8 * time.Millisecond)
		b.over()
		b.wantLog("11.023s info gave up in 8 ms")
		if diff := cmp.Diff([]string{"11.015s decided to be standby: switchover", "11.023s no address is left here"}, b.steps(0)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
		if got, want := b.changes(), (control.Counts{Actives: 1, Standbys: 1}); got != want {
			t.Errorf("counted %+v, want %+v", got, want)
		}
		if got := b.state(); len(got) != 2 || got[0].To != control.Standby || got[1].To != control.Active || got[1].Why != "partner dead: activating lvs" || !got[1].Began.Equal(b.began.Add(10*time.Second)) {
			t.Errorf("%+v", got)
		}
	})
}

// Without requests the line comes after a minute; the counter is not read all
// the time.
func TestTimelineQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTimelineBed(t)
		b.begin(control.Active, "partner dead", 1, nil)
		b.up(1)
		b.over()
		b.announced(1, time.Now(), time.Now())
		time.Sleep(30 * time.Second)
		b.count.Store(0) // someone zeroes the counters
		b.wantLog()
		time.Sleep(time.Minute)
		b.wantLog("1m0s info took over in 0 ms: address up after 0 ms, announced after 0 ms")
		if n := b.reads.Load(); n < 300 || n > 500 {
			t.Errorf("the counter was read %d times", n)
		}
	})
}

// Where counting takes long no address waits for it, it is done seldom, and
// other steps are written down meanwhile.
func TestTimelineSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTimelineBed(t)
		b.takes = 100 * time.Millisecond
		b.begin(control.Active, "partner dead", 1, nil)
		b.up(1)
		b.over()
		b.announced(1, time.Now(), time.Now())
		if now := time.Since(b.began); now != 0 {
			t.Errorf("the change waited %v for the counter", now)
		}
		time.Sleep(9500 * time.Millisecond)
		if n := b.reads.Load(); n != 9 {
			t.Errorf("the counter was read %d times", n)
		}
		b.count.Add(1)
		time.Sleep(time.Second)
		b.wantLog("10s info took over in 0 ms: address up after 0 ms, announced after 0 ms, first request served after 10.00 s")
	})
}

// What the kernel refuses is told; what came up is announced.
func TestTimelineRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTimelineBed(t)
		b.begin(control.Active, "partner dead", 3, nil)
		b.up(2)
		time.Sleep(time.Millisecond)
		b.announced(2, time.Now(), time.Now())
		time.Sleep(time.Millisecond)
		b.over()
		b.count.Add(1)
		time.Sleep(time.Second)
		b.wantLog("10ms info took over in 1 ms: first address up after 0 ms, 2 of 3 up after 2 ms, announced after 1 ms, first request served after 10 ms")
	})
}

// A change of role ends the one before, of which the last ones are kept.
func TestTimelineInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTimelineBed(t)
		b.begin(control.Active, "partner dead", 2, nil)
		time.Sleep(5 * time.Millisecond)
		b.up(1)
		b.begin(control.Standby, "partner active", 2, nil)
		b.wantLog("5ms info taking over was interrupted, first address up after 5 ms")
		b.begin(control.Active, "partner inactive", 0, nil)
		b.wantLog("5ms info giving up was interrupted")
		b.count.Add(1)
		b.over()
		time.Sleep(time.Second)
		b.wantLog("15ms info took over in 0 ms: all 0 up after 0 ms, first request served after 10 ms")
		for i := range 20 {
			b.begin(control.Standby, fmt.Sprint(i), 2, nil)
		}
		list := b.state()
		if len(list) != takeoversKept || list[0].Why != "19" || list[9].Why != "10" {
			t.Errorf("%d changes kept, from %q", len(list), list[0].Why)
		}
		for range 2 * momentsKept {
			b.note("again")
		}
		if n := len(b.steps(0)); n != momentsKept {
			t.Errorf("%d steps kept", n)
		}
	})
}

// Where there is nothing to count, or it cannot be read, the rest is told at
// once.
func TestTimelineUncounted(t *testing.T) {
	tests := []struct {
		name   string
		served func() (uint64, error)
		want   []string
	}{
		{"nothing", nil, nil},
		{"no IPVS", func() (uint64, error) { return 0, os.ErrNotExist }, nil},
		{"unreadable", func() (uint64, error) { return 0, errors.New("bad text") }, []string{"the first request after this takeover will not be seen: bad text"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				l := newTimeline(tt.served, func() bool { return false }, func(_ control.Level, _, _, message string, _ ...any) { got = append(got, message) })
				l.begin(control.Active, "forced", 1, nil)
				l.up(1)
				l.announced(1, time.Now(), time.Now())
				time.Sleep(1234 * time.Millisecond)
				l.over()
				want := append(tt.want, "took over in 0 ms: address up after 1.23 s, announced after 0 ms")
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
			})
		})
	}
}
