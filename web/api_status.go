package web

import (
	"net/http"

	"pacu/control"
	"pacu/web/templates"
)

// An apiStatus is a control.Snapshot without its long lists, which are counted.
type apiStatus struct {
	control.Snapshot
	Addresses countOf   `json:"addresses"`
	Services  countOf   `json:"services"`
	Nannies   countOf   `json:"nannies"`
	Events    countOf   `json:"events"`
	Servers   serverSum `json:"servers"`
	// The change of lvs.cf that is under way, or waits to be confirmed.
	Change *apiChange `json:"change,omitempty"`
}

// A countOf stands for a list.
type countOf struct {
	// How many there are.
	Count int `json:"count"`
	// Where they are.
	At string `json:"at"`
}

// A serverSum counts the real servers of all services, each once per service.
type serverSum struct {
	countOf
	// Those whose probes succeed.
	Up int `json:"up"`
	// Those whose probes fail.
	Down int `json:"down"`
	// Those that are drained.
	Drained int `json:"drained"`
	// Those whose probes are overruled.
	Forced int `json:"forced"`
	// Those without a verdict yet, or switched off.
	Other int `json:"other"`
}

// momentOr is what is known of pulse, of now or, where a look at it is dear, of
// some seconds ago; or it answers why nothing is.
func (s *Server) momentOr(w http.ResponseWriter, r *http.Request) (*moment, bool) {
	m := s.hub.present(r.Context())
	if !m.Known {
		problem{Status: http.StatusServiceUnavailable, Code: "no-pulse", Detail: "pulse does not answer: " + m.Down, retry: retryPulse}.send(w)
	}
	return m, m.Known
}

// apiStatus sends the state of the router pair.
func (s *Server) apiStatus(w http.ResponseWriter, r *http.Request) {
	q, ok := query(w, r, "full")
	if !ok {
		return
	}
	full, ok := number(w, q, "full", 0, 0, 1)
	if !ok {
		return
	}
	m, ok := s.momentOr(w, r)
	if !ok {
		return
	}
	if full == 1 {
		all := *m.Snapshot
		// A list that is empty is one, whatever pulse left out.
		all.Addresses, all.Services = notNil(all.Addresses), notNil(all.Services)
		all.Nannies, all.Events = notNil(all.Nannies), notNil(all.Events)
		all.Services = withServers(all.Services)
		s.reply(w, r, http.StatusOK, &all)
		return
	}
	snap := m.Snapshot
	at := func(n int, path string) countOf { return countOf{n, apiPath + path} }
	out := apiStatus{
		Snapshot: *snap, Addresses: at(len(snap.Addresses), "/addresses"), Services: at(len(snap.Services), "/services"),
		Nannies: at(len(snap.Nannies), "/nannies"), Events: at(len(m.events), "/events"),
		Servers: serverSum{countOf: at(0, "/servers")},
	}
	for i := range snap.Services {
		for j := range snap.Services[i].Servers {
			out.Servers.add(&snap.Services[i].Servers[j])
		}
	}
	if now, _, _ := s.changer.state(); now.State != "" {
		c := s.changeNow()
		out.Change = &c
	}
	s.reply(w, r, http.StatusOK, &out)
}

func (n *serverSum) add(rs *control.Server) {
	n.Count++
	if rs.Drain != nil {
		n.Drained++
	}
	if rs.Forced != nil {
		n.Forced++
	}
	switch rs.Health {
	case control.Up:
		n.Up++
	case control.Down:
		n.Down++
	default:
		n.Other++
	}
}

// notNil is list, which JSON then has as [] where it is empty.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// An apiRouter is this router.
type apiRouter struct {
	Hostname string         `json:"hostname"`
	Router   control.Router `json:"router"`
	Config   control.Config `json:"config"`
	// What is wrong now, one sentence each; empty is well.
	Trouble []string `json:"trouble"`
}

// apiRouter sends what this router is.
func (s *Server) apiRouter(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	if m, ok := s.momentOr(w, r); ok {
		snap := m.Snapshot
		s.reply(w, r, http.StatusOK, apiRouter{snap.Hostname, snap.Router, snap.Config, notNil(snap.Trouble)})
	}
}

