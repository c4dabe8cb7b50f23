package bench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A Figure is one value of ours beside the peer's.
type Figure struct {
	Name       string
	Ours       float64
	Peer       string // the peer's name
	PeerValue  float64
	Fractional bool // shown with two decimals even when whole
	// Want is what the ratio should be at most; 0 asks nothing of it.
	Want float64
	None bool   // ours should be 0, whatever the peer's
	Note string // for the line's end; empty: none
}

// bound is the peer's name where there is no peer but a fixed value.
const bound = "bound"

// String is the figure's line.
func (f Figure) String() string {
	line := fmt.Sprintf("bench %s ours=%s peer=%s:%s ratio=%s", f.Name, f.show(f.Ours), f.Peer, f.show(f.PeerValue), ratio(f.Ours, f.PeerValue))
	switch {
	case f.None:
		line += " want=0 " + verdict(f.Ours == 0)
	case f.Want > 0:
		line += fmt.Sprintf(" want<=%.2f %s", f.Want, verdict(f.Ours <= f.Want*f.PeerValue))
	}
	if f.Note != "" {
		line += " (" + f.Note + ")"
	}
	return line
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

func (f Figure) show(v float64) string {
	if f.Fractional || v != math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// ratio is ours divided by the peer's. Two that are both 0 are equal.
func ratio(ours, peer float64) string {
	switch {
	case peer != 0:
		return strconv.FormatFloat(ours/peer, 'f', 2, 64)
	case ours == 0:
		return "1.00"
	}
	return "inf"
}

// median is the middle value, or the mean of the two in the middle. There must
// be one.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
