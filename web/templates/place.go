package templates

import (
	"fmt"
	"net/netip"
	"strings"

	"pacu/control"
	"pacu/web/text"
)

// A Place is a real server in a service.
type Place struct {
	Service *control.Service
	Server  *control.Server
}

// Actable reports whether an operator can do something to s: it is lvs.cf's,
// and not switched off there.
func Actable(s *control.Server) bool { return s.Listed() && s.Health != control.Inactive }

// PlaceAt names a server of a service for ActPage and the addresses of pages:
// "10.8.8.33:80", or the address alone where it keeps the client's port.
func PlaceAt(s *control.Server) string {
	if s.Port == 0 {
		return s.Address.String()
	}
	return netip.AddrPortFrom(s.Address, s.Port).String()
}

// FindPlace finds the server that PlaceAt names in the service of that key.
func FindPlace(s *control.Snapshot, service, server string) (Place, bool) {
	for i := range s.Services {
		svc := &s.Services[i]
		if svc.Key() != service {
			continue
		}
		for j := range svc.Servers {
			if rs := &svc.Servers[j]; PlaceAt(rs) == server {
				return Place{svc, rs}, true
			}
		}
	}
	return Place{}, false
}

// PlacesOf are all places of the real server at a where something can be done
// to it.
func PlacesOf(s *control.Snapshot, a netip.Addr) []Place {
	var list []Place
	for i := range s.Services {
		svc := &s.Services[i]
		for j := range svc.Servers {
			if rs := &svc.Servers[j]; rs.Address == a && Actable(rs) {
				list = append(list, Place{svc, rs})
			}
		}
	}
	return list
}

// Named is how pulse is told of the place alone: "http_server/10.8.8.33:80".
func (p Place) Named() string {
	name, _, _ := strings.Cut(p.Service.Name, ", ")
	return name + "/" + PlaceAt(p.Server)
}

// connections are those under way.
func (p Place) connections() uint64 { return uint64(p.Server.Active) + uint64(p.Server.Inactive) }

// inUse tells whether a server gets connections, unless the sorry server serves
// in its stead.
func inUse(s *control.Server) bool {
	switch {
	case !Actable(s) || s.Drain != nil:
		return false
	case s.Forced != nil:
		return s.Forced.To == control.ForceUp
	}
	return s.Health == control.Up
}

// others are the names of the other servers that are in use.
func (p Place) others() []string {
	var names []string
	for i := range p.Service.Servers {
		if rs := &p.Service.Servers[i]; PlaceAt(rs) != PlaceAt(p.Server) && inUse(rs) {
			names = append(names, rs.Name)
		}
	}
	return names
}

// othersShown bounds the servers named in a line.
const othersShown = 4

// then is who serves without the server, and the tone of that.
func (p Place) then(t *text.Words) (who, tone string) {
	others, quorum := p.others(), p.Service.Quorum
	switch {
	case quorum > 0 && len(others) == 0:
		return t.Act.SorryThen, "wait"
	case quorum > 0 && len(others) < quorum:
		return fmt.Sprintf(t.Act.SorryBelow, len(others), quorum), "wait"
	case len(others) == 0:
		return t.Act.Nobody, "bad"
	case len(others) > othersShown:
		return fmt.Sprintf(t.Act.AndMore, strings.Join(others[:othersShown], ", "), len(others)-othersShown), ""
	}
	return strings.Join(others, ", "), ""
}
