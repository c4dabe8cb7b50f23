package heartbeat

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Refusal is why a datagram is dropped, in words. Errors of this package
// wrap it; errors.Is tells them apart.
type Refusal string

// The refusals.
const (
	// ErrLength means a datagram has not the length of a heartbeat.
	ErrLength Refusal = "bad heartbeat packet"
	// ErrUnknown means it is no heartbeat at all.
	ErrUnknown Refusal = "unknown heartbeat"
	// ErrSender means it has not the partner's address.
	ErrSender Refusal = "not from the partner's address"
	// ErrVersion means an authenticated one is laid out in an older way.
	ErrVersion Refusal = "an older version of the heartbeat: install the same release on both routers"
	// ErrNewer means one that says of itself that this release cannot read it.
	ErrNewer Refusal = "a version of the heartbeat that this release does not understand: install the same release on both routers"
	// ErrNoKey means Piranha's heartbeat came though this router has a key.
	ErrNoKey Refusal = "the partner has no key: heartbeats without authentication"
	// ErrHasKey means an authenticated one came though this router has no key.
	ErrHasKey Refusal = "the partner uses a key, this router has none: copy lvs.key"
	// ErrOtherKey means it names a key that this router has not.
	ErrOtherKey Refusal = "signed with another key: copy lvs.key from one router to the other"
	// ErrOldKey means it was signed with the older key, long after the partner
	// had the new one.
	ErrOldKey Refusal = "signed with the old key, whose time is over"
	// ErrForged means it names a key of ours and was not signed with it.
	ErrForged Refusal = "forged or damaged"
	// ErrReflected means that it is of this router, or of one that has its role.
	ErrReflected Refusal = "our own heartbeat, or both routers have the same role"
	// ErrReplayed means that it, or a later one, came before on this path.
	ErrReplayed Refusal = "repeated or overtaken"
	// ErrStale means it was on its way for too long.
	ErrStale Refusal = "too old"
	// ErrRetired means it is from before the partner's last start.
	ErrRetired Refusal = "from before the partner's last start"
	// ErrUnconfirmed means that it seems to be of a new start of the partner,
	// but nothing shows that it is not an old recording.
	ErrUnconfirmed Refusal = "a start of the partner that has not heard this router yet"
)

// Error is the words.
func (r Refusal) Error() string { return string(r) }

// dropsEvery is the least between two lines in the log about what is dropped
// for reasons told before. Who sends garbage must not fill a disk.
const dropsEvery = time.Minute

// Drops counts what was dropped, by the reason, and says when to tell of it:
// at the first for each reason, then once a minute. The zero value is ready.
type Drops struct {
	counts map[Refusal]uint64
	fresh  map[Refusal]uint64 // those not told of yet
	toldAt time.Time
}

// Add counts one datagram that was dropped for why, which wraps a Refusal.
// Where it is time to tell, it returns the line for the log, else nothing.
func (d *Drops) Add(why error, now time.Time) string {
	r := ErrUnknown
	errors.As(why, &r)
	if d.counts == nil {
		d.counts, d.fresh = map[Refusal]uint64{}, map[Refusal]uint64{}
	}
	d.counts[r]++
	d.fresh[r]++
	switch {
	case d.counts[r] == 1:
		delete(d.fresh, r)
		if d.toldAt.IsZero() {
			d.toldAt = now
		}
		return fmt.Sprintf("dropped a datagram: %v", why)
	case now.Sub(d.toldAt) < dropsEvery:
		return ""
	}
	var parts []string
	for r, n := range d.fresh {
		parts = append(parts, fmt.Sprintf("%d: %s", n, r))
	}
	slices.Sort(parts)
	line := fmt.Sprintf("dropped more datagrams in %s: %s", now.Sub(d.toldAt).Round(time.Second), strings.Join(parts, "; "))
	clear(d.fresh)
	d.toldAt = now
	return line
}

// Total is how many were dropped.
func (d *Drops) Total() uint64 {
	var sum uint64
	for _, n := range d.counts {
		sum += n
	}
	return sum
}

// ByReason is how many were dropped, by the reason in words.
func (d *Drops) ByReason() map[string]uint64 {
	if len(d.counts) == 0 {
		return nil
	}
	m := make(map[string]uint64, len(d.counts))
	for r, n := range d.counts {
		m[string(r)] = n
	}
	return m
}
