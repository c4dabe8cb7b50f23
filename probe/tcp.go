package probe

import (
	"context"
	"time"
)

// TCP is up when the server accepts a connection.
type TCP struct{ Way }

// String names the check.
func (c TCP) String() string { return "tcp connect" }

// Probe connects and closes.
func (c TCP) Probe(ctx context.Context, t Target) Result {
	start := time.Now()
	conn, err := c.dial(ctx, "tcp", t)
	took := time.Since(start)
	if err != nil {
		return Result{Why: "connect: " + reason(err, c.connectLimit()), Took: took}
	}
	_ = conn.Close()
	return Result{Up: true, Why: "connected in " + span(took), Took: took}
}
