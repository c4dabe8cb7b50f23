package director

import (
	"fmt"
	"time"
)

const (
	firstRetry = time.Second      // after a refusal; doubles
	lastRetry  = 60 * time.Second // then at most this
	// A repair that is needed again within quarrel of the last counts as the
	// same; from quarrels of them on it is left for a while, that doubles.
	quarrel  = 5 * time.Second
	quarrels = 5
)

// A refusal is an object that the kernel does not take, and when it is offered
// again.
type refusal struct {
	err  error // nil: none
	next time.Time
	wait time.Duration

	repairs  int // lately, of object
	object   string
	repaired time.Time
	patience time.Duration // before the next repair
}

// refuse notes that err happened now, and puts the next try off.
func (r *refusal) refuse(now time.Time, err error) {
	r.err = err
	r.wait = min(max(2*r.wait, firstRetry), lastRetry)
	r.next = now.Add(r.wait)
}

// note is refuse, and returns err where it says something new.
func (r *refusal) note(now time.Time, err error) error {
	was := r.err
	r.refuse(now, err)
	if was != nil && was.Error() == err.Error() {
		return nil
	}
	return err
}

// accept notes that all is well.
func (r *refusal) accept() { r.err, r.wait, r.next = nil, 0, time.Time{} }

// due tells whether it may be tried now.
func (r *refusal) due(now time.Time) bool { return r.err == nil || !now.Before(r.next) }

// repair counts a repair of an object, and puts off the next where repairs do
// not last, whatever each time was wrong: what, in words. That one server after
// another differs is no quarrel: when many fail at once, their nannies' words
// come late.
func (r *refusal) repair(now time.Time, object, what string) {
	if r.object != object || now.Sub(r.repaired) > quarrel+r.patience {
		r.repairs, r.patience = 0, 0
	}
	r.object = object
	r.repairs++
	r.repaired = now
	if r.repairs >= quarrels {
		r.patience = min(max(2*r.patience, firstRetry), lastRetry)
		r.err = fmt.Errorf("%s: it was put right %d times and does not last: another program changes it too, or this kernel cannot keep it", what, r.repairs)
		r.next = now.Add(r.patience)
	}
}

// String is the refusal in words.
func (r *refusal) words(now time.Time) string {
	in := max(r.next.Sub(now), 0).Round(time.Second)
	return fmt.Sprintf("%v (tried again in %v)", r.err, in)
}
