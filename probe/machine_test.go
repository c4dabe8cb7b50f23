package probe

import (
	"fmt"
	"math/rand/v2"
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

// TestMachineLaws drives machines at random and holds what must always be.
func TestMachineLaws(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		set := Settings{
			Interval: time.Duration(r.IntN(40)) * time.Second,
			Reentry:  time.Duration(r.IntN(100)) * time.Second,
			Weight:   r.IntN(300),
		}
		m := NewMachine(set)
		last := m.Verdict()
		goodRow, now, force := 0, time.Duration(0), Normal
		everFailed := false
		for i := range 200 {
			now += set.Interval
			var v Verdict
			switch r.IntN(20) {
			case 0:
				set.Weight = r.IntN(300)
				v = m.Configure(set)
				if v.State != last.State {
					t.Fatalf("seed %d step %d: a new weight made %v %v", seed, i, last, v)
				}
			case 1:
				force = Force(r.IntN(3))
				v = m.Force(now, force)
				if force == ForceDown {
					goodRow, everFailed = 0, true
				}
			default:
				up := r.IntN(6) > 0
				v = m.Step(now, up)
				switch {
				case force == ForceDown, force == Normal && !up:
					goodRow, everFailed = 0, true
				case up:
					goodRow++
				}
				if force == Normal && !up && v.State != Down {
					t.Fatalf("seed %d step %d: failed and %v", seed, i, v)
				}
				if force == Normal && up && last.State != Up && v.State == Up && everFailed && goodRow < m.threshold() {
					t.Fatalf("seed %d step %d: up after %d of %d", seed, i, goodRow, m.threshold())
				}
			}
			switch {
			case v.State != Up && v.Weight != 0,
				v.Weight > set.Weight,
				v.State == Up && set.Weight > 0 && v.Weight < 1,
				force == ForceUp && v.State != Up,
				force == ForceDown && v.State != Down,
				v.Changed != (v.State != last.State || v.Weight != last.Weight):
				t.Fatalf("seed %d step %d: %+v after %+v, force %d, %+v", seed, i, v, last, force, set)
			}
			v.Changed = false
			last = v
		}
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
