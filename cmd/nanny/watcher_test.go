package main

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/probe"
)

// A diary is a check that notes when it was asked, by the crew's clock, and
// does what the test says.
type diary struct {
	bed    *bed
	answer func(n int) bool // to the nth question, from 0

	mu     sync.Mutex
	starts []time.Duration
}

// keepDiary has b's watchers ask a diary, and gives the crew a clock that the
// test can set forward, as if nothing had run for so long.
func keepDiary(b *bed, answer func(n int) bool) (d *diary, stall func(time.Duration)) {
	d = &diary{bed: b, answer: answer}
	var mu sync.Mutex
	var stalled time.Duration
	now := b.now
	b.now = func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return now() + stalled
	}
	b.links.now = b.now
	b.newCheck = func(control.Watch) probe.Check { return d }
	return d, func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		stalled += d
	}
}

func (d *diary) Probe(context.Context, probe.Target) probe.Result {
	d.mu.Lock()
	n := len(d.starts)
	d.starts = append(d.starts, d.bed.now())
	d.mu.Unlock()
	if d.answer(n) {
		return probe.Result{Up: true, Why: "well"}
	}
	return probe.Result{Why: "refused"}
}

func (d *diary) String() string { return "diary" }

// times are when it was asked, since it last was told.
func (d *diary) times() []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.starts
	d.starts = nil
	return t
}

// expectTimes compares when something was done.
func expectTimes(t *testing.T, what string, got, want []time.Duration) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

const (
	ms     = time.Millisecond
	second = time.Second
)

// TestGrid: however long they take, probes begin an interval apart.
func TestGrid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		d, _ := keepDiary(b, func(n int) bool {
			time.Sleep(time.Duration(n%10) * second)
			return true
		})
		b.take(order(watchWWW(1)))
		time.Sleep(3*time.Minute + second)
		want := []time.Duration{75 * ms}
		for due := 7500 * ms; due < 3*time.Minute; due += 10 * second {
			want = append(want, due)
		}
		expectTimes(t, "probes", d.times(), want)
		b.wait()
	})
}

// TestGridWithoutAnswers: probes that last until the next is due, and a bit, do
// not make that wait; ones that last much longer do, for the next turn.
func TestGridWithoutAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		lasts := 10*second + ms
		d, _ := keepDiary(b, func(n int) bool {
			if n > 2 {
				lasts = 14 * second
			}
			time.Sleep(lasts)
			return false
		})
		b.take(order(watchWWW(1)))
		time.Sleep(80 * second)
		want := []time.Duration{75 * ms, 17500 * ms, 27501 * ms, 37502 * ms, 57500 * ms, 77500 * ms}
		expectTimes(t, "probes", d.times(), want)
		b.wait()
	})
}

// TestSlowKernel: the time that the kernel takes for a weight is not added to the
// time between probes.
func TestSlowKernel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, func(a applier) keeper {
			keep := weigh(a)
			return func(s subject, v probe.Verdict) error {
				time.Sleep(3 * second)
				return keep(s, v)
			}
		})
		d, _ := keepDiary(b, func(int) bool { return true })
		b.take(order(watchWWW(1)))
		time.Sleep(20 * second)
		expectTimes(t, "probes", d.times(), []time.Duration{75 * ms, 7500 * ms, 17500 * ms})
		b.wait()
	})
}

// An alarm that goes off while its watcher ends starts nothing any more.
func TestEndedAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		b.take(order(watchWWW(1)))
		w := b.watchers[post{server, "tcp 10.10.1.30:80", 8080}]
		b.take(order())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w.turn(ctx)
		if w.alarm.Stop() {
			t.Error("the alarm is set again")
		}
		b.expect(t, "7", "")
		b.wait()
	})
}

// TestStall: when everything stood still, what was due meanwhile is left out
// and the grid kept.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		d, stall := keepDiary(b, func(int) bool { return true })
		b.take(order(watchWWW(1)))
		time.Sleep(10 * second)
		d.times()
		stall(time.Hour + second)
		time.Sleep(30 * second)
		want := []time.Duration{time.Hour + 27500*ms, time.Hour + 37500*ms}
		expectTimes(t, "probes", d.times(), want)
		b.wait()
	})
}

// A router that is always late still probes.
func TestAlwaysLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		d, stall := keepDiary(b, func(int) bool { return true })
		b.take(order(watchWWW(1)))
		for range 600 {
			time.Sleep(second)
			stall(second)
		}
		if n := len(d.times()); n < 40 {
			t.Errorf("%d probes in ten minutes", n)
		}
		b.wait()
	})
}

