package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pacu/control"
	"pacu/web/templates"
)

// explainFresh is how old an explanation may be though nothing about the role
// has changed: it may name times and counts.
const explainFresh = 10 * time.Second

// An explainer asks pulse why the router has its role: when something about
// that has changed, and once in a while. It is used by one goroutine at a time.
type explainer struct {
	of    string // roleFacts of the last answer
	asked time.Time
	last  templates.Why
}

// ask returns the explanation that goes with snap.
func (e *explainer) ask(ctx context.Context, p Pulse, snap *control.Snapshot) templates.Why {
	of := roleFacts(snap)
	if of == e.of && time.Since(e.asked) < explainFresh {
		return e.last
	}
	e.of, e.asked, e.last = of, time.Now(), templates.Why{}
	why, err := p.Explain(ctx)
	if err != nil {
		e.last.Unknown = err.Error()
		return e.last
	}
	e.last.Explanation = *why
	return e.last
}

// roleFacts are those of s that a role hangs on, for comparison.
func roleFacts(s *control.Snapshot) string {
	var b strings.Builder
	fmt.Fprint(&b, s.Router)
	if p := s.Partner; p != nil {
		fmt.Fprint(&b, p.State, p.Phase, p.Faults, p.Held, p.Keyed, p.ConfigDiffers, p.ServersUp, p.Servers)
		for _, path := range p.Paths {
			fmt.Fprint(&b, path.Silent)
		}
	}
	fmt.Fprint(&b, s.Links)
	for _, w := range s.Witnesses {
		fmt.Fprint(&b, w.OK)
	}
	for _, x := range s.Scripts {
		fmt.Fprint(&b, x.OK)
	}
	return b.String()
}
