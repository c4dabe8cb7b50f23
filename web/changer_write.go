package web

import (
	"context"
	"errors"
	"time"

	"pacu/lvscf"
	"pacu/store"
	machine "pacu/web/change"
)

// put makes text lvs.cf.
func (c *changer) put(text []byte) error {
	err := lvscf.WriteFile(c.path, text)
	if errors.Is(err, lvscf.ErrUnsure) {
		c.log.Error("lvs.cf", "error", err) // it is there, and pulse has to read it
		return nil
	}
	return err
}

// back notes that lvs.cf is text again, as it was before the change.
func (c *changer) back(ctx context.Context, m machine.Machine, text []byte, why string) {
	who := m.Change.Who
	if m.Cause == machine.Asked {
		who = m.Detail
	}
	r := store.Revision{Who: who, Note: why, Origin: store.RolledBack, Serial: textSerial(text)}
	if _, err := c.store.AddRevision(ctx, r, text); err != nil {
		c.log.Error("note that lvs.cf is as before", "error", err)
	}
}

// timeLeft is when p is taken back. Its times are of the wall clock, which may
// have been set back since: what is left is never more than there was, and from
// now on by the monotonic clock.
func timeLeft(p store.Pending, now time.Time) time.Time {
	return now.Add(min(p.Deadline.Sub(now), p.Deadline.Sub(p.Began)))
}
