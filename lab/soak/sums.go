package soak

import (
	"fmt"
	"time"
)

// Sums are what became of all that happened.
type Sums struct {
	Steps     map[string]int // by kind
	Answered  map[string]int // requests, by how they were made
	OnDead    int            // lost on real servers that were dead, before anybody could know
	NearDead  int            // lost when one had just died, and whose connection left the kernel's list with it
	OnDrift   int            // lost while the kernel was as somebody else had left it
	OnOutage  int            // lost while the active router had failed, and the other did not serve yet
	OnMachine int            // lost while the machine itself stood still: nobody can tell
	Drifts    int
	Slowest   time.Duration // repair of a drift
	Outages   int
	Longest   time.Duration // outage
	Stalls    int           // answers to the control that came too late
	Failed    int           // lost for no reason
}

// String is the sums in a line.
func (s Sums) String() string {
	total, steps := 0, 0
	for _, n := range s.Answered {
		total += n
	}
	for _, n := range s.Steps {
		steps += n
	}
	return fmt.Sprintf("%d steps; %d requests answered (%d over new connections, %d over kept ones, %d downloads); lost: %d on dead servers and %d as one died, %d on %d drifts (the slowest repair took %.2f s), %d in %d outages (the longest took %.2f s), %d while the machine itself stood still (%d times), %d for no reason",
		steps, total, s.Answered[fresh], s.Answered[kept], s.Answered[download], s.OnDead, s.NearDead, s.OnDrift, s.Drifts, s.Slowest.Seconds(), s.OnOutage, s.Outages, s.Longest.Seconds(), s.OnMachine, s.Stalls, s.Failed)
}
