package probe

import "time"

// Next is when the next probe of a server is due: the first time after now on
// the grid that goes through anchor in steps of every, which is not 0. Probes
// keep the grid, so that they neither drift nor, when one was late, follow each
// other in a burst. now may be before anchor.
func Next(anchor, now, every time.Duration) time.Duration {
	since := (now - anchor) % every
	if since < 0 {
		since += every
	}
	return now - since + every
}
