package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Sample is the outcome of one request.
type Sample struct {
	At     time.Time     // when it was sent
	Took   time.Duration // until the whole answer was read, or the failure
	Server string        // who answered; empty when it failed
	Err    error         // nil when it was answered with 200
}

// Tally is a sum of samples.
type Tally struct {
	OK, Failed int
	// Gap is the longest time without success: between two requests that were
	// answered, as they were sent, with a failed one between them. Failures at
	// the start or the end count from the first, or to the last, sample.
	Gap time.Duration
	// By counts the answers of each server, Errors the failures of each text.
	By, Errors map[string]int
	// Slowest is the longest any answered request took.
	Slowest time.Duration
}

// Sum adds samples up. They must be in the order in which they were sent.
func Sum(samples []Sample) Tally {
	t := Tally{By: map[string]int{}, Errors: map[string]int{}}
	var from time.Time // the last success, or the first failure of all
	failing := false
	for i, s := range samples {
		if i == 0 {
			from = s.At
		}
		if s.Err != nil {
			t.Failed++
			t.Errors[s.Err.Error()]++
			failing = true
			t.Gap = max(t.Gap, s.At.Sub(from))
			continue
		}
		if failing {
			t.Gap = max(t.Gap, s.At.Sub(from))
		}
		t.OK++
		t.By[s.Server]++
		t.Slowest = max(t.Slowest, s.Took)
		from, failing = s.At, false
	}
	return t
}

// String is a short line for people.
func (t Tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d ok, %d failed", t.OK, t.Failed)
	if t.Failed > 0 {
		fmt.Fprintf(&b, ", longest gap %s", t.Gap.Round(time.Millisecond))
	}
	for _, name := range slices.Sorted(maps.Keys(t.By)) {
		fmt.Fprintf(&b, ", %s %d", name, t.By[name])
	}
	for _, text := range slices.Sorted(maps.Keys(t.Errors)) {
		fmt.Fprintf(&b, "; %d times %s", t.Errors[text], text)
	}
	return b.String()
}
