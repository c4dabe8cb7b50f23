package templates

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/control"
	"pacu/web/text"
)

var nan = float32(math.NaN())

func TestChartLine(t *testing.T) {
	for _, tt := range []struct {
		points []float32
		want   string
	}{
		{nil, ""},
		{[]float32{nan, nan}, ""},
		{[]float32{0, 5, 10}, "M0 19L60 10L120 1"},
		{[]float32{0, nan, 10}, "M0 19h1M120 1h1"},
		{[]float32{10, 10, nan, 0, 0}, "M0 1L30 1M90 19L120 19"},
	} {
		if got := chartLine(tt.points, sparkWidth, sparkHeight, 10); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.points, got, tt.want)
		}
	}
	if diff := cmp.Diff([][2]string{{"15", "60"}, {"105", "15"}}, chartGaps([]float32{1, nan, nan, 1, nan}, 120)); diff != "" {
		t.Error(diff)
	}
}

func TestCeiling(t *testing.T) {
	for top, want := range map[float32]float64{0: 1, .2: 1, 1: 1, 1.1: 2, 7: 10, 12: 20, 21: 25, 99: 100, 212: 250, 9_999_999: 10_000_000} {
		if got := ceiling(top); got != want {
			t.Errorf("ceiling(%v) = %v, want %v", top, got, want)
		}
	}
}

func TestThin(t *testing.T) {
	got := Thin([]float32{1, 2, 3, nan, nan, nan, nan, 4, nan})
	if len(got) != 3 || got[0] != 2 || got[1] == got[1] || got[2] != 4 {
		t.Errorf("thinned to %v", got)
	}
	if Thin(nil) != nil {
		t.Error("nothing became something")
	}
}

func TestSpoken(t *testing.T) {
	en := text.English.Words()
	for want, points := range map[string][]float32{
		"Conn/s: nothing known yet":                    {nan, nan},
		"Conn/s: now 3, at most 7":                     {7, nan, 3},
		"Conn/s: last known 0.25, at most 12\u2009000": {12000, .25, nan},
	} {
		if got := spoken(en, "Conn/s", points, quantity); got != want {
			t.Errorf("%v: %q, want %q", points, got, want)
		}
	}
}

func TestAxis(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	one := control.Takeover{Steps: []control.Moment{{At: at, What: "a"}, {At: at.Add(500 * time.Millisecond), What: "b"}, {At: at.Add(time.Second), What: "c"}}}
	want := []axisMark{{"10", "+0.0 ms a", false}, {"240", "+500.0 ms b", false}, {"470", "+1000.0 ms c", true}}
	if diff := cmp.Diff(want, axisMarks(one), cmp.AllowUnexported(axisMark{})); diff != "" {
		t.Error(diff)
	}
	for whole, want := range map[time.Duration]string{0: "", time.Second: "0 500 ms 1 s ", 4250 * time.Microsecond: "0 1 ms 2 ms 3 ms 4 ms ", 62 * time.Second: "0 20 s 40 s 60 s ", 90 * time.Microsecond: "0 20 µs 40 µs 60 µs 80 µs "} {
		got := ""
		for _, tick := range axisTicks(whole) {
			got += tick.words + " "
		}
		if got != want {
			t.Errorf("ticks of %v: %q, want %q", whole, got, want)
		}
	}
}

func TestCutWords(t *testing.T) {
	for in, want := range map[string]string{"short": "short", "much too long": "much to…", "虚拟服务器": "虚拟服…"} {
		if got := cutWords(in, 49); got != want {
			t.Errorf("cutWords(%q) = %q, want %q", in, got, want)
		}
	}
}
