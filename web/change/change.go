package change

import "time"

// A Change is what is applied.
type Change struct {
	Who    string // applied it
	Note   string
	Before string // SHA-256 of lvs.cf before, in hex; empty: there was none to go back to
	After  string // SHA-256 of it as applied
	Began  time.Time
	// Deadline is when it is taken back unless it is confirmed. Not after
	// Began: it needs no confirmation.
	Deadline time.Time
}

// AtOnce reports whether the change needs nobody to confirm it.
func (c Change) AtOnce() bool { return !c.Deadline.After(c.Began) }

// A State is how far a change has come.
type State string

// The states. All but Idle and Waiting end by themselves.
const (
	Idle       State = ""           // no change is under way
	Writing    State = "writing"    // lvs.cf is written
	Reloading  State = "reloading"  // pulse reads it
	Waiting    State = "waiting"    // until it is confirmed
	Confirming State = "confirming" // it is noted that it is confirmed
	Returning  State = "returning"  // lvs.cf as before is written
	Reverting  State = "reverting"  // pulse reads that
	Ending     State = "ending"     // it is noted that the change is over
)

// An Outcome is what came of a change.
type Outcome string

// The outcomes.
const (
	Unwritten  Outcome = "unwritten"   // lvs.cf could not be written: nothing has changed
	Confirmed  Outcome = "confirmed"   //
	Unread     Outcome = "unread"      // pulse does not run and will read it at its start: there is nothing to confirm
	RolledBack Outcome = "rolled back" // lvs.cf is as before
	Left       Outcome = "left"        // it was to be taken back, and lvs.cf is not what was applied, or there was none before
)

// A Cause is why a change is taken back.
type Cause string

// The causes.
const (
	Asked   Cause = "asked"   // somebody wants it; Detail is who
	Late    Cause = "late"    // nobody confirmed it in time
	Refused Cause = "refused" // pulse did not take it; Detail is why
	Fault   Cause = "fault"   // pulse got into trouble with it; Detail is which
	Crash   Cause = "crash"   // the console ended before lvs.cf was written
)

// An Action is what the caller does next. It tells what came of it by one of
// the events named.
type Action string

// The actions.
const (
	Nothing Action = ""
	Write   Action = "write"  // note the change, then write lvs.cf: Written, Failed
	Reload  Action = "reload" // have pulse read lvs.cf: Reloaded, Refusal, NoPulse
	Return  Action = "return" // write lvs.cf as before, if it is as applied: Written, Overtaken, Failed
	Note    Action = "note"   // note that no change waits any more: Noted, Failed
)
