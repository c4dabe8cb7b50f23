package main

import (
	"errors"
	"time"

	"pacu/control"
)

const (
	watchEvery = time.Second
	nannySlack = 5 * time.Second // a nanny may be this late with a report before it counts as hung
)

// errHangs says that a nanny was silent for longer than its probes may take.
var errHangs = errors.New("it hangs")

// A watchdog measures how long a nanny has been silent, by ticks that come each
// watchEvery. What counts is time in which the ticks came: while pulse itself
// or all the machine stood still, the nanny had no chance to speak either.
type watchdog struct {
	patience time.Duration // how long a healthy nanny may be silent, but for nannySlack
	silence  time.Duration
	ticked   time.Time
}

// begin starts the measuring.
func (d *watchdog) begin(now time.Time) { d.silence, d.ticked = 0, now }

// heard ends a silence.
func (d *watchdog) heard() { d.silence = 0 }

// tick tells how long the nanny has been silent, and whether it hangs.
func (d *watchdog) tick(now time.Time) (silence time.Duration, hangs bool) {
	d.silence += min(now.Sub(d.ticked), 2*watchEvery)
	d.ticked = now
	return d.silence, d.silence > d.patience+nannySlack
}

// patience is how long a healthy nanny may be silent of a watch: until the
// next probe, and for that, which may be made twice.
func patience(w control.Watch) time.Duration {
	var probe time.Duration
	for _, c := range w.Checks {
		limit := time.Duration(c.Timeout)
		if limit <= 0 {
			limit = time.Duration(w.Interval)
		}
		probe += limit
	}
	if len(w.Checks) == 0 {
		probe = time.Duration(w.Interval)
	}
	return 2*time.Duration(max(w.Interval, w.Retry)) + 2*probe
}
