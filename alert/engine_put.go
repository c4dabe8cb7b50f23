package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// put keeps alerts for each channel that is on.
func (e *Engine) put(ctx context.Context, alerts []Alert, now time.Time) {
	s := e.current()
	for _, a := range alerts {
		e.Log.Info("alert", "id", a.ID, "severity", a.Severity, "title", a.Title)
		b, err := json.Marshal(a)
		if err != nil {
			e.Log.Error("alert cannot be written", "id", a.ID, "error", err)
			continue
		}
		for _, c := range Channels {
			if s.On(c) {
				e.unkept = append(e.unkept, Letter{Channel: c, Alert: b})
			}
		}
	}
	if since := now.Sub(e.saved); len(alerts) > 0 || since >= saveEvery || since < 0 {
		e.save(ctx)
	}
}

// save keeps what is to be remembered, and the letters that are not kept yet.
// Where that fails, as on a full disk, they stay with us for the next time.
func (e *Engine) save(ctx context.Context) {
	if !e.machine.Changed() && len(e.unkept) == 0 {
		return
	}
	e.saved = time.Now()
	b, err := json.Marshal(e.machine.Memory())
	var dropped int64
	if err == nil {
		dropped, err = e.Outbox.Put(ctx, b, e.unkept)
	}
	if err != nil {
		e.machine.dirty = true
		e.Log.Error("alerts cannot be kept: they are tried again", "waiting", len(e.unkept), "error", err)
		if more := len(e.unkept) - maxUnkept; more > 0 {
			e.Log.Error("alerts are lost", "number", more)
			e.unkept = append([]Letter(nil), e.unkept[more:]...)
		}
		return
	}
	if dropped > 0 {
		e.Log.Warn(fmt.Sprintf("%d alerts waited too long, or were too many: they are dropped", dropped))
	}
	for _, l := range e.unkept {
		nudge(e.wake[l.Channel])
	}
	e.unkept = nil
}
