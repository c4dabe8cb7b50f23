package probe

import "time"

const (
	// calmAfter is how long a server must not have changed for its falls to be
	// forgotten.
	calmAfter = 10 * time.Minute
	// dampLimit is the longest that damping makes a server answer before it is
	// used, where its settings do not ask for more.
	dampLimit = 10 * time.Minute
)

// A damping remembers how often a server fell, so that one that flaps stays
// out longer and does not throw its clients off every minute. Each fall within
// calmAfter of coming up doubles how many good probes in a row the server must
// pass, until they take dampLimit. A server that has been up for calmAfter, or
// down for as long without a good probe, is calm: its falls are forgotten.
type damping struct {
	falls   int
	first   time.Duration // of falls
	stirred time.Duration // last time it fell, or a probe was good while it was down
}

// settle forgets the falls of a server that is calm.
func (d *damping) settle(now time.Duration) {
	if now-d.stirred >= calmAfter {
		d.falls = 0
	}
}

// stir tells that the server is not calm.
func (d *damping) stir(now time.Duration) { d.stirred = now }

// fall counts a fall.
func (d *damping) fall(now time.Duration) {
	if d.falls++; d.falls == 1 {
		d.first = now
	}
	d.stir(now)
}

// threshold is how many good probes in a row are to be passed, pace apart,
// where rise are enough for a server that does not flap.
func (d *damping) threshold(rise int, pace time.Duration) int {
	most := rise
	if pace > 0 {
		most = max(rise, int(dampLimit/pace))
	}
	needed := rise
	for i := 1; i < d.falls && needed < most; i++ {
		needed = min(2*needed, most)
	}
	return needed
}
