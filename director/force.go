package director

import (
	"fmt"
	"slices"
	"time"
)

// A Force overrules the probes of a real server by hand. A Drain of it counts
// for more.
type Force struct {
	Target
	Up    bool      `json:"up"` // it gets lvs.cf's weight; else it is as if its probes failed
	Since time.Time `json:"since"`
}

type forces []Force

// of is the last one about rs, nil for none.
func (l forces) of(svc *Service, rs *Server) *Force {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].Concerns(svc, rs) {
			return &l[i]
		}
	}
	return nil
}

// Force overrules the probes of the real servers that name means, as Drain has
// it, until Unforce. Of two Forces about a server the last one counts.
func (d *Director) Force(name string, up bool) (Force, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.find(name)
	if err != nil {
		return Force{}, err
	}
	f := Force{Target: t, Up: up, Since: time.Now()}
	d.forces = append(slices.DeleteFunc(d.forces, func(o Force) bool { return t.covers(o.Target) }), f)
	d.touch(t)
	return f, nil
}

// Unforce ends the Forces of the servers of that name, and returns whose.
func (d *Director) Unforce(name string) (Target, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.find(name)
	if err != nil {
		// lvs.cf may have the server no more.
		i := slices.IndexFunc(d.forces, func(o Force) bool { return o.Target.String() == name })
		if i < 0 {
			return Target{}, err
		}
		t = d.forces[i].Target
	}
	before := len(d.forces)
	d.forces = slices.DeleteFunc(d.forces, func(o Force) bool { return t.covers(o.Target) })
	if len(d.forces) == before {
		if i := slices.IndexFunc(d.forces, func(o Force) bool { return o.covers(t) }); i >= 0 {
			return Target{}, fmt.Errorf("%s is not forced alone: name all that is, %s", name, d.forces[i].Target)
		}
		return Target{}, fmt.Errorf("%s is not forced: its probes count", name)
	}
	d.touch(t)
	return t, nil
}

// Forces are those in force, the last one last.
func (d *Director) Forces() []Force {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.forces)
}
