package templates

import (
	"fmt"
	"strings"
	"time"

	"pacu/control"
	"pacu/store"
	"pacu/web/change"
	"pacu/web/text"
)

// A ChangePage is the change that is under way, or the last one.
type ChangePage struct {
	Machine       change.Machine
	Now           time.Time
	Before, After int64 // revisions; 0: none
	// Snapshot is pulse's, to compare the other router's lvs.cf; nil: not known.
	Snapshot *control.Snapshot
	// Trouble is why a disk, or the database, did not take the change, and Folder
	// where; empty: another reason, or none.
	Trouble store.Trouble
	Folder  string
}

// Under reports whether something is still to happen.
func (v ChangePage) Under() bool { return v.Machine.State != change.Idle }

// waits reports whether somebody is to confirm.
func (v ChangePage) waits() bool { return v.Machine.State == change.Waiting }

// left is the time left to confirm, as minutes and seconds.
func (v ChangePage) left() string {
	d := max(0, v.Machine.Change.Deadline.Sub(v.Now)).Round(time.Second)
	return fmt.Sprintf("%d:%02d", d/time.Minute, d%time.Minute/time.Second)
}

// stage is what happens now, in words.
func (v ChangePage) stage(t *text.Words) string {
	switch v.Machine.State {
	case change.Writing:
		return t.Review.StageWriting
	case change.Reloading:
		return t.Review.StageReloading
	case change.Waiting:
		return t.Review.StageWaiting
	case change.Confirming:
		return t.Review.StageConfirming
	case change.Returning:
		return t.Review.StageReturning
	case change.Reverting:
		return t.Review.StageReverting
	default:
		return t.Review.StageEnding
	}
}

// outcome is what came of the change, and its tone.
func (v ChangePage) outcome(t *text.Words) (words, tone string) {
	m := v.Machine
	switch m.Outcome {
	case change.Confirmed:
		if m.Confirmer == "" {
			return t.Review.EndAtOnce, "ok"
		}
		return fmt.Sprintf(t.Review.EndConfirmed, m.Confirmer), "ok"
	case change.Unread:
		return t.Review.EndUnread, "ok"
	case change.Unwritten:
		words = fmt.Sprintf(t.Review.EndUnwritten, t.Said(m.Detail))
		if v.Trouble != "" {
			words += " " + fmt.Sprintf(t.Trouble.Do.Of(v.Trouble), v.Folder)
		}
		return words, "bad"
	case change.RolledBack:
		return t.Review.EndRolledBack + " " + v.cause(t), "wait"
	default:
		return t.Review.EndLeft + " " + v.cause(t), "bad"
	}
}

// cause is why the change was taken back.
func (v ChangePage) cause(t *text.Words) string {
	m := v.Machine
	switch m.Cause {
	case change.Asked:
		return fmt.Sprintf(t.Review.CauseAsked, m.Detail)
	case change.Late:
		return t.Review.CauseLate
	case change.Refused:
		return fmt.Sprintf(t.Review.CauseRefused, m.Detail)
	case change.Crash:
		return t.Review.CauseCrash
	case change.Fault:
		kind, words, _ := strings.Cut(m.Detail, ": ")
		switch kind {
		case "role":
			return fmt.Sprintf(t.Review.CauseRole, words)
		case "silent":
			return fmt.Sprintf(t.Review.CauseSilent, words)
		default:
			return fmt.Sprintf(t.Review.CauseRefused, words)
		}
	}
	return ""
}
