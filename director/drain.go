package director

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A Drain takes a real server out of service by hand: weight 0, and out of the
// kernel when its connections have ended.
type Drain struct {
	Virtual string     `json:"virtual,omitempty"` // empty: in all services
	Addr    netip.Addr `json:"addr"`
	Port    uint16     `json:"port,omitempty"` // the real server's; 0: all
	Since   time.Time  `json:"since"`
	Until   time.Time  `json:"until,omitzero"` // when connections are ended; zero: never
}

// String names what is drained.
func (d Drain) String() string {
	name := d.Addr.String()
	if d.Port != 0 {
		name = netip.AddrPortFrom(d.Addr, d.Port).String()
	}
	if d.Virtual != "" {
		name = d.Virtual + "/" + name
	}
	return name
}

func (d Drain) sameAs(o Drain) bool {
	return d.Virtual == o.Virtual && d.Addr == o.Addr && d.Port == o.Port
}

// Concerns tells whether rs of s is drained.
func (d Drain) Concerns(s *Service, rs *Server) bool {
	return !s.Through && rs.Addr == d.Addr && (d.Port == 0 || d.Port == rs.Port || d.Port == rs.ProbePort) &&
		(d.Virtual == "" || slices.Contains(s.Names, d.Virtual))
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
	dr, err := d.find(name)
	if err != nil {
		return Drain{}, err
	}
	dr.Since = time.Now()
	if timeout > 0 {
		dr.Until = dr.Since.Add(timeout)
	}
	d.drains = append(slices.DeleteFunc(d.drains, dr.sameAs), dr)
	d.touch(dr)
	return dr, nil
}

// Undrain ends the drains that Drain began for the servers of that name.
func (d *Director) Undrain(name string) (Drain, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr, err := d.find(name)
	if err != nil {
		// lvs.cf may have the server no more.
		i := slices.IndexFunc(d.drains, func(o Drain) bool { return o.String() == name })
		if i < 0 {
			return Drain{}, err
		}
		dr = d.drains[i]
	}
	before := len(d.drains)
	d.drains = slices.DeleteFunc(d.drains, func(o Drain) bool {
		return o.Addr == dr.Addr && (dr.Port == 0 || o.Port == dr.Port) && (dr.Virtual == "" || o.Virtual == dr.Virtual)
	})
	if len(d.drains) == before {
		return Drain{}, fmt.Errorf("%s is not being drained", name)
	}
	d.touch(dr)
	return dr, nil
}

// Drains are those under way.
func (d *Director) Drains() []Drain {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.drains)
}

// touch makes the services that dr concerns be worked out again.
func (d *Director) touch(dr Drain) {
	for i := range d.cluster.Services {
		svc := d.cluster.Services[i]
		for j := range svc.Servers {
			if dr.Concerns(svc, &svc.Servers[j]) {
				s := d.services[svc.Key]
				delete(s.counted, netip.AddrPortFrom(svc.Servers[j].Addr, svc.Servers[j].Port))
				d.soil(s)
				d.attend[svc.Key] = true
			}
		}
	}
}

func (d *Director) find(name string) (Drain, error) {
	var dr Drain
	virtual, server, within := strings.Cut(name, "/")
	if within {
		dr.Virtual = virtual
	} else {
		server = name
	}
	if a, err := netip.ParseAddr(server); err == nil {
		dr.Addr = a.Unmap()
	} else if ap, err := netip.ParseAddrPort(server); err == nil {
		dr.Addr, dr.Port = ap.Addr().Unmap(), ap.Port()
	}
	found := false
	for i := range d.cluster.Services {
		svc := d.cluster.Services[i]
		if dr.Virtual != "" && !slices.Contains(svc.Names, dr.Virtual) {
			continue
		}
		for j := range svc.Servers {
			rs := &svc.Servers[j]
			switch {
			case !rs.Active:
			case dr.Addr.IsValid() && dr.Concerns(svc, rs):
				found = true
			case !dr.Addr.IsValid() && rs.Name == server:
				dr.Addr, found = rs.Addr, true
				dr.Port = 0
			case rs.Name == server && rs.Addr != dr.Addr && found:
				return dr, fmt.Errorf("%q is both %s and %s: name one by its address", server, dr.Addr, rs.Addr)
			}
		}
	}
	if !found {
		return dr, fmt.Errorf("no active real server is called %q: pulse status lists them", name)
	}
	return dr, nil
}
