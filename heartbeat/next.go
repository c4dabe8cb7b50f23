package heartbeat

import (
	"math"
	"time"
)

// Never is what Next returns when nothing is due.
const Never = time.Duration(math.MaxInt64)

// Next returns when the next Tick is due, or Never.
func (n Node) Next() time.Duration {
	switch {
	case n.gone():
		return Never
	case !n.started:
		return n.sendAt
	}
	next := n.againAt
	if n.settings.Partner {
		next = min(next, n.sendAt)
		for _, p := range n.paths[:n.settings.Paths] {
			if !p.silent {
				next = min(next, p.heard+n.settings.Deadtime)
			}
		}
	}
	if n.phase == Yielding {
		next = min(next, n.yieldBy)
	}
	if n.wants {
		next = min(next, n.wantsUntil)
	}
	if n.phase == PhaseStandby {
		next = min(next, n.preemptAt)
		if why, _ := n.wanted(); why != "" && n.barred() == noBarrier {
			next = min(next, n.mayFrom())
		}
	}
	return next
}

// wanted returns why a standby should activate without being told anything,
// or nothing.
func (n Node) wanted() (why string, reason Reason) {
	switch {
	case !n.settings.Partner && n.settings.Role == Primary:
		return "no backup router: activating lvs", ReasonAlone
	case n.settings.Partner && n.partner == PartnerSilent:
		return "partner dead: activating lvs", ReasonDead
	}
	return "", 0
}

// mayFrom is when the times of not activating end.
func (n Node) mayFrom() time.Duration {
	if n.failed {
		return max(n.retryAt, n.listenUntil)
	}
	return n.listenUntil
}
