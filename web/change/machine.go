package change

import (
	"slices"
	"time"
)

// A Machine is the one change that is under way, or the last one. Its zero
// value is Idle and has had none.
type Machine struct {
	State  State
	Change Change

	Outcome   Outcome // empty until it is known
	Cause     Cause   // of taking it back; empty otherwise
	Detail    string  // of Cause, see there; of Unwritten why
	Confirmer string  // who confirmed it; empty where nobody had to
	Said      string  // what pulse said when it read lvs.cf
	Ended     time.Time

	Trouble []string // seen since, the first one first
	Another bool     // lvs.cf is not what was applied any more
	// Problem is why the last step has failed, and is tried again; or why
	// pulse did not take lvs.cf as before. Empty: all went well.
	Problem string

	restarted bool
	retry     time.Time // when to Return or Note again; zero while that goes on
}

// retryEvery is how long after a failure lvs.cf is written again: nobody can
// do it quicker than that by hand.
const retryEvery = 5 * time.Second

// maxTrouble bounds Trouble.
const maxTrouble = 100

// Step returns the machine after e, and what to do then. It returns false
// where e comes at the wrong time and changes nothing, or, for Confirm, too
// late.
func (m Machine) Step(now time.Time, e Event) (Machine, Action, bool) {
	switch e := e.(type) {
	case Apply:
		if m.State != Idle {
			return m, Nothing, false
		}
		return Machine{State: Writing, Change: e.Change}, Write, true
	case Restart:
		if m.State != Idle {
			return m, Nothing, false
		}
		next, do := Machine{Change: e.Change, restarted: true}.resume(now, e.File)
		return next, do, true
	}
	switch m.State {
	case Writing:
		return m.writing(e)
	case Reloading:
		return m.reloading(now, e)
	case Waiting:
		return m.waiting(now, e)
	case Returning:
		return m.returning(now, e)
	case Reverting:
		return m.reverting(e)
	case Confirming, Ending:
		return m.ending(now, e)
	}
	return m, Nothing, false
}

// resume goes on with a change after the console has begun anew.
func (m Machine) resume(now time.Time, f File) (Machine, Action) {
	switch {
	case f == AsBefore:
		// Before it was written, or after it was taken back: pulse may have
		// read what was applied in between.
		m.State, m.Cause = Reverting, Crash
		return m, Reload
	case f == Another:
		m.Cause, m.Detail, m.Another = Late, "", true
		return m.end(Left)
	case !m.Change.AtOnce() && !now.Before(m.Change.Deadline):
		return m.back(Late, "")
	}
	m.State = Reloading
	return m, Reload
}

func (m Machine) writing(e Event) (Machine, Action, bool) {
	switch e := e.(type) {
	case Written:
		m.State = Reloading
		return m, Reload, true
	case Failed:
		m.Detail = e.Why
		m, do := m.end(Unwritten)
		return m, do, true
	}
	return m, Nothing, false
}

func (m Machine) reloading(now time.Time, e Event) (Machine, Action, bool) {
	var do Action
	switch e := e.(type) {
	case Reloaded:
		m.Said = e.Said
		switch {
		case m.Change.AtOnce():
			m, do = m.confirmed(Confirmed)
		case !now.Before(m.Change.Deadline):
			m, do = m.back(Late, "")
		default:
			m.State = Waiting
		}
	case NoPulse:
		if m.restarted && !m.Change.AtOnce() {
			m.State = Waiting // there was one before: somebody has to look at this
			break
		}
		m, do = m.confirmed(Unread)
	case Refusal:
		m, do = m.back(Refused, e.Why)
	default:
		return m, Nothing, false
	}
	return m, do, true
}

func (m Machine) waiting(now time.Time, e Event) (Machine, Action, bool) {
	if !now.Before(m.Change.Deadline) {
		_, confirm := e.(Confirm)
		m, do := m.back(Late, "")
		return m, do, !confirm
	}
	var do Action
	switch e := e.(type) {
	case Confirm:
		m.Confirmer = e.Who
		m, do = m.confirmed(Confirmed)
	case RollBack:
		m, do = m.back(Asked, e.Who)
	case Seen:
		m.Another = e.Another
		m.Trouble = slices.Clone(m.Trouble)
		for _, t := range e.Trouble {
			if len(m.Trouble) < maxTrouble && !slices.Contains(m.Trouble, t) {
				m.Trouble = append(m.Trouble, t)
			}
		}
		if e.Fault != "" {
			m, do = m.back(Fault, e.Fault)
		}
	case Tick:
	default:
		return m, Nothing, false
	}
	return m, do, true
}

func (m Machine) returning(now time.Time, e Event) (Machine, Action, bool) {
	switch e := e.(type) {
	case Written:
		m.State, m.Problem = Reverting, ""
		return m, Reload, true
	case Overtaken:
		m.Another, m.Problem = true, ""
		m, do := m.end(Left)
		return m, do, true
	case Failed:
		m.Problem, m.retry = e.Why, now.Add(retryEvery)
		return m, Nothing, true
	case Tick:
		m, do := m.again(now, Return)
		return m, do, true
	}
	return m, Nothing, false
}

func (m Machine) reverting(e Event) (Machine, Action, bool) {
	switch e := e.(type) {
	case Reloaded, NoPulse:
	case Refusal:
		m.Problem = e.Why
	default:
		return m, Nothing, false
	}
	m, do := m.end(RolledBack)
	return m, do, true
}

// ending waits until it is noted that the change is over.
func (m Machine) ending(now time.Time, e Event) (Machine, Action, bool) {
	switch e := e.(type) {
	case Noted:
		m.State, m.Ended = Idle, now
		return m, Nothing, true
	case Failed:
		m.Problem = e.Why
		if m.State == Confirming && !m.Change.AtOnce() && m.Outcome == Confirmed {
			// Not noted is not confirmed: whoever asked is told.
			m.State, m.Outcome, m.Confirmer = Waiting, "", ""
			return m, Nothing, true
		}
		m.retry = now.Add(retryEvery)
		return m, Nothing, true
	case Tick:
		m, do := m.again(now, Note)
		return m, do, true
	}
	return m, Nothing, false
}

// again repeats what has failed, once it is time to.
func (m Machine) again(now time.Time, do Action) (Machine, Action) {
	if m.retry.IsZero() || now.Before(m.retry) {
		return m, Nothing
	}
	m.retry = time.Time{}
	return m, do
}

// back begins to take the change back.
func (m Machine) back(why Cause, detail string) (Machine, Action) {
	m.Cause, m.Detail = why, detail
	if m.Change.Before == "" {
		return m.end(Left)
	}
	m.State, m.Problem, m.retry = Returning, "", time.Time{}
	return m, Return
}

func (m Machine) confirmed(o Outcome) (Machine, Action) {
	m.State, m.Outcome, m.Problem, m.retry = Confirming, o, "", time.Time{}
	return m, Note
}

func (m Machine) end(o Outcome) (Machine, Action) {
	m.State, m.Outcome, m.retry = Ending, o, time.Time{}
	return m, Note
}
