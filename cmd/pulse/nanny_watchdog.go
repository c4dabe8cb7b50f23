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

// errHangs says that a nanny was silent for longer than its probes may take, or
// takes no orders.
var errHangs = errors.New("it hangs")

// A watchdog measures how long a nanny has been silent, by ticks that come each
// watchEvery. What counts is time in which the ticks came: while pulse itself
// or all the machine stood still, the nanny had no chance to speak either. Nor
// does time in which pulse was busy with its last word, which may have to wait
// for a pass over the kernel: the next one is not read before.
type watchdog struct {
	patience time.Duration // how long a healthy nanny may be silent, but for nannySlack
	silence  time.Duration
	ticked   time.Time
	busy     bool
}

// begin starts the measuring.
func (d *watchdog) begin(now time.Time) { d.silence, d.ticked, d.busy = 0, now, false }

// heard ends a silence, and begins the time that pulse is busy with what it
// heard.
func (d *watchdog) heard() { d.silence, d.busy = 0, true }

// listens ends the time that pulse is busy.
func (d *watchdog) listens() { d.busy = false }

// tick tells how long the nanny has been silent, and whether it hangs.
func (d *watchdog) tick(now time.Time) (silence time.Duration, hangs bool) {
	if !d.busy {
		d.silence += min(now.Sub(d.ticked), 2*watchEvery)
	}
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
	return 2*time.Duration(max(w.Interval, w.Retry)) + 2*probe
}
