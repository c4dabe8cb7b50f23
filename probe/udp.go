package probe

import (
	"context"
	"errors"
	"os"
	"time"
)

// refusalLimit is how long UDP waits to be refused: an ICMP error takes a
// round trip, and a service that says nothing must not look slow.
const refusalLimit = time.Second

// UDP is down when the server refuses an empty datagram: ICMP says that nobody
// listens, or that there is no way to the host. It is all one can know of a
// service of unknown language, and little: silence, from a dead host too, is
// up. SendExpect knows better.
type UDP struct{ Way }

// String names the check.
func (c UDP) String() string { return "udp not refused" }

// Probe sends an empty datagram, and a second one after a third of the time,
// and waits, at most a second, for a refusal.
func (c UDP) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	limit := min(c.Timeout, refusalLimit)
	q := inquiry{limit: limit, again: limit / 3, judge: func([]byte) verdict {
		return verdict{decided: true, up: true, why: "answered in " + span(time.Since(start))}
	}}
	v, err := c.exchange(ctx, t, q)
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
		v, err = verdict{up: true, why: "not refused in " + span(limit)}, nil
	}
	return q.result(v, err, time.Since(start))
}
