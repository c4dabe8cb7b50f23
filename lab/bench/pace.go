package bench

import (
	"fmt"
	"time"
)

// A pace is how fast both systems notice that the other router is gone.
type pace struct {
	name      string
	keepalive time.Duration // between our heartbeats
	deadtime  time.Duration // of silence until our partner takes over
	advert    time.Duration // between the peer's advertisements
}

var (
	// second is Piranha's age.
	second = pace{"1s", time.Second, 3 * time.Second, time.Second}
	// usual is what each is set up with where nobody says otherwise: our
	// console's new lvs.cf, and keepalived.conf's advert_int.
	usual = pace{"defaults", 250 * time.Millisecond, time.Second, time.Second}
	// tenth is what VRRP's version 3 was made for.
	tenth = pace{"100ms", 100 * time.Millisecond, 300 * time.Millisecond, 100 * time.Millisecond}
)

// String tells all of it.
func (p pace) String() string {
	return fmt.Sprintf("keepalive %s, deadtime %s, advert %s", p.keepalive, p.deadtime, p.advert)
}

// nominal is the silence after which the peer's router of a priority takes over:
// Master_Down_Interval of RFC 5798, section 6.1.
func (p pace) nominal(priority int) time.Duration {
	return 3*p.advert + p.advert*time.Duration(256-priority)/256
}