// TestStandstill: a probe that failed while nothing ran is asked again, once.
func TestStandstill(t *testing.T) {
	for _, tt := range []struct {
		name   string
		stood  time.Duration // during the first probe
		lasts  time.Duration // each probe, besides
		fails  int           // the first probes that do
		up     bool
		probes int
	}{
		{"well", 0, 0, 0, true, 1},
		{"dead", 0, 10 * ms, 9, false, 1},
		{"dead, after some thought", 0, 5 * second, 9, false, 1},
		{"a moment", second, 0, 9, false, 1},
		{"stood still before it ended", 5 * second, 0, 1, true, 2},
		{"stood still in between", 5 * second, 2 * second, 1, true, 2},
		{"stood still, and dead", 5 * second, 0, 9, false, 2},
		{"stood still, and well", 5 * second, 0, 0, true, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, weigh)
			var stall func(time.Duration)
			var d *diary
			d, stall = keepDiary(b, func(n int) bool {
				time.Sleep(tt.lasts / 2)
				if n == 0 {
					stall(tt.stood)
				}
				time.Sleep(tt.lasts / 2)
				return n >= tt.fails
			})
			type outcome struct {
				up     bool
				probes int
			}
			told := make(chan outcome, 100)
			b.report = func(r control.Report) { told <- outcome{r.Health == control.Up, len(d.times())} }
			b.take(order(watchWWW(1)))
			if got, want := <-told, (outcome{tt.up, tt.probes}); got != want {
				t.Errorf("%s: %+v, want %+v", tt.name, got, want)
			}
			b.wait()
		})
	}
}

// TestRetry: a server that fails is asked more often, and falls and comes back
// by number; then the grid goes on as before.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		d, _ := keepDiary(b, func(n int) bool { return n < 2 || n > 5 })
		w := watchWWW(1)
		w.Retry, w.Fall, w.Rise = control.Duration(second), 3, 2
		b.take(order(w))
		time.Sleep(40 * second)
		b.mu.Lock()
		var waits []control.Duration
		for _, r := range b.reports {
			waits = append(waits, r.Next)
		}
		b.mu.Unlock()
		dues := []control.Duration{7425e6, 10e9, 1e9, 1e9, 1e9, 1e9, 1e9, 5e9, 10e9, 10e9}
		if diff := cmp.Diff(dues, waits); diff != "" {
			t.Errorf("times to the next probe (-want +got):\n%s", diff)
		}
		b.expect(t, "1", "up/1! up/1 up/1 up/1 down/0! down/0 down/0 up/1! up/1 up/1")
		want := []time.Duration{75 * ms, 7500 * ms, 17500 * ms, 18500 * ms, 19500 * ms, 20500 * ms, 21500 * ms, 22500 * ms, 27500 * ms, 37500 * ms}
		expectTimes(t, "probes", d.times(), want)
		b.wait()
	})
}

// A new pace for a server that is down is not waited for.
func TestNewRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		d, _ := keepDiary(b, func(int) bool { return false })
		w := watchWWW(1)
		w.Retry = control.Duration(time.Hour)
		b.take(order(w))
		time.Sleep(time.Minute)
		d.times()
		w.Retry = control.Duration(200 * ms)
		b.take(order(w))
		time.Sleep(second)
		if n := len(d.times()); n != 5 && n != 6 {
			t.Errorf("%d probes in the second after", n)
		}
		b.wait()
	})
}

// TestWhyFlapping: who flaps hears what it costs.
func TestWhyFlapping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		keepDiary(b, func(n int) bool { return n%40 < 20 })
		w := watchWWW(1)
		w.Interval, w.Fall, w.Rise, w.Damping = control.Duration(second), 2, 3, true
		b.take(order(w))
		time.Sleep(75 * second)
		synctest.Wait()
		want := `up: well
up: 1 of 2 failed probes before it is down: refused
down: refused
down: it answers again, 1 of 3 good probes before it is used: well
down: it answers again, 2 of 3 good probes before it is used: well
up: well
up: 1 of 2 failed probes before it is down: refused
down: refused; it has failed 2 times in 40 seconds: 6 good probes before it is used`
		got := b.why()
		if len(got) > len(want) { // the seconds go on
			got = got[:len(want)]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reasons (-want +got):\n%s", diff)
		}
		b.heard()
		time.Sleep(8 * second)
		synctest.Wait()
		b.mu.Lock()
		defer b.mu.Unlock()
		last := b.reports[len(b.reports)-1]
		if want := "it answers again, but it has failed 2 times in 62 seconds: 4 of 6 good probes before it is used: well"; last.Why != want {
			t.Errorf("%q, want %q", last.Why, want)
		}
	})
}

func TestWhile(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "2 seconds", 42 * second: "42 seconds", 119 * second: "119 seconds", 2 * time.Minute: "2 minutes",
		10*time.Minute - 1: "10 minutes", 119 * time.Minute: "119 minutes", 3 * time.Hour: "3 hours",
	} {
		if got := while(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
