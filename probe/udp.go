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
// listens. It is all one can know of a service of unknown language, and little:
// silence, from a dead host too, is up. SendExpect knows better.
type UDP struct{ Way }

// String names the check.
func (c UDP) String() string { return "udp not refused" }

// Probe sends an empty datagram and waits, at most a second, for a refusal.
func (c UDP) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	limit := min(c.Timeout, refusalLimit)
	conn, err := c.dial(ctx, "udp", t)
	if err != nil {
		return Result{Why: "connect: " + reason(err, limit), Took: time.Since(start)}
	}
	defer conn.Close()
	_ = conn.SetDeadline(start.Add(limit))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err = conn.Write(nil); err == nil {
		_, err = conn.Read(make([]byte, 1))
	}
	took := time.Since(start)
	switch {
	case ctx.Err() != nil:
		return Result{Why: reason(ctx.Err(), took), Took: took}
	case err == nil:
		return Result{Up: true, Why: "answered in " + span(took), Took: took}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Result{Up: true, Why: "not refused in " + span(limit), Took: took}
	}
	return Result{Why: reason(err, limit), Took: took}
}
