package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pacu/control"
	"pacu/probe"
)

// TestLoadAverage: a load average is asked for every 20 s once the slow start
// is over, and the weight follows by Piranha's curve.
func TestLoadAverage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		g := newGauge(b)
		g.set(average(0), nil)
		b.take(order(watchLoad(4, "rup", false)))
		time.Sleep(46 * second)
		b.expect(t, "4", "up/1! up/1 up/2! up/2 up/4!")
		time.Sleep(50 * second)
		want := []time.Duration{47500 * ms, 67500 * ms, 87500 * ms}
		expectTimes(t, "asked", g.times(), want)
		b.expect(t, "10", "up/4 up/6! up/6 up/6 up/8! up/8 up/8 up/10!")
		b.wait()
	})
}

// TestLoadWeights is the weight after each 20 s of a load, from full weight on.
func TestLoadWeights(t *testing.T) {
	failure := errors.New("no route")
	type answer struct {
		says  probe.Advice
		fails error
		want  string // weight
		why   string
	}
	for _, tt := range []struct {
		name    string
		watch   control.Watch
		answers []answer
	}{
		{"Piranha", watchLoad(100, "uptime", false), []answer{
			{average(0), nil, "150", "well; load average 0: weight 150 instead of 100"},
			{average(1), nil, "150", "well; load average 1: weight 150 instead of 100"},
			{average(0), failure, "150", "well; load average 1: weight 150 instead of 100"},
			{average(9), nil, "100", "well"},
		}},
		{"smooth", watchLoad(100, "http", true), []answer{
			{average(1), nil, "88", "well; load average 1: weight 88 instead of 100"},
			{average(1), nil, "76", "well; load average 1: weight 76 instead of 100"},
			{average(0), failure, "76", "well; load average 1: weight 76 instead of 100"},
			{average(0), nil, "88", "well; load average 0: weight 88 instead of 100"},
		}},
		{"agent", watchLoad(100, "agent", false), []answer{
			{share(2, "200%"), nil, "200", "well; its agent says 200%: weight 200 instead of 100"},
			{share(0.75, "75%"), nil, "75", "well; its agent says 75%: weight 75 instead of 100"},
			{share(0, "drain"), nil, "0", "well; its agent says drain: weight 0 instead of 100"},
			{share(0, "drain"), failure, "0", "well; its agent says drain: weight 0 instead of 100"},
			{out("down # disk"), nil, "0", "its agent says down # disk; well"},
			{out("down # disk"), failure, "0", "its agent says down # disk; well"},
			{share(1, "ready"), nil, "3", "well; its agent says ready: weight 3 instead of 100"},
		}},
		{"agent, weight 0", watchLoad(0, "agent", false), []answer{
			{share(2, "200%"), nil, "0", "well"},
			{out("maint"), nil, "0", "its agent says maint; well"},
		}},
		{"average, weight 0", watchLoad(0, "rup", false), []answer{{average(0), nil, "0", "well"}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, weigh)
			g := newGauge(b)
			switch {
			case tt.watch.Load.Kind == "agent":
				g.set(share(1, "up"), nil)
			case tt.watch.Load.Smooth:
				g.set(average(0), nil)
			default:
				g.set(average(1), nil)
			}
			if tt.watch.Weight > 0 {
				tt.watch.Known, tt.watch.KnownWeight = control.Up, tt.watch.Weight
			}
			b.take(order(tt.watch))
			time.Sleep(10 * second)
			for i, a := range tt.answers {
				g.set(a.says, a.fails)
				time.Sleep(20 * second)
				synctest.Wait()
				why, trouble := b.lastWhy()
				if b.weight() != a.want || why != a.why || (trouble != "") != (a.fails != nil) {
					t.Errorf("%s: answer %d: weight %s, %q, trouble %q; want %s, %q", tt.name, i, b.weight(), why, trouble, a.want, a.why)
				}
			}
			b.wait()
		})
	}
}

// TestAgentFirst: of a server whose agent says down from the start, nobody
// hears that it is up, however the agent dawdles.
func TestAgentFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		g := newGauge(b)
		g.lasts = 9 * second
		g.set(out("down"), nil)
		b.take(order(watchLoad(1, "agent", false)))
		time.Sleep(8 * second)
		b.expect(t, "7", "")
		time.Sleep(2 * second)
		b.expect(t, "0", "down/0! down/0")
		b.wait()
	})
}

