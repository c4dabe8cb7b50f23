package probe

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// follow is the weights that a curve gives under loads, from full on.
func follow(c Curve, full int, loads ...float64) []int {
	var weights []int
	last := full
	for _, l := range loads {
		last = c(full, last, l)
		weights = append(weights, last)
	}
	return weights
}

func TestPiranhaCurve(t *testing.T) {
	for _, tt := range []struct {
		name  string
		scale int
		full  int
		loads []float64
		want  []int
	}{
		{"idle, up to ten times", 10, 100, slices.Repeat([]float64{0}, 20), []int{150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950, 1000, 1000, 1000}},
		{"another scale", 2, 100, []float64{0, 0, 0}, []int{150, 200, 200}},
		{"scale 1", 1, 100, []float64{0, 5}, []int{100, 100}},
		{"cube root, rounded down", 10, 100, []float64{0.5, 0.875, 0.2}, []int{139, 164, 210}},
		{"full load", 10, 100, []float64{1, 1}, []int{100, 100}},
		{"busy, never below", 10, 100, []float64{2, 9, 1000}, []int{100, 100, 100}},
		{"up and down", 10, 100, []float64{0, 0, 2, 9}, []int{150, 200, 150, 100}},
		{"down to the weight in one", 10, 100, []float64{0, 9}, []int{150, 100}},
		{"a change of less than a quarter is none", 10, 100, []float64{0.9, 0.99, 1.1}, []int{100, 100, 100}},
		{"just a quarter", 10, 100, []float64{0.875, 1.125}, []int{125, 100}},
		{"weight 1 never moves", 10, 1, []float64{0, 0, 5}, []int{1, 1, 1}},
		{"weight 2", 10, 2, []float64{0, 0, 9}, []int{3, 4, 2}},
		{"weight 0", 10, 0, []float64{0, 5}, []int{0, 0}},
		{"the highest", 10, 65535, []float64{0, 0}, []int{65535, 65535}},
	} {
		if got := follow(PiranhaCurve(tt.scale), tt.full, tt.loads...); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSmoothCurve(t *testing.T) {
	for _, tt := range []struct {
		name  string
		full  int
		loads []float64
		want  []int
	}{
		{"idle", 100, []float64{0, 0}, []int{100, 100}},
		{"glides to half", 100, slices.Repeat([]float64{1}, 6), []int{88, 76, 64, 52, 50, 50}},
		{"to a third and back", 80, []float64{2, 2, 2, 2, 2, 2, 0, 0, 0}, []int{70, 60, 50, 40, 30, 27, 37, 47, 57}},
		{"small steps are taken", 100, []float64{0.01, 0.02}, []int{99, 98}},
		{"never below 1", 10, slices.Repeat([]float64{1e6}, 11), []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1}},
		{"weight 1", 1, []float64{0, 50}, []int{1, 1}},
		{"weight 2", 2, []float64{50, 0}, []int{1, 2}},
		{"weight 0", 0, []float64{0}, []int{0}},
	} {
		if got := follow(SmoothCurve, tt.full, tt.loads...); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	// From a weight that Piranha's curve has left.
	if got := SmoothCurve(80, 400, 0); got != 390 {
		t.Errorf("from above: %d", got)
	}
}

// Whatever the loads, weights are in bounds and steps are bounded.
func TestCurveLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		full := 1 + r.IntN(65535)
		scale := 1 + r.IntN(20)
		piranha, smooth := full, full
		for range 50 {
			load := []float64{r.Float64(), 2 * r.Float64(), 100 * r.Float64(), maxLoad * r.Float64()}[r.IntN(4)]
			p, s := PiranhaCurve(scale)(full, piranha, load), SmoothCurve(full, smooth, load)
			if p < full || p > min(scale*full, maxWeight) {
				t.Fatalf("Piranha: weight %d of %d, scale %d", p, full, scale)
			}
			if moved := p - piranha; moved != 0 && 4*max(moved, -moved) < full || moved > 0 && load >= 1 || moved < 0 && load <= 1 {
				t.Fatalf("Piranha: from %d to %d of %d at load %v", piranha, p, full, load)
			}
			if step := max(full/8, 1); s < 1 || s > full || s > smooth+step || s < smooth-step {
				t.Fatalf("smooth: from %d to %d of %d", smooth, s, full)
			}
			piranha, smooth = p, s
		}
	}
}

func TestMachineLoad(t *testing.T) {
	m := NewMachine(Settings{Interval: 20 * time.Second, Reentry: 20 * time.Second, Weight: 100})
	now := time.Duration(0)
	probe := func(up bool) func() Verdict {
		return func() Verdict { now += 20 * time.Second; return m.Step(now, up) }
	}
	load := func(f float64) func() Verdict { return func() Verdict { return m.Load(f) } }
	good, bad := probe(true), probe(false)
	for i, tt := range []struct {
		do      func() Verdict
		want    string
		settled bool
	}{
		{load(0.5), "u", false}, {good, "2!", false}, {load(1), "3!", false},
		{load(0.01), "1!", false}, {load(1), "3!", false}, {load(1), "3", false},
		{good, "6!", false}, {good, "12!", false}, {load(2), "24!", false}, {good, "48!", false}, {good, "96!", false},
		{load(1), "48!", false}, {good, "96!", false}, {good, "100!", true},
		{load(3.5), "350!", true}, {good, "350", true}, {load(0), "0!", true}, {good, "0", true},
		{load(0.255), "26!", true}, {load(1e9), "65535!", true}, {load(-1), "0!", true}, {load(0.001), "1!", true},
		{func() Verdict {
			return m.Configure(Settings{Interval: 20 * time.Second, Reentry: 20 * time.Second, Weight: 0})
		}, "0!", true},
		{load(5), "0", true},
		{func() Verdict {
			return m.Configure(Settings{Interval: 20 * time.Second, Reentry: 20 * time.Second, Weight: 8})
		}, "40!", true},
		{bad, "d!", false}, {good, "1!", false}, {good, "2!", false}, {good, "4!", false}, {good, "8!", true},
	} {
		if got := show(tt.do()); got != tt.want || m.Settled() != tt.settled {
			t.Fatalf("step %d: %s, settled %v; want %s, %v", i, got, m.Settled(), tt.want, tt.settled)
		}
	}
}
