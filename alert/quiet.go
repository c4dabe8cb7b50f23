package alert

import (
	"fmt"
	"time"
)

// Quiet are hours of each day, in the host's time zone, in which only severe
// alerts are sent. From and To are "HH:MM"; from a later to an earlier one is
// over midnight. The zero Quiet is never.
type Quiet struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// parseClock reads "HH:MM" into minutes since midnight.
func parseClock(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, fmt.Errorf("%q is no time of day: write HH:MM, as 22:00", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// In tells whether now is quiet.
func (q Quiet) In(now time.Time) bool {
	from, err := parseClock(q.From)
	to, err2 := parseClock(q.To)
	if err != nil || err2 != nil || from == to {
		return false
	}
	at := now.Hour()*60 + now.Minute()
	if from < to {
		return from <= at && at < to
	}
	return at >= from || at < to
}
