package templates

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"pacu/web/series"
	"pacu/web/text"
)

// A Series is what the charts of one object show; nil where nothing is known.
type Series struct{ Active, Connections, In, Out []float32 }

// thin is how many points of a series are one of a small chart.
const thin = 3

// Thin makes a third as many points, each the mean of what is known of three.
func Thin(points []float32) []float32 {
	if points == nil {
		return nil
	}
	out := make([]float32, len(points)/thin)
	for i := range out {
		var sum float32
		n := 0
		for _, v := range points[i*thin : (i+1)*thin] {
			if !series.IsGap(v) {
				sum += v
				n++
			}
		}
		if n == 0 {
			out[i] = float32(math.NaN())
			continue
		}
		out[i] = sum / float32(n)
	}
	return out
}

// A chartSummary is what a chart comes to in numbers.
type chartSummary struct {
	known     bool
	last, top float32
	lastKnown bool // the newest point is known
}

func summarize(points []float32) chartSummary {
	var s chartSummary
	for i, v := range points {
		if series.IsGap(v) {
			continue
		}
		s.known, s.top, s.last = true, max(s.top, v), v
		s.lastKnown = i == len(points)-1
	}
	return s
}

// The size of a small chart and of a large one, in its own units.
const (
	sparkWidth, sparkHeight = 120, 20
	chartWidth, chartHeight = 360, 90
)

// ceiling is a round number at or above top, for the upper edge of a chart.
func ceiling(top float32) float64 {
	if top <= 1 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(float64(top))))
	for _, n := range []float64{1, 2, 2.5, 5, 10} {
		if v := n * unit; v >= float64(top) {
			return v
		}
	}
	return 10 * unit
}

// chartLine is the path of points in a box, with nothing drawn where nothing is
// known. A point between two gaps is a short stroke.
func chartLine(points []float32, width, height int, top float64) string {
	var b strings.Builder
	step := float64(width) / float64(max(len(points)-1, 1))
	at := func(i int) (x, y float64) {
		return float64(i) * step, float64(height) - 1 - float64(points[i])/top*float64(height-2)
	}
	drawing := false
	for i, v := range points {
		if series.IsGap(v) {
			drawing = false
			continue
		}
		x, y := at(i)
		word := "L"
		if !drawing {
			word = "M"
		}
		b.WriteString(word + coordinate(x) + " " + coordinate(y))
		if !drawing && (i == len(points)-1 || series.IsGap(points[i+1])) {
			b.WriteString("h1")
		}
		drawing = true
	}
	return b.String()
}

// chartGaps are the stretches of which nothing is known, as x and width.
func chartGaps(points []float32, width int) [][2]string {
	var out [][2]string
	step := float64(width) / float64(max(len(points)-1, 1))
	for i := 0; i < len(points); i++ {
		if !series.IsGap(points[i]) {
			continue
		}
		from := i
		for i < len(points) && series.IsGap(points[i]) {
			i++
		}
		a, z := max(0, (float64(from)-.5)*step), min(float64(width), (float64(i)-.5)*step)
		out = append(out, [2]string{coordinate(a), coordinate(z - a)})
	}
	return out
}

// coordinate is v with one digit after the point at most.
func coordinate(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// quantity is a number of three figures.
func quantity(v float64) string {
	switch {
	case v >= 10_000:
		return number(uint64(v + .5))
	case v >= 100 || v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

func bytesQuantity(v float64) string { return bytesPerSecond(uint64(v + .5)) }

// spoken is a chart in words.
func spoken(t *text.Words, name string, points []float32, unit func(float64) string) string {
	s := summarize(points)
	switch {
	case !s.known:
		return name + ": " + t.Watch.ChartEmpty
	case !s.lastKnown:
		return fmt.Sprintf(t.Watch.ChartOld, name, unit(float64(s.last)), unit(float64(s.top)))
	default:
		return fmt.Sprintf(t.Watch.ChartNow, name, unit(float64(s.last)), unit(float64(s.top)))
	}
}
