package main

import (
	"slices"
	"time"

	"pacu/control"
)

// latencies is how many of the last probes' times are kept of each post.
const latencies = 100

// A record is what a nanny's reports have said of one post.
type record struct {
	control.Watching          // but for what latencies say
	took             []uint32 // microseconds, a ring once it is full
	at               int      // the oldest of a full ring
}

func newRecord(p post) *record {
	return &record{Watching: control.Watching{Server: p.server, RealPort: p.realPort, Service: p.service, Health: control.Untried}}
}

// take notes a report that came now.
func (r *record) take(rep control.Report, now time.Time) {
	r.Health, r.Weight, r.Why, r.Trouble = rep.Health, rep.Weight, rep.Why, rep.Trouble
	r.Probed, r.Took, r.Due = now, rep.Took, time.Time{}
	if rep.Next > 0 {
		r.Due = now.Add(time.Duration(rep.Next))
	}
	if rep.Took <= 0 { // there was no probe
		return
	}
	us := uint32(min(time.Duration(rep.Took).Microseconds(), 1<<32-1))
	if len(r.took) < latencies {
		r.took = append(r.took, us)
		return
	}
	r.took[r.at] = us
	r.at = (r.at + 1) % latencies
}

// clone is a record that take leaves alone.
func (r *record) clone() record {
	c := *r
	c.took = slices.Clone(r.took)
	return c
}

// watching is the record with its latencies.
func (r *record) watching() control.Watching {
	w := r.Watching
	w.Probes = len(r.took)
	sorted := slices.Sorted(slices.Values(r.took))
	w.P50, w.P99 = percentile(sorted, 50), percentile(sorted, 99)
	return w
}

// percentile is the least of the sorted times, in microseconds, that n percent
// of them do not exceed.
func percentile(sorted []uint32, n int) control.Duration {
	if len(sorted) == 0 {
		return 0
	}
	us := sorted[(len(sorted)*n+99)/100-1]
	return control.Duration(time.Duration(us) * time.Microsecond)
}
