package director

import "pacu/ipvs"

// Connections are the active ones of the cluster's services in the kernel's
// table, as Look last read each. On a standby they are those that connection
// sync told it of: the kernel counts them at their real servers as it does on
// the active router, as soon as those are in its table.
func (d *Director) Connections() uint64 { return d.established.Load() }

// tally adds up what was read of the services.
func (d *Director) tally() {
	var n uint64
	for _, s := range d.services {
		if s.want != nil && s.held != nil && !s.want.Through {
			n += s.active
		}
	}
	d.established.Store(n)
}

// activeOf are the active connections of a service's destinations.
func activeOf(statuses []ipvs.DestinationStatus) (n uint64) {
	for i := range statuses {
		n += uint64(statuses[i].Active)
	}
	return n
}
