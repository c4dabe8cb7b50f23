package alert

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"pacu/control"
)

// Test sends a test over every channel that is on, all at once and past the
// outbox, and returns what became of it, in the channels' order.
func (e *Engine) Test(ctx context.Context, id string) []control.AlertOutcome {
	s := e.current()
	var on []string
	for _, c := range Channels {
		if s.On(c) {
			on = append(on, c)
		}
	}
	a := testAlert(identifier("test-"+id), e.Router, time.Now())
	out := make([]control.AlertOutcome, len(on))
	var all sync.WaitGroup
	for i, c := range on {
		all.Go(func() {
			began := time.Now()
			err := s.sender(c, e.Roots).send(ctx, a)
			out[i] = control.AlertOutcome{Channel: c, To: s.to(c), Took: control.Duration(time.Since(began))}
			if err != nil {
				out[i].Error = oneLine(err.Error(), 500)
			}
		})
	}
	all.Wait()
	return out
}

// to is where a channel leads, for people, without what is secret.
func (s Settings) to(channel string) string {
	switch channel {
	case MailChannel:
		return strings.Join(s.Mail.To, ", ")
	case WebhookChannel:
		if u, err := url.Parse(s.Webhook.URL); err == nil {
			return u.Host
		}
	case SyslogChannel:
		return s.Syslog.Address
	}
	return channel
}

// answer does the test that pulse asks for.
func (e *Engine) answer(ctx context.Context, id string) {
	if err := e.Pulse.AlertsTold(ctx, control.AlertTest{ID: id}); err != nil {
		e.Log.Warn("a test of alerts that nobody waits for is not sent", "error", err)
		return
	}
	if err := e.Pulse.AlertsTold(ctx, control.AlertTest{ID: id, Done: true, Outcomes: e.Test(ctx, id)}); err != nil && ctx.Err() == nil {
		e.Log.Warn("pulse does not hear what became of a test of alerts", "error", err)
	}
}
