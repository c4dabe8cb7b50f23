package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"pacu/control"
	"pacu/web/templates"
)

// An apiServiceItem is a service with its real servers.
type apiServiceItem struct {
	// The service's name at /services: "tcp 10.0.0.1:80" or "fwmark 80".
	Key string `json:"key"`
	control.Service
}

// A servicePage is a page of the services.
type servicePage struct {
	pageOf
	Services []apiServiceItem `json:"services"`
}

// withServers are the services, whose lists of servers are never nil.
func withServers(list []control.Service) []control.Service {
	list = slices.Clone(list)
	for i := range list {
		list[i].Servers = notNil(list[i].Servers)
	}
	return list
}

func serviceItem(t *track) apiServiceItem {
	one := apiServiceItem{t.key, *t.Service}
	one.Servers = notNil(one.Servers)
	return one
}

// tracksOr are the services of about now that q and show in the query choose, or
// it answers why there are none.
func (s *Server) tracksOr(w http.ResponseWriter, r *http.Request, search, show string) ([]*track, bool) {
	if show != "" && !slices.Contains(shows(), show) {
		badParameter(w, "show", "one of "+strings.Join(shows(), ", "))
		return nil, false
	}
	if len(search) > maxQuery {
		badParameter(w, "q", fmt.Sprintf("at most %d bytes", maxQuery))
		return nil, false
	}
	m, ok := s.momentOr(w, r)
	if !ok {
		return nil, false
	}
	words := strings.Fields(strings.ToLower(search))
	var found []*track
	for i := range m.tracks {
		if t := &m.tracks[i]; t.matches(words) && t.shown(templates.Show(show)) {
			found = append(found, t)
		}
	}
	return found, true
}

// apiServices lists the services.
func (s *Server) apiServices(w http.ResponseWriter, r *http.Request) {
	q, ok := query(w, r, "q", "show", "offset", "limit")
	if !ok {
		return
	}
	offset, limit, ok := paging(w, q)
	if !ok {
		return
	}
	found, ok := s.tracksOr(w, r, q.Get("q"), q.Get("show"))
	if !ok {
		return
	}
	some, p := pageFrom(found, offset, limit)
	page := servicePage{p, make([]apiServiceItem, 0, len(some))}
	for _, t := range some {
		page.Services = append(page.Services, serviceItem(t))
	}
	s.reply(w, r, http.StatusOK, page)
}

// apiService sends one service.
func (s *Server) apiService(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	m, ok := s.momentOr(w, r)
	if !ok {
		return
	}
	t := m.service(param(r, "key"))
	if t == nil {
		problem{Status: http.StatusNotFound, Code: "no-service", Detail: `there is no such service: they are named as "tcp 10.0.0.1:80" or "fwmark 80"`}.send(w)
		return
	}
	s.reply(w, r, http.StatusOK, serviceItem(t))
}

// An apiServerItem is a real server of one service.
type apiServerItem struct {
	// The key of the service.
	Service string `json:"service"`
	// The name of the service.
	Virtual string `json:"virtual"`
	// How to name this server in this service alone, to act on it.
	As string `json:"as"`
	control.Server
}

// A serverPage is a page of the real servers.
type serverPage struct {
	pageOf
	Servers []apiServerItem `json:"servers"`
}

func serverItem(service *control.Service, key string, rs *control.Server) apiServerItem {
	return apiServerItem{key, service.Name, templates.Place{Service: service, Server: rs}.Named(), *rs}
}

// apiServers lists the real servers, once for each of their services.
func (s *Server) apiServers(w http.ResponseWriter, r *http.Request) {
	q, ok := query(w, r, "q", "health", "offset", "limit")
	if !ok {
		return
	}
	health := control.Health(q.Get("health"))
	if all := []control.Health{"", control.Up, control.Down, control.Untried, control.Inactive}; !slices.Contains(all, health) {
		badParameter(w, "health", "one of up, down, untried, inactive")
		return
	}
	offset, limit, ok := paging(w, q)
	if !ok {
		return
	}
	found, ok := s.tracksOr(w, r, q.Get("q"), "")
	if !ok {
		return
	}
	page := serverPage{pageOf{Offset: offset}, []apiServerItem{}}
	for _, t := range found {
		for i := range t.Service.Servers {
			rs := &t.Service.Servers[i]
			if health != "" && rs.Health != health {
				continue
			}
			if page.Total >= offset && len(page.Servers) < limit {
				page.Servers = append(page.Servers, serverItem(t.Service, t.key, rs))
			}
			page.Total++
		}
	}
	if end := offset + len(page.Servers); end < page.Total {
		page.Next = end
	}
	s.reply(w, r, http.StatusOK, page)
}

// placesOf are where name is in snap: a real server's name in lvs.cf, its
// address, or address:port; "VIRTUAL/SERVER" is in one service, as pulse has it.
func placesOf(snap *control.Snapshot, name string) []templates.Place {
	virtual, server, one := strings.Cut(name, "/")
	if !one {
		virtual, server = "", name
	}
	// What cannot be parsed is not valid, and no server's.
	address, _ := netip.ParseAddr(server)
	pair, _ := netip.ParseAddrPort(server)
	var out []templates.Place
	for i := range snap.Services {
		svc := &snap.Services[i]
		if one && svc.Name != virtual && !slices.Contains(strings.Split(svc.Name, ", "), virtual) {
			continue
		}
		for j := range svc.Servers {
			rs := &svc.Servers[j]
			if rs.Name == server || rs.Address.IsValid() && (rs.Address == address || rs.Address == pair.Addr() && rs.Port == pair.Port()) {
				out = append(out, templates.Place{Service: svc, Server: rs})
			}
		}
	}
	return out
}

// placesOr are where the real server is that the path names, or it answers that
// there is none.
func (s *Server) placesOr(w http.ResponseWriter, r *http.Request) (name string, places []templates.Place, ok bool) {
	m, ok := s.momentOr(w, r)
	if !ok {
		return "", nil, false
	}
	name = param(r, "name")
	if places = placesOf(m.Snapshot, name); len(places) == 0 {
		problem{Status: http.StatusNotFound, Code: "no-server",
			Detail: "there is no such real server: give its name in lvs.cf, its address, or address:port; VIRTUAL%2FSERVER is the one in one service"}.send(w)
		return "", nil, false
	}
	return name, places, true
}

// apiServer sends a real server as it is in each of its services.
func (s *Server) apiServer(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	_, places, ok := s.placesOr(w, r)
	if !ok {
		return
	}
	page := serverPage{pageOf{Total: len(places)}, make([]apiServerItem, 0, len(places))}
	for _, p := range places {
		page.Servers = append(page.Servers, serverItem(p.Service, p.Service.Key(), p.Server))
	}
	s.reply(w, r, http.StatusOK, page)
}
