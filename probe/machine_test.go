package probe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// play steps a machine through probes an interval apart: + good, - failed,
// D, U, N forces (which take no time), =W a new weight. It writes the weight
// after each, with ! where the verdict changed; d is down.
func play(m *Machine, script string) string {
	var out []string
	now := time.Duration(0)
	for _, w := range strings.Fields(script) {
		var v Verdict
		switch {
		case strings.HasPrefix(w, "="):
			s := m.set
			fmt.Sscanf(w, "=%d", &s.Weight)
			v = m.Configure(s)
		case w == "D":
			v = m.Force(now, ForceDown)
		case w == "U":
			v = m.Force(now, ForceUp)
		case w == "N":
			v = m.Force(now, Normal)
		default:
			for _, p := range w {
				v = m.Step(now, p == '+')
				now += m.set.Interval
				out = append(out, show(v))
			}
			continue
		}
		out = append(out, show(v))
	}
	return strings.Join(out, " ")
}

func show(v Verdict) string {
	s := fmt.Sprint(v.Weight)
	if v.State != Up {
		s = v.State.String()[:1]
	}
	if v.Changed {
		s += "!"
	}
	return s
}

func TestMachine(t *testing.T) {
	const s = time.Second
	fast := Settings{Interval: 6 * s, Reentry: 15 * s, Weight: 1} // 2 probes to earn
	sturdy := Settings{Interval: s, Reentry: 9 * s, Rise: 3, Fall: 3, Weight: 1}
	heavy := Settings{Interval: 10 * s, Reentry: 20 * s, Weight: 100}
	tests := []struct {
		name   string
		m      *Machine
		script string
		want   string
	}{
		{"first good probe is enough", NewMachine(fast), "++", "1! 1"},
		{"one failure is enough", NewMachine(fast), "+-", "1! d!"},
		{"a first failure must be earned", NewMachine(fast), "-++", "d! d 1!"},
		{"in a row", NewMachine(fast), "+-+-++", "1! d! d d d 1!"},
		{"reentry below interval", NewMachine(Settings{Interval: 6 * s, Reentry: s, Weight: 1}), "-+", "d! 1!"},
		{"no reentry, no interval", NewMachine(Settings{Weight: 1}), "-+-+", "d! 1! d! 1!"},
		{"slow start as Piranha's", NewMachine(heavy), "+++++++++++++", "3! 3 6! 6 12! 12 24! 24 48! 48 96! 96 100!"},
		{"slow start at the nearest probe", NewMachine(Settings{Interval: 6 * s, Weight: 4}), "++++++++", "1! 1 1 2! 2 2 4! 4"},
		{"slow start at each slow probe", NewMachine(Settings{Interval: 30 * s, Weight: 4}), "++++", "1! 2! 4! 4"},
		{"slow start begins again", NewMachine(heavy), "+++-++++", "3! 3 6! d! d 3! 3 6!"},
		{"weight 0 stays", NewMachine(Settings{Interval: 6 * s, Weight: 0}), "+++++-+", "0! 0 0 0 0 d! 0!"},
		{"new weight at once", NewMachine(fast), "+ =5 + =2 =0 + =7", "1! 5! 5 2! 0! 0 7!"},
		{"raised in the slow start", NewMachine(heavy), "+ =200 ++", "3! 3 3 6!"},
		{"lowered in the slow start", NewMachine(heavy), "+++ =4 +++ =1 =8", "3! 3 6! 4! 4 4 4 1! 8!"},
		{"new weight while down", NewMachine(fast), "- =64 ++ ++++", "d! d d 2! 2 2 4! 4"},
		{"new weight before the first probe", NewMachine(fast), "=5 +", "u 1!"},
		{"forced down and back", NewMachine(fast), "+ D ++ N ++", "1! d! d d d d 1!"},
		{"forced up and back", NewMachine(fast), "- U -- N -", "d! 1! 1 1 1 d!"},
		{"forced up untried", NewMachine(fast), "U", "1!"},
		{"restored goes on", Restore(heavy, 0, Verdict{State: Up, Weight: 24}), "+++++-", "24 24 48! 48 96! d!"},
		{"restored at full weight", Restore(heavy, 0, Verdict{State: Up, Weight: 100}), "++", "100 100"},
		{"restored over a lower weight", Restore(heavy, 0, Verdict{State: Up, Weight: 300}), "+", "100"},
		{"restored from weight 0", Restore(heavy, 0, Verdict{State: Up}), "+", "100"},
		{"restored down", Restore(fast, 0, Verdict{State: Down}), "++", "d 1!"},
		{"a good fall", NewMachine(sturdy), "+--+--+---", "1! 1 1 1 1 1 1 1 1 d!"},
		{"rise by number", NewMachine(sturdy), "+--- ++-++++", "1! 1 1 d! d d d d d 1! 1"},
		{"fall does not count at the start", NewMachine(sturdy), "-+++", "d! d d 1!"},
		{"a failed probe does not raise", NewMachine(Settings{Interval: 20 * s, Fall: 2, Weight: 4}), "++-++", "1! 2! 2 4! 4"},
		{"forced down in spite of fall", NewMachine(sturdy), "+ D N +++", "1! d! d d d 1!"},
		{"forced up, then falls", NewMachine(sturdy), "- U N ---", "d! 1! 1 1 1 d!"},
		{"restored failing", Restore(sturdy, 0, Verdict{State: Up, Weight: 1}), "---", "1 1 d!"},
		{"restored untried", Restore(fast, 0, Verdict{}), "+", "1!"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := play(tt.m, tt.script); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.script, got, tt.want)
			}
		})
	}
}

