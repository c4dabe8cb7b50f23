package bench

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/lvscf"
)

func TestSpacings(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond) }
	got := spacings([]sighting{
		{at: at(0), kind: heartbeat, addr: routerAddr(0)}, {at: at(120), kind: heartbeat, addr: routerAddr(0)}, {at: at(50), kind: heartbeat, addr: routerAddr(0)},
		{at: at(60), kind: heartbeat, addr: routerAddr(1)}, {at: at(70), kind: announcement, addr: widely.address(0)},
	})
	if diff := cmp.Diff([]time.Duration{50 * time.Millisecond, 70 * time.Millisecond}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQuantile(t *testing.T) {
	var thousand []float64
	for i := range 1000 {
		thousand = append(thousand, float64(1000-i))
	}
	for part, want := range map[float64]float64{0.999: 999, 1: 1000, 0.5: 500, 0: 1} {
		if got := quantile(thousand, part); got != want {
			t.Errorf("%g of 1 to 1000: %g, want %g", part, got, want)
		}
	}
	if got := quantile([]float64{7}, 0.999); got != 7 {
		t.Errorf("of a single value: %g", got)
	}
}

// Every server of one lvs.cf differs from the same one of the next, and is
// checked.
func TestBusyFile(t *testing.T) {
	b := &busy{table: table{virtuals: 3, servers: 6}}
	was, problems := lvscf.Read("lvs.cf", b.file(0))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	is, problems := lvscf.Read("lvs.cf", b.file(1))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i, v := range is.Virtuals {
		if v.Unchecked {
			t.Errorf("%s is not checked", v.Name)
		}
		for j, s := range v.Servers {
			if old := was.Virtuals[i].Servers[j]; s.Weight == old.Weight || s.Name != old.Name {
				t.Errorf("%s of %s has weight %d as before", s.Name, v.Name, s.Weight)
			}
		}
	}
}
