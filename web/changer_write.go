package web

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"pacu/lvscf"
	"pacu/store"
	machine "pacu/web/change"
)

// put makes text lvs.cf.
func (c *changer) put(text []byte) error {
	err := c.save(c.path, text)
	if errors.Is(err, lvscf.ErrUnsure) {
		c.log.Error("lvs.cf", "error", err) // it is there, and pulse has to read it
		return nil
	}
	return err
}

// shortage is what is wrong with a disk or the database, and of which folder,
// where a change could not be written for that; "" where none is.
func (c *changer) shortage(state string) (trouble store.Trouble, folder string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m.Outcome != machine.Unwritten {
		return "", ""
	}
	var of *fs.PathError
	if errors.As(c.job.fault, &of) { // a file's, and not the database's
		state = filepath.Dir(c.path)
	}
	return store.FailureOf(c.job.fault), state
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
