package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

const (
	backoffFirst = 10 * time.Second
	backoffMost  = 10 * time.Minute
	idle         = time.Minute // a courier with nothing to do looks again
)

// backoff is how long to wait after so many failures in a row.
func backoff(failures int) time.Duration {
	d := backoffFirst
	for range failures - 1 {
		if d *= 2; d >= backoffMost {
			return backoffMost
		}
	}
	return d
}

// A courier sends the letters of one channel, the oldest first. One that cannot
// be sent is tried again, and those after it wait: their order stays.
//
// A letter is taken off after it was sent. Where lvsgui dies in between, it is
// sent again, with the same ID.
type courier struct {
	channel string
	outbox  Outbox
	log     *slog.Logger
	sender  func() sender // as the settings now say
}

// step sends the first letter if it is due, and returns how long to wait for
// the next step.
func (c *courier) step(ctx context.Context, now time.Time) time.Duration {
	l, ok, dropped, err := c.outbox.First(ctx, c.channel)
	c.dropped(dropped)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Error("alerts cannot be read: they wait", "channel", c.channel, "error", err)
		}
		return idle
	}
	if !ok {
		return idle
	}
	if wait := l.Due.Sub(now); wait > 0 {
		return min(wait, backoffMost) // a clock that was set back stops nothing
	}
	var a Alert
	if err := json.Unmarshal(l.Alert, &a); err != nil {
		c.log.Error("an alert is damaged: it is dropped", "channel", c.channel, "error", err)
		return c.note(ctx, c.outbox.Sent(ctx, l), 0)
	}
	err = c.sender().send(ctx, a)
	switch {
	case err == nil:
		return c.note(ctx, c.outbox.Sent(ctx, l), 0)
	case ctx.Err() != nil:
		return 0 // lvsgui ends, which says nothing about the channel
	}
	wait := backoff(l.Tries + 1)
	if l.Tries == 0 { // the next ones are no news
		c.log.Warn("alerts cannot be sent: they wait, and are tried again", "channel", c.channel, "error", err)
	}
	return c.note(ctx, c.outbox.Failed(ctx, l, err.Error(), now.Add(wait)), wait)
}

// note is wait, or where err is not nil long enough not to send one letter
// again and again because nobody could note that it was sent.
func (c *courier) note(ctx context.Context, err error, wait time.Duration) time.Duration {
	if err == nil || ctx.Err() != nil {
		return wait
	}
	c.log.Error("the outbox of alerts cannot be written", "channel", c.channel, "error", err)
	return idle
}

func (c *courier) dropped(n int64) {
	if n > 0 {
		c.log.Warn(fmt.Sprintf("%d alerts waited too long, or were too many: they are dropped", n), "channel", c.channel)
	}
}

// run sends until ctx ends; wake has it look at once.
func (c *courier) run(ctx context.Context, wake <-chan struct{}) {
	for ctx.Err() == nil {
		t := time.NewTimer(c.step(ctx, time.Now()))
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-wake:
		}
		t.Stop()
	}
}
