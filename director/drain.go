package director

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// A Drain takes a real server out of service by hand: weight 0, and out of the
// kernel when its connections have ended.
type Drain struct {
	Target
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"` // when connections are ended; zero: never
}

type drains []Drain

// of tells whether rs is being drained, and whether it is to leave the kernel.
func (l drains) of(svc *Service, rs *Server, s *service) (draining, out bool) {
	for _, d := range l {
		if !d.Concerns(svc, rs) {
			continue
		}
		draining = true
		expired := !d.Until.IsZero() && !time.Now().Before(d.Until)
		a := netip.AddrPortFrom(rs.Addr, rs.Port)
		out = out || expired || !svc.Keep || s.connections(a) == 0
	}
	return draining, out
}

// concern tells whether any drain is about s.
func (l drains) concern(s *Service) bool {
	for _, d := range l {
		for i := range s.Servers {
			if d.Concerns(s, &s.Servers[i]) {
				return true
			}
		}
	}
	return false
}

// Drain begins to drain the real servers that name means: a name of lvs.cf, an
// address, address:port, or one of them after "VIRTUAL/". timeout 0 waits for
// connections for ever. It returns what is drained; the error names what was
// not found, or where a name is several servers.
func (d *Director) Drain(name string, timeout time.Duration) (Drain, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.find(name)
	if err != nil {
		return Drain{}, err
	}
	dr := Drain{Target: t, Since: time.Now()}
	if timeout > 0 {
		dr.Until = dr.Since.Add(timeout)
	}
	d.drains = append(slices.DeleteFunc(d.drains, func(o Drain) bool { return o.Target == t }), dr)
	d.touch(t)
	return dr, nil
}

// Undrain ends the drains that Drain began for the servers of that name, and
// returns whose.
func (d *Director) Undrain(name string) (Target, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.find(name)
	if err != nil {
		// lvs.cf may have the server no more.
		i := slices.IndexFunc(d.drains, func(o Drain) bool { return o.Target.String() == name })
		if i < 0 {
			return Target{}, err
		}
		t = d.drains[i].Target
	}
	before := len(d.drains)
	d.drains = slices.DeleteFunc(d.drains, func(o Drain) bool { return t.covers(o.Target) })
	if len(d.drains) == before {
		if i := slices.IndexFunc(d.drains, func(o Drain) bool { return o.covers(t) }); i >= 0 {
			return Target{}, fmt.Errorf("%s is not drained alone: name all that is, %s", name, d.drains[i].Target)
		}
		return Target{}, fmt.Errorf("%s is not being drained", name)
	}
	d.touch(t)
	return t, nil
}

// Drains are those under way.
func (d *Director) Drains() []Drain {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.drains)
}
