package probe

import (
	"context"
	"time"
)

// TCP is up when the server's kernel accepts a connection. It then is reset
// before the last packet of TCP's handshake, as HAProxy does: the program that
// listens never hears of it, has no work and nothing to log, and neither side
// keeps what it knew of the connection. A program that does not take
// connections any more is found when the queue of those that wait is full, from
// where on the kernel accepts none.
type TCP struct{ Way }

// String names the check.
func (c TCP) String() string { return "tcp connect" }

// Probe connects and resets.
func (c TCP) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	err := c.knock(ctx, t, start)
	took := time.Since(start)
	if err != nil {
		return Result{Why: "connect: " + reason(err, c.connectLimit()), Took: took}
	}
	return Result{Up: true, Why: "connected in " + span(took), Took: took}
}
