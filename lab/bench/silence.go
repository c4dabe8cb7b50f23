package bench

import (
	"slices"
	"time"

	"pacu/lab"
)

// silence is the longest time in which no answer came. Answers are counted when
// they came and not when they were asked for: a request that the network held
// back for most of an outage and then delivered was sent within it.
func silence(samples []lab.Sample) time.Duration {
	var came []time.Time
	for _, s := range samples {
		if s.Err == nil {
			came = append(came, s.At.Add(s.Took))
		}
	}
	slices.SortFunc(came, time.Time.Compare)
	var longest time.Duration
	for i := 1; i < len(came); i++ {
		longest = max(longest, came[i].Sub(came[i-1]))
	}
	return longest
}
