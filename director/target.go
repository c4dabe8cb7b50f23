package director

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Target is the real servers that an operator means.
type Target struct {
	Virtual string     `json:"virtual,omitempty"` // empty: in all services
	Addr    netip.Addr `json:"addr"`
	Port    uint16     `json:"port,omitempty"` // the real server's; 0: all
}

// String names the target as an operator may.
func (t Target) String() string {
	name := t.Addr.String()
	if t.Port != 0 {
		name = netip.AddrPortFrom(t.Addr, t.Port).String()
	}
	if t.Virtual != "" {
		name = t.Virtual + "/" + name
	}
	return name
}

// Concerns tells whether rs of s is meant.
func (t Target) Concerns(s *Service, rs *Server) bool {
	return !s.Through && rs.Addr == t.Addr && (t.Port == 0 || t.Port == rs.Port || t.Port == rs.ProbePort) &&
		(t.Virtual == "" || slices.Contains(s.Names, t.Virtual))
}

// covers tells whether all that o means is meant.
func (t Target) covers(o Target) bool {
	return o.Addr == t.Addr && (t.Port == 0 || o.Port == t.Port) && (t.Virtual == "" || o.Virtual == t.Virtual)
}

// find is the target that name means: a name of lvs.cf, an address,
// address:port, or one of them after "VIRTUAL/". The error names what was not
// found, or where a name is several servers.
func (d *Director) find(name string) (Target, error) {
	var t Target
	virtual, server, within := strings.Cut(name, "/")
	if within {
		t.Virtual = virtual
	} else {
		server = name
	}
	if a, err := netip.ParseAddr(server); err == nil {
		t.Addr = a.Unmap()
	} else if ap, err := netip.ParseAddrPort(server); err == nil {
		t.Addr, t.Port = ap.Addr().Unmap(), ap.Port()
	}
	found := false
	for i := range d.cluster.Services {
		svc := d.cluster.Services[i]
		if t.Virtual != "" && !slices.Contains(svc.Names, t.Virtual) {
			continue
		}
		for j := range svc.Servers {
			rs := &svc.Servers[j]
			switch {
			case !rs.Active:
			case t.Addr.IsValid() && t.Concerns(svc, rs):
				found = true
			case !t.Addr.IsValid() && rs.Name == server:
				t.Addr, found = rs.Addr, true
				t.Port = 0
			case rs.Name == server && rs.Addr != t.Addr && found:
				return t, fmt.Errorf("%q is both %s and %s: name one by its address", server, t.Addr, rs.Addr)
			}
		}
	}
	if !found {
		return t, fmt.Errorf("no active real server is called %q: pulse status lists them", name)
	}
	return t, nil
}

// touch makes the services that t concerns be worked out again.
func (d *Director) touch(t Target) {
	for i := range d.cluster.Services {
		svc := d.cluster.Services[i]
		for j := range svc.Servers {
			if t.Concerns(svc, &svc.Servers[j]) {
				s := d.services[svc.Key]
				delete(s.counted, netip.AddrPortFrom(svc.Servers[j].Addr, svc.Servers[j].Port))
				d.soil(s)
				d.attend[svc.Key] = true
			}
		}
	}
}
