package series

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var epoch = time.Unix(1_700_000_000, 0) // begins a step

// show is the last n points of kind, "-" for a gap.
func show(t *Table, kind Kind, n int) string {
	points, _ := t.Points(key(0), kind)
	var out []string
	for _, v := range points[Points-n:] {
		if IsGap(v) {
			out = append(out, "-")
			continue
		}
		out = append(out, fmt.Sprint(v))
	}
	return strings.Join(out, " ")
}

func TestSeries(t *testing.T) {
	const miss, gone = -1, -2
	type look struct {
		step  int
		value int // of the counter and of the gauge, or miss or gone
	}
	for _, tt := range []struct {
		name          string
		looks         []look
		active, rates string // the last 8
	}{
		{"steady", []look{{0, 100}, {1, 200}, {2, 350}, {3, 350}}, "- - - - 100 200 350 350", "- - - - - 20 30 0"},
		{"a pulse that does not answer is a gap", []look{{0, 100}, {1, 200}, {2, miss}, {3, miss}, {4, 500}, {5, 600}}, "- - 100 200 - - 500 600", "- - - 20 - - - 20"},
		{"a pulse that was not asked is bridged", []look{{0, 100}, {1, 200}, {4, 500}}, "- - - 100 200 500 500 500", "- - - - 20 20 20 20"},
		{"but not for long", []look{{0, 100}, {7, 800}}, "100 - - - - - - 800", "- - - - - - - -"},
		{"a counter that begins anew is no spike", []look{{0, 1_000_000}, {1, 1_000_100}, {2, 50}, {3, 100}}, "- - - - 1e+06 1.0001e+06 50 100", "- - - - - 20 - 10"},
		{"an object that comes and goes", []look{{0, 100}, {1, 200}, {2, gone}, {3, 300}, {4, 400}}, "- - - 100 200 - 300 400", "- - - - 20 - - 20"},
		{"a night without looks", []look{{0, 100}, {1, 200}, {9999, 100}}, "- - - - - - - 100", "- - - - - - - -"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := &Table{}
			for _, l := range tt.looks {
				at := epoch.Add(time.Duration(l.step) * Step)
				if l.value == miss {
					table.Miss(at)
					continue
				}
				table.Begin(at)
				if n := uint64(l.value); l.value != gone {
					table.Put(key(0), at, Calm, Sample{Active: n, Connections: n, BytesIn: n, BytesOut: n})
				}
				table.End()
			}
			if got := show(table, Active, 8); got != tt.active {
				t.Errorf("active: %s, want %s", got, tt.active)
			}
			for _, k := range []Kind{Connections, BytesIn, BytesOut} {
				if got := show(table, k, 8); got != tt.rates {
					t.Errorf("rate %d: %s, want %s", k, got, tt.rates)
				}
			}
		})
	}
}

// The ring goes round and forgets what is older than it shows.
func TestSeriesGoesRound(t *testing.T) {
	table := &Table{}
	for i := range 2*Points + 7 {
		at := epoch.Add(time.Duration(i) * Step)
		table.Begin(at)
		table.Put(key(0), at, Calm, Sample{Active: uint64(i), Connections: uint64(5 * i)})
		table.End()
	}
	points, ok := table.Points(key(0), Active)
	if !ok || len(points) != Points || points[0] != Points+7 || points[Points-1] != 2*Points+6 {
		t.Errorf("points %v to %v", points[0], points[Points-1])
	}
	if got := show(table, Connections, 3); got != "1 1 1" {
		t.Errorf("rates %s", got)
	}
	if _, ok := table.Points(key(1), Active); ok {
		t.Error("an unknown object has points")
	}
}