// A shorter reentry, or a longer interval, set while nothing is known yet must
// not cost the first good probe its power.
func TestConfigureUntried(t *testing.T) {
	m := NewMachine(Settings{Interval: time.Second, Weight: 1})
	m.Configure(Settings{Interval: time.Second, Reentry: time.Hour, Weight: 1})
	if v := m.Step(0, true); v.State != Up {
		t.Errorf("verdict %+v", v)
	}
}

func TestEarned(t *testing.T) {
	m := NewMachine(Settings{Interval: 6 * time.Second, Reentry: 15 * time.Second, Weight: 1})
	m.Step(0, false)
	m.Step(6*time.Second, true)
	if good, needed := m.Earned(); good != 1 || needed != 2 {
		t.Errorf("after one good probe: %d of %d, want 1 of 2", good, needed)
	}
}

// Sub-second settings are counted as they are, and reentry in probes at the
// pace of a server that is down.
func TestThreshold(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		set  Settings
		want int
	}{
		{Settings{Interval: 200 * ms, Reentry: time.Second}, 5},
		{Settings{Interval: 300 * ms, Reentry: time.Second}, 3},
		{Settings{Interval: 10 * ms, Reentry: 999 * ms}, 99},
		{Settings{Interval: 10 * time.Second, Retry: 500 * ms, Reentry: 20 * time.Second}, 40},
		{Settings{Interval: time.Second, Retry: time.Minute, Reentry: 20 * time.Second}, 1},
		{Settings{Interval: time.Second, Rise: 7, Reentry: time.Hour}, 7},
		{Settings{Rise: 2}, 2},
		{Settings{Retry: time.Second, Reentry: 3 * time.Second}, 3},
		{Settings{Interval: time.Nanosecond, Reentry: time.Hour}, int(time.Hour)},
	} {
		m := NewMachine(tt.set)
		m.Step(0, false)
		if good, needed := m.Earned(); good != 0 || needed != tt.want {
			t.Errorf("%+v: %d of %d, want 0 of %d", tt.set, good, needed, tt.want)
		}
	}
}

func TestMachinePace(t *testing.T) {
	m := NewMachine(Settings{Interval: time.Minute, Retry: time.Second, Rise: 2, Fall: 2})
	var got []time.Duration
	for _, up := range []bool{true, false, true, false, false, true, true} {
		got = append(got, m.Pace())
		m.Step(0, up)
	}
	want := []time.Duration{time.Minute, time.Minute, time.Second, time.Minute, time.Second, time.Second, time.Second}
	if !slices.Equal(got, want) || m.Pace() != time.Minute {
		t.Errorf("paces %v, then %v; want %v, then a minute", got, m.Pace(), want)
	}
	if got := Restore(Settings{Interval: 7}, 0, Verdict{State: Down}).Pace(); got != 7 {
		t.Errorf("without a retry: %v", got)
	}
}
