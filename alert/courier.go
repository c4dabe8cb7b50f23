package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	backoffFirst = 10 * time.Second
	backoffMost  = 10 * time.Minute
	idle         = time.Minute // a courier with nothing to do looks again
	// refusals is how often a letter is tried that is refused for what it is:
	// for 10 minutes. A filter of the receiver's may be about to be mended.
	refusals = 7
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
// sent again, with the same ID. One that the receiver refuses again and again
// for what it is gives way to those behind it.
type courier struct {
	channel string
	outbox  Outbox
	log     *slog.Logger
	sender  func() sender // as the settings now say
	// sent is the letter that was sent and could not be taken off, as on a full
	// disk; 0: none.
	sent int64
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
	// None is put off for longer than that: the clock was set back since, and
	// the letter must not wait until that time comes again.
	if wait := l.Due.Sub(now); wait > 0 && wait <= backoffMost {
		return wait
	}
	var a Alert
	if err := json.Unmarshal(l.Alert, &a); err != nil {
		c.log.Error("an alert is damaged: it is dropped", "channel", c.channel, "error", err)
		return c.note(ctx, c.outbox.Sent(ctx, l), 0)
	}
	if l.ID == c.sent {
		return c.takeOff(ctx, l)
	}
	err = c.sender().send(ctx, a)
	var partly partlyError
	var refused refusedError
	switch {
	case errors.As(err, &partly):
		c.log.Warn("an alert did not reach everybody", "channel", c.channel, "id", a.ID, "error", err)
		return c.takeOff(ctx, l)
	case err == nil:
		return c.takeOff(ctx, l)
	case ctx.Err() != nil:
		return 0 // lvsgui ends, which says nothing about the channel
	case errors.As(err, &refused) && l.Tries+1 >= refusals:
		c.log.Error("an alert is refused again and again: it is dropped", "channel", c.channel, "id", a.ID, "title", a.Title, "error", err)
		return c.takeOff(ctx, l)
	}
	wait := backoff(l.Tries + 1)
	if l.Tries == 0 { // the next ones are no news
		c.log.Warn("alerts cannot be sent: they wait, and are tried again", "channel", c.channel, "error", err)
	}
	return c.note(ctx, c.outbox.Failed(ctx, l, err.Error(), now.Add(wait)), wait)
}

// takeOff takes a letter off that is done with. Where that fails it is tried
// again later, and the letter is not sent again meanwhile.
func (c *courier) takeOff(ctx context.Context, l Letter) time.Duration {
	err := c.outbox.Sent(ctx, l)
	if c.sent = 0; err != nil {
		c.sent = l.ID
	}
	return c.note(ctx, err, 0)
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
