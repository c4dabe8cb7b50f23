package scenario

import (
	"context"
	"time"
)

const (
	// patience bounds every wait for something that has to happen: a slow
	// machine that shares its processors needs a small part of it.
	patience = 2 * time.Minute
	// impatience bounds one question of many.
	impatience = 3 * time.Second
)

// awake is ctx with a limit that counts only while the machine runs: an
// emulated or shared one may stand still for as long as any limit, and what
// waits has waited no longer for that.
func awake(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	const tick = 100 * time.Millisecond
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		every := time.NewTicker(tick)
		defer every.Stop()
		for last, left := time.Now(), limit; left > 0; {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
			}
			now := time.Now()
			left -= min(now.Sub(last), 2*tick)
			last = now
		}
		cancel(context.DeadlineExceeded)
	}()
	return ctx, func() { cancel(nil) }
}