// apiPartner sends what is known of the other router.
func (s *Server) apiPartner(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	m, ok := s.momentOr(w, r)
	if !ok {
		return
	}
	if m.Snapshot.Partner == nil {
		problem{Status: http.StatusNotFound, Code: "no-partner", Detail: "lvs.cf has no backup router"}.send(w)
		return
	}
	p := *m.Snapshot.Partner
	p.Paths = notNil(p.Paths)
	s.reply(w, r, http.StatusOK, p)
}

// apiExplain sends why the router has its role.
func (s *Server) apiExplain(w http.ResponseWriter, r *http.Request) {
	if _, ok := query(w, r); !ok {
		return
	}
	e, err := s.Pulse.Explain(r.Context())
	if err != nil {
		s.unasked(w, r, err)
		return
	}
	out := *e
	out.Because, out.Change = notNil(out.Because), notNil(out.Change)
	s.reply(w, r, http.StatusOK, out)
}

// listing is the moment to list from, and which part of the list is asked for;
// where there is none, that is answered.
func (s *Server) listing(w http.ResponseWriter, r *http.Request) (m *moment, offset, limit int, ok bool) {
	q, ok := query(w, r, "offset", "limit")
	if !ok {
		return nil, 0, 0, false
	}
	if offset, limit, ok = paging(w, q); !ok {
		return nil, 0, 0, false
	}
	m, ok = s.momentOr(w, r)
	return m, offset, limit, ok
}

// An addressPage is a page of the floating addresses.
type addressPage struct {
	pageOf
	Addresses []control.Address `json:"addresses"`
}

// apiAddresses lists the floating addresses.
func (s *Server) apiAddresses(w http.ResponseWriter, r *http.Request) {
	m, offset, limit, ok := s.listing(w, r)
	if !ok {
		return
	}
	var page addressPage
	page.Addresses, page.pageOf = pageFrom(m.Snapshot.Addresses, offset, limit)
	for i := range page.Addresses {
		page.Addresses[i].For = notNil(page.Addresses[i].For)
	}
	s.reply(w, r, http.StatusOK, page)
}

// A nannyPage is a page of the nannies.
type nannyPage struct {
	pageOf
	Nannies []control.Nanny `json:"nannies"`
}

// apiNannies lists the processes that watch the real servers.
func (s *Server) apiNannies(w http.ResponseWriter, r *http.Request) {
	m, offset, limit, ok := s.listing(w, r)
	if !ok {
		return
	}
	var page nannyPage
	page.Nannies, page.pageOf = pageFrom(m.Snapshot.Nannies, offset, limit)
	for i := range page.Nannies {
		page.Nannies[i].Services = notNil(page.Nannies[i].Services)
	}
	s.reply(w, r, http.StatusOK, page)
}

// A setupPage is a page of what real servers must be set up with.
type setupPage struct {
	pageOf
	Servers []control.ServerSetup `json:"servers"`
}

// apiSetup lists what real servers must be set up with.
func (s *Server) apiSetup(w http.ResponseWriter, r *http.Request) {
	q, ok := query(w, r, "q", "offset", "limit")
	if !ok {
		return
	}
	if len(q.Get("q")) > control.MaxMatch {
		badParameter(w, "q", "a shorter text")
		return
	}
	offset, limit, ok := paging(w, q)
	if !ok {
		return
	}
	setup, err := s.setupOf(r.Context(), control.SetupQuery{Match: q.Get("q"), Skip: offset, Limit: min(limit, control.MaxSetup)})
	if err != nil {
		s.unasked(w, r, err)
		return
	}
	page := setupPage{pageOf{Total: setup.Matched, Offset: offset}, notNil(setup.Servers)}
	if end := offset + len(page.Servers); end < page.Total && len(page.Servers) > 0 {
		page.Next = end
	}
	for i := range page.Servers {
		page.Servers[i].Names, page.Servers[i].Serves = notNil(page.Servers[i].Names), notNil(page.Servers[i].Serves)
	}
	s.reply(w, r, http.StatusOK, page)
}

// shows are what lists of services can be narrowed to, as on MONITORING.
func shows() []string {
	var out []string
	for _, v := range templates.Shows {
		if v != "" {
			out = append(out, string(v))
		}
	}
	return out
}
