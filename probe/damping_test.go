package probe

import (
	"fmt"
	"testing"
	"time"
)

// flap plays a server that answers for up, then fails for down, again and
// again. After each fall it writes how many the machine knows of, how many good
// probes they cost, and for how long they have gone on.
func flap(m *Machine, times int, up, down time.Duration) []string {
	var costs []string
	now := time.Duration(0)
	for range times {
		for end := now + up; now < end || m.state != Up; now += m.Pace() {
			m.Step(now, true)
		}
		for end := now + down; now < end || m.state != Down; now += m.Pace() {
			m.Step(now, false)
		}
		falls, since := m.Flaps()
		_, needed := m.Earned()
		cost := fmt.Sprintf("%d:%d", falls, needed)
		if falls > 0 {
			cost += fmt.Sprintf("/%v", now-since)
		}
		costs = append(costs, cost)
	}
	return costs
}

func TestDamping(t *testing.T) {
	set := Settings{Interval: time.Second, Rise: 3, Weight: 1, Damping: true}
	slow := set
	slow.Retry = 90 * time.Second
	long := Settings{Interval: time.Second, Reentry: 20 * time.Minute, Weight: 1, Damping: true}
	off := set
	off.Damping = false
	for _, tt := range []struct {
		name     string
		set      Settings
		times    int
		up, down time.Duration
		want     string
	}{
		{"a server that flaps", set, 4, 10 * time.Second, 5 * time.Second, "[1:3/5s 2:6/20s 3:12/35s 4:24/52s]"},
		{"bounded", set, 12, time.Second, time.Second, "[1:3/1s 2:6/5s 3:12/12s 4:24/25s 5:48/50s 6:96/1m39s 7:192/3m16s 8:384/6m29s 9:600/12m54s 10:600/22m55s 11:600/32m56s 12:600/42m57s]"},
		{"forgotten once it stays up", set, 3, 11 * time.Minute, time.Second, "[1:3/1s 1:3/1s 1:3/1s]"},
		{"forgotten once it stays down", set, 3, 10 * time.Second, 11 * time.Minute, "[0:3 0:3 0:3]"},
		{"at a pace of its own", slow, 3, 10 * time.Second, 5 * time.Second, "[1:3/1m30s 2:6/6m1s 3:6/15m2s]"},
		{"never less than asked for", long, 2, time.Second, time.Second, "[1:1200/1s 2:1200/20m2s]"},
		{"off", off, 3, 10 * time.Second, 5 * time.Second, "[0:3 0:3 0:3]"},
	} {
		if got := fmt.Sprint(flap(NewMachine(tt.set), tt.times, tt.up, tt.down)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// An operator's signals are no flapping.
func TestForcedFallsAreNotDamped(t *testing.T) {
	m := NewMachine(Settings{Interval: time.Second, Rise: 3, Weight: 1, Damping: true})
	for i := range 9 {
		m.Force(time.Duration(i)*time.Second, Force(1+i%2))
	}
	m.Force(10*time.Second, ForceDown)
	m.Force(11*time.Second, Normal)
	if falls, _ := m.Flaps(); falls != 0 {
		t.Errorf("%d falls", falls)
	}
}
