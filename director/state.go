package director

import "pacu/ipvs"

// A State is what the next pulse must know of this one's work, besides what
// the kernel itself tells.
type State struct {
	Owned    []ipvs.Key       `json:"owned,omitempty"`    // services that this director put into the table
	Settings []ChangedSetting `json:"settings,omitempty"` // that it changed
	Drains   []Drain          `json:"drains,omitempty"`
	Forces   []Force          `json:"forces,omitempty"`
	Sync     *Sync            `json:"sync,omitempty"` // whose daemons it started
}

// State is the state now.
func (d *Director) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	st := State{
		Settings: append([]ChangedSetting(nil), d.rest.before...),
		Drains:   append([]Drain(nil), d.drains...), Forces: append([]Force(nil), d.forces...), Sync: d.syncing.state(),
	}
	for _, k := range sortedKeys(d.services) {
		if s := d.services[k]; s.held != nil && !s.foreign {
			st.Owned = append(st.Owned, k)
		}
	}
	return st
}

// Resume goes on where an earlier director stopped: call it after Configure
// and before the first Reconcile. It reads the table: services that are in
// st.Owned are this director's to remove, and real servers that the kernel
// already serves count as up, with the weight they have, until a nanny says
// otherwise. So an earlier pulse's table goes on untouched.
func (d *Director) Resume(st State) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rest.before, d.drains, d.forces = st.Settings, st.Drains, st.Forces
	d.syncing.resume(st.Sync)
	for i := range d.cluster.Services {
		if k := d.cluster.Services[i].Key; d.drains.concern(d.cluster.Services[i]) {
			d.attend[k] = true
		}
	}
	d.owned = st.Owned
	return d.adopt()
}
