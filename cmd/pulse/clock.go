package main

import (
	"time"

	"golang.org/x/sys/unix"

	"pacu/control"
	"pacu/director"
)

// uptime is a clock that never jumps, and that goes on while the machine is
// suspended: CLOCK_BOOTTIME, see clock_gettime(2).
func uptime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic(err) // every Linux since 2.6.39 has it
	}
	return time.Duration(t.Nano())
}

// today tells the times of s by the clock as it is when s is taken: who reads
// them has nothing else to tell ages by, and the clock may have been set since.
// What has happened once, events and takeovers, keeps the time it was logged
// with.
func today(s *control.Snapshot) {
	move := func(times ...*time.Time) {
		for _, t := range times {
			if !t.IsZero() {
				*t = s.Taken.Add(t.Sub(s.Taken)) // by the monotonic clock
			}
		}
	}
	move(&s.Started, &s.Config.Loaded, &s.Router.Since, &s.Drift.Last)
	if pt := s.Partner; pt != nil {
		move(&pt.Since)
		for i := range pt.Paths {
			move(&pt.Paths[i].LastHeard)
		}
	}
	for i := range s.Witnesses {
		move(&s.Witnesses[i].Since)
	}
	for i := range s.Scripts {
		move(&s.Scripts[i].Since)
	}
	for i := range s.Failovers {
		move(&s.Failovers[i].Since)
	}
	for i := range s.Services {
		for j := range s.Services[i].Servers {
			rs := &s.Services[i].Servers[j]
			move(&rs.Since, &rs.Probed)
			if rs.Drain != nil {
				move(&rs.Drain.Since, &rs.Drain.Until)
			}
			if rs.Forced != nil {
				move(&rs.Forced.Since)
			}
		}
	}
}

// drainsBegan are when drains began, since the boot.
func drainsBegan(drains []director.Drain) []time.Duration {
	var began []time.Duration
	for _, d := range drains {
		began = append(began, (uptime() - time.Since(d.Since)).Round(time.Millisecond))
	}
	return began
}

// drainsNow are drains of the pulse before, which began then, at now and up
// since the boot: their time goes on as if the clock had not been set since.
// Where it is not known when they began, they get no more than they had.
func drainsNow(drains []director.Drain, began []time.Duration, now time.Time, up time.Duration) []director.Drain {
	var list []director.Drain
	for i, d := range drains {
		limit, lasts := d.Until.Sub(d.Since), now.Sub(d.Since)
		if i < len(began) && began[i] <= up {
			lasts = up - began[i]
		}
		d.Since = now.Add(-max(0, lasts))
		if !d.Until.IsZero() {
			d.Until = d.Since.Add(limit)
		}
		list = append(list, d)
	}
	return list
}
