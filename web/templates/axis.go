package templates

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"pacu/control"
)

// The size of a change of role on its axis of time, in its own units.
const (
	axisWidth, axisHeight = 480, 34
	axisEdge              = 10 // at both ends
	axisLine              = 12 // where the line is, from above
)

// An axisMark is a step of a change of role on its axis.
type axisMark struct {
	x, title string
	last     bool
}

// axisMarks are the steps shown of a change of role, by when they were.
func axisMarks(one control.Takeover) []axisMark {
	shown, _ := steps(one)
	whole := spanOf(one)
	marks := make([]axisMark, len(shown))
	for i, s := range shown {
		marks[i] = axisMark{axisPlace(s.At.Sub(shown[0].At), whole), sinceFirst(one, s.At) + " " + s.What, i == len(shown)-1}
	}
	return marks
}

// spanOf is how long the steps shown of a change of role took.
func spanOf(one control.Takeover) time.Duration {
	shown, _ := steps(one)
	if len(shown) < 2 {
		return 0
	}
	return shown[len(shown)-1].At.Sub(shown[0].At)
}

func axisPlace(at, whole time.Duration) string {
	if whole <= 0 {
		return strconv.Itoa(axisEdge)
	}
	return coordinate(axisEdge + float64(at)/float64(whole)*(axisWidth-2*axisEdge))
}

// An axisTick is a round time on the axis.
type axisTick struct{ x, words string }

// axisTicks are three to six round times.
func axisTicks(whole time.Duration) []axisTick {
	if whole <= 0 {
		return nil
	}
	unit := math.Pow(10, math.Floor(math.Log10(float64(whole))))
	step := time.Duration(unit)
	switch n := float64(whole) / unit; {
	case n < 2:
		step = time.Duration(unit / 2)
	case n >= 5:
		step = time.Duration(2 * unit)
	}
	var ticks []axisTick
	for at := time.Duration(0); at <= whole; at += step {
		ticks = append(ticks, axisTick{axisPlace(at, whole), briefly(at)})
	}
	return ticks
}

// briefly is a round time on an axis.
func briefly(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < time.Millisecond:
		return fmt.Sprintf("%g µs", float64(d)/1e3)
	case d < time.Second:
		return fmt.Sprintf("%g ms", float64(d)/1e6)
	default:
		return fmt.Sprintf("%g s", float64(d)/1e9)
	}
}
