package web

import (
	"fmt"
	"net/http"
	"time"

	"pacu/control"
	"pacu/store"
	"pacu/web/templates"
)

// probeKept is how long what a probe found can be looked at.
const probeKept = 10 * time.Minute

// probe has pulse probe a real server, and leads to what that found.
func (s *Server) probe(w http.ResponseWriter, r *http.Request, a *templates.ActPage) {
	service, server := a.Service.Key(), templates.PlaceAt(a.Server)
	v := templates.ProbePage{Name: a.Server.Name, Service: service, Server: server, All: a.All, By: s.user(r), Back: a.Back}
	probed, err := s.tryProbe(r, s.user(r), a.Target())
	if v.Probed, v.At = probed, time.Now(); err != nil {
		v.Refused = pulseSaid(err)
	}
	s.probes.put(s.probeKey(r, service, server), v)
	http.Redirect(w, r, templates.ProbeURL(service, server, a.Back), http.StatusSeeOther)
}

// tryProbe has pulse probe target, and tells the audit what that found.
func (s *Server) tryProbe(r *http.Request, who, target string) ([]control.Probed, error) {
	probed, err := s.Pulse.Probe(r.Context(), target)
	e := store.Entry{Who: who, What: "probe", Object: target, After: outcomes(probed)}
	if err != nil {
		e.After = "refused: " + pulseSaid(err)
	}
	s.recordEntry(r, e)
	s.hub.look(r.Context(), 0)
	return probed, err
}

// probePage shows what the last probe of a real server found that was asked for
// in this session.
func (s *Server) probePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	service, server := q.Get("service"), q.Get("server")
	v, kept := s.probes.look(s.probeKey(r, service, server))
	if !kept {
		v = templates.ProbePage{Name: server, Service: service, Server: server, Back: s.backFrom(q.Get("back"))}
	}
	p := s.userPage(r, templates.Monitoring)
	p.Title = templates.ActTitle(p.T(), templates.DoProbe, v.Name)
	s.render(w, r, http.StatusOK, templates.ProbeView(p, v))
}

func (s *Server) probeKey(r *http.Request, service, server string) string {
	return s.sessionID(r) + " " + service + " " + server
}

// outcomesShown bounds what the audit keeps of a probe.
const outcomesShown = 20

// outcomes are what the probes found, for the audit.
func outcomes(probed []control.Probed) string {
	text := ""
	for i, r := range probed {
		if i == outcomesShown {
			return text + fmt.Sprintf("and %d more", len(probed)-i)
		}
		text += fmt.Sprintf("%s: %s: %s\n", r.Service, r.Health, r.Why)
	}
	return text
}
