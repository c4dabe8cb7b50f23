package lab

import (
	"fmt"
	"slices"
	"time"
)

// Bearable is how long the machine as a whole may stand still, or take for a
// request without routers, emulated or shared as it is, for what happens
// meanwhile to say something of routers.
const Bearable = 300 * time.Millisecond

// Busy tells why what happened between two moments says nothing of routers, by
// the requests of a client that asks none; empty: it does.
func (c *Client) Busy(from, to time.Time) string {
	// Those sent before may have met it too.
	met := slices.DeleteFunc(c.Samples(from.Add(-c.Timeout)), func(s Sample) bool {
		return s.At.After(to) || s.At.Add(s.Took).Before(from)
	})
	switch sum := Sum(met); {
	case sum.Failed > 0:
		return fmt.Sprintf("requests without routers failed too (%v)", sum)
	case sum.Slowest > Bearable:
		return fmt.Sprintf("a request without routers took %v too", sum.Slowest.Round(time.Millisecond))
	}
	return ""
}
