package soak

import (
	"fmt"
	"strings"
	"time"
)

// died, returned, changed and repaired write the history.
func (d *day) died(server string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.history.deaths = append(d.history.deaths, death{server: server, from: time.Now()})
}

func (d *day) returned(server string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.history.deaths {
		if last := &d.history.deaths[i]; last.server == server && last.to.IsZero() {
			last.to = time.Now()
		}
	}
}

func (d *day) changed(c change) (index int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.history.changes = append(d.history.changes, c)
	if c.outage {
		d.sums.Outages++
	} else {
		d.sums.Drifts++
	}
	return len(d.history.changes) - 1
}

func (d *day) repaired(index int, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &d.history.changes[index]
	c.to = at
	if took := c.to.Sub(c.from); c.outage {
		d.sums.Longest = max(d.sums.Longest, took)
	} else {
		d.sums.Slowest = max(d.sums.Slowest, took)
	}
}

// stalled tells whether the machine stood still in a time.
func (d *day) stalled(from, to time.Time) bool {
	h := history{stalls: d.site.stalls()}
	return h.stalled(from, to)
}

// judge judges the requests that were lost before a time, when all is known
// that they may be blamed on, and tells of those that should not have been.
func (d *day) judge(before time.Time) {
	d.mu.Lock()
	d.history.stalls = d.site.stalls()
	d.sums.Stalls = len(d.history.stalls)
	var later []request
	var bad []string
	for _, r := range d.lost {
		if r.ended.After(before) {
			later = append(later, r)
			continue
		}
		v, why := d.history.judge(r)
		switch v {
		case onDead:
			d.sums.OnDead++
		case nearDead:
			d.sums.NearDead++
		case onDrift:
			d.sums.OnDrift++
		case onOutage:
			d.sums.OnOutage++
		case onMachine:
			d.sums.OnMachine++
		case failed:
			d.sums.Failed++
			if d.sums.Failed <= told {
				bad = append(bad, fmt.Sprintf("LOST: %v; %s\n%s", r, why, d.around(r)))
			}
		}
	}
	d.lost = later
	d.mu.Unlock()
	for _, text := range bad {
		d.Say("%s", text)
	}
}

// told is how many failures are shown in full.
const told = 10

// around is what happened near a request. The caller holds mu.
func (d *day) around(r request) string {
	const before, after = 8 * time.Second, 2 * time.Second
	var b strings.Builder
	for _, e := range d.timeline {
		if e.at.After(r.ended.Add(-before)) && e.at.Before(r.ended.Add(after)) {
			fmt.Fprintf(&b, "    %s %s\n", e.at.Format(clock), e.text)
		}
	}
	return b.String()
}
