package probe

import (
	"context"
	"strings"
)

// All is up when every one of its checks is. They run one after the other, each
// within its own limits, and the first that fails is the last to run. All of
// nothing is up.
type All []Check

// String names the checks.
func (c All) String() string {
	names := make([]string, len(c))
	for i, one := range c {
		names[i] = one.String()
	}
	return strings.Join(names, "; ")
}

// Probe runs the checks. Why is that of the one that failed, named where there
// are several, else of all; Took is the time of those that ran.
func (c All) Probe(ctx context.Context, t Target) Result {
	all := Result{Up: true}
	var whys, warnings []string
	for _, one := range c {
		if len(c) > 1 {
			step(ctx, one.String())
		}
		r := one.Probe(ctx, t)
		all.Took += r.Took
		if len(c) > 1 {
			r.Why = one.String() + ": " + r.Why
		}
		if r.Warning != "" {
			warnings = append(warnings, r.Warning)
		}
		if whys = append(whys, r.Why); !r.Up {
			all.Up, whys = false, []string{r.Why}
			break
		}
	}
	all.Why = strings.Join(whys, "; ")
	all.Warning = strings.Join(warnings, "; ")
	return all
}