// TestAgentInTime: what an agent says counts at once, as often as it is asked,
// and a word that changes with every question costs no more questions.
func TestAgentInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		g := newGauge(b)
		g.lasts = ms // longer than a probe
		g.set(share(1, "up"), nil)
		b.take(order(watchLoad(1, "agent", false)))
		time.Sleep(10 * second)
		b.expect(t, "1", "up/1! up/1")
		g.set(out("stopped"), nil)
		time.Sleep(8 * second) // asked at 17.5 s
		b.expect(t, "0", "up/1 down/0!")
		g.set(share(0.5, "50%"), nil)
		time.Sleep(10 * second)
		b.expect(t, "1", "down/0 up/1!")
		want := []time.Duration{75 * ms, 7500 * ms, 17500 * ms, 27500 * ms}
		expectTimes(t, "asked", g.times(), want)
		b.wait()
	})
}

// TestLoadHangs: a monitor that hangs keeps no probe waiting, and is not asked
// again before it has answered.
func TestLoadHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		g := newGauge(b)
		g.lasts = 50 * second
		w := watchLoad(1, "rup", false)
		b.take(order(w))
		time.Sleep(48 * second)
		b.expect(t, "1", "up/1! up/1 up/1 up/1 up/1 up/1")
		if n := len(g.times()); n != 1 {
			t.Errorf("asked %d times", n)
		}
		b.wait() // while it hangs
	})
}

// TestLoadTrouble: it is logged once, told in the same words for as long as it
// lasts, and its end is logged.
func TestLoadTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		g := newGauge(b)
		b.take(order(watchLoad(1, "agent", false)))
		want := "cannot learn the load of 10.8.8.33:8080, its weight stays: gauge: failure 0"
		for i := range 5 {
			g.set(probe.Advice{}, fmt.Errorf("failure %d", i))
			time.Sleep(10 * second)
			synctest.Wait()
			if _, trouble := b.lastWhy(); trouble != want {
				t.Errorf("trouble %q, want %q", trouble, want)
			}
		}
		g.set(share(1, "up"), nil)
		time.Sleep(20 * second)
		synctest.Wait()
		if _, trouble := b.lastWhy(); trouble != "" {
			t.Errorf("trouble %q", trouble)
		}
		b.wait()
		log := b.log.String()
		if strings.Count(log, "cannot learn the load") != 1 || strings.Count(log, "the load of 10.8.8.33:8080 is known again") != 1 {
			t.Errorf("log:\n%s", log)
		}
	})
}

// TestConfigureLoad: what is known outlives a change of port, not one of kind.
func TestConfigureLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, weigh)
		g := newGauge(b)
		g.set(share(0.5, "50%"), nil)
		w := watchLoad(10, "agent", false)
		w.Known, w.KnownWeight = control.Up, 10
		b.take(order(w))
		time.Sleep(second)
		b.expect(t, "5", "up/5")

		g.set(probe.Advice{}, errors.New("silent"))
		w.Load = &control.Load{Kind: "agent", Port: 99}
		b.take(order(w))
		time.Sleep(30 * second)
		g.mu.Lock()
		ports := slices.Compact(slices.Clone(g.ports))
		g.mu.Unlock()
		if b.weight() != "5" || !slices.Equal(ports, []uint16{8080, 99}) {
			t.Errorf("another port: weight %s, ports %v", b.weight(), ports)
		}
		w.Load = &control.Load{Kind: "rup"}
		b.take(order(w))
		synctest.Wait()
		if b.weight() != "10" {
			t.Errorf("another kind: weight %s", b.weight())
		}
		g.set(average(0), nil)
		time.Sleep(20 * second)
		if b.weight() != "15" {
			t.Errorf("loaded: weight %s", b.weight())
		}
		w.Weight = 20
		b.take(order(w))
		synctest.Wait()
		if b.weight() != "30" {
			t.Errorf("another weight: %s", b.weight())
		}
		w.Load = nil
		b.take(order(w))
		g.times()
		time.Sleep(time.Minute)
		if b.weight() != "20" || len(g.times()) != 0 {
			t.Errorf("no load: weight %s", b.weight())
		}
		b.wait()
	})
}
