package web

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"time"

	"pacu/control"
	machine "pacu/web/change"
)

// A vigil is what is known of pulse while a change waits to be confirmed.
type vigil struct {
	known   bool            // what follows was seen before the change
	active  bool            // the router served
	trouble map[string]bool // that was there, or is told of already, by its key
	lost    time.Time       // since when pulse does not answer; zero: it does
}

// Why a change is taken back though pulse has read it; pulse's words follow
// after a colon.
const (
	faultRole    = "role"    // the router served, and does no longer
	faultRefused = "refused" // pulse has not taken lvs.cf at another reload
	faultSilent  = "silent"  // pulse has gone
)

// lostFor is how long pulse may be away while a change waits: a restart of it
// takes less.
const lostFor = 10 * time.Second

// watch looks at pulse and lvs.cf for a change that waits.
func (c *changer) watch(ctx context.Context) machine.Seen {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	s, err := c.pulse.Snapshot(ctx)
	var seen machine.Seen
	c.mu.Lock()
	after := c.m.Change.After
	seen.Fault, seen.Trouble = c.vigil.look(c.now(), s, err)
	c.mu.Unlock()
	now, err := readConfig(c.path)
	seen.Another = err == nil && hash(now) != after || errors.Is(err, fs.ErrNotExist)
	return seen
}

// before returns the vigil of a change that is about to be made.
func (c *changer) before(ctx context.Context) vigil {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	var v vigil
	if s, err := c.pulse.Snapshot(ctx); err == nil {
		v.look(c.now(), s, nil)
	}
	return v
}

// look returns what speaks against the change in what pulse answered. The
// first answer is how things were before.
func (v *vigil) look(now time.Time, s *control.Snapshot, err error) (fault string, trouble []string) {
	if err != nil {
		if v.lost.IsZero() {
			v.lost = now
		}
		if v.known && now.Sub(v.lost) >= lostFor {
			return faultSilent + ": " + reason(err), nil
		}
		return "", nil
	}
	v.lost = time.Time{}
	first := !v.known
	if first {
		v.known, v.active, v.trouble = true, s.Router.State == control.Active, map[string]bool{}
	}
	for _, t := range s.Trouble {
		key := figures.ReplaceAllString(t, "0")
		if !v.trouble[key] {
			v.trouble[key] = true
			if !first {
				trouble = append(trouble, t)
			}
		}
	}
	switch {
	case first:
	case v.active && s.Router.State != control.Active:
		fault = faultRole + ": " + string(s.Router.State) + ": " + s.Router.Why
	case s.Config.Refused != "":
		fault = faultRefused + ": " + s.Config.Refused
	}
	return fault, trouble
}

// figures are the times and durations in a sentence of pulse's, which differ
// from one second to the next.
var figures = regexp.MustCompile(`(^| )\d\d:\d\d(:\d\d)?\b|\b(\d+(\.\d+)?(ms|s|m|h|µs))+\b`)
