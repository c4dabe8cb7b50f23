package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"pacu/control"
	"pacu/store"
	"pacu/web/templates"
)

// actPage asks whether to do something to a real server, or without do what.
func (s *Server) actPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a := templates.ActPage{Do: templates.Deed(q.Get("do")), Back: s.backFrom(q.Get("back")), All: q.Get("scope") == "all"}
	if a.Do != "" && (a.Do == templates.DoProbe || !a.Do.Known()) {
		s.message(w, r, http.StatusNotFound, s.page(r, "").T().NotFound)
		return
	}
	s.ask(w, r, http.StatusOK, a, q.Get("service"), q.Get("server"))
}

// ask shows a for the real server of that service.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, status int, a templates.ActPage, service, server string) {
	p := s.userPage(r, templates.Monitoring)
	p.Title = p.T().Act.Act
	snap, err := s.moment(r.Context())
	if err != nil {
		a.Refused = pulseSaid(err)
		s.render(w, r, http.StatusBadGateway, templates.ActView(p, a))
		return
	}
	var there bool
	if a.Place, there = templates.FindPlace(snap, service, server); !there {
		s.message(w, r, http.StatusNotFound, fmt.Sprintf(p.T().Act.NoServer, server, service))
		return
	}
	a.Host, a.Router, a.Partner = cmp.Or(snap.Hostname, s.Hostname), snap.Router, snap.Partner != nil
	a.Places = templates.PlacesOf(snap, a.Server.Address)
	p.Title = templates.ActTitle(p.T(), a.Do, a.Server.Name)
	s.render(w, r, status, templates.ActView(p, a))
}

// backFrom is the page to return to: one of the console's own.
func (s *Server) backFrom(page string) string {
	return cmp.Or(s.ownPage(page), string(templates.Monitoring))
}

// act does something to a real server.
func (s *Server) act(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	f := r.PostForm
	service, server := f.Get("service"), f.Get("server")
	a := templates.ActPage{Do: templates.Deed(f.Get("do")), Back: s.backFrom(f.Get("back")), All: f.Get("scope") == "all"}
	if !a.Do.Known() {
		s.message(w, r, http.StatusUnprocessableEntity, s.page(r, "").T().NotAllowed)
		return
	}
	if a.Do == templates.DoDrain && f.Has("timeout") {
		d, err := time.ParseDuration(f.Get("timeout"))
		if a.Timeout = d; err != nil || !slices.Contains(templates.DrainTimeouts, d) {
			a.Timeout, a.Mistaken = 0, true
			s.ask(w, r, http.StatusUnprocessableEntity, a, service, server)
			return
		}
	}
	snap, err := s.moment(r.Context())
	there := false
	if err == nil {
		a.Place, there = templates.FindPlace(snap, service, server)
	}
	if err != nil || !there || !templates.Actable(a.Server) {
		s.ask(w, r, http.StatusUnprocessableEntity, a, service, server) // which says what is wrong
		return
	}
	if a.Do == templates.DoProbe {
		s.probe(w, r, &a)
		return
	}
	s.carryOut(r, &a)
	http.Redirect(w, r, a.Back, http.StatusSeeOther)
}

// carryOut has pulse do it, and tells the operator what came of it.
func (s *Server) carryOut(r *http.Request, a *templates.ActPage) {
	t := s.page(r, "").T()
	what, err := s.enact(r, s.user(r), a.Do, a.Target(), standingNow(a.Server), a.Timeout)
	said := fmt.Sprintf(t.PulseSays, what)
	if err != nil {
		said = fmt.Sprintf(t.PulseRefused, pulseSaid(err))
	}
	s.sessions.Put(r.Context(), flashKey, said)
}

// enact has pulse do it to target, which before describes, and tells the audit
// what came of it. It goes on when whoever asked leaves, so that the audit has
// how it ended.
func (s *Server) enact(r *http.Request, who string, do templates.Deed, target, before string, timeout time.Duration) (what string, err error) {
	ctx := context.WithoutCancel(r.Context())
	e := store.Entry{Who: who, What: string(do), Object: target, Before: before}
	switch do {
	case templates.DoDrain:
		if timeout > 0 {
			e.Note = "timeout " + timeout.String()
		}
		what, err = s.Pulse.Drain(ctx, target, timeout)
	case templates.DoUndrain:
		what, err = s.Pulse.Undrain(ctx, target)
	default:
		e.What = "force " + string(do)
		what, err = s.Pulse.Force(ctx, target, control.Way(do))
	}
	e.After = what
	if err != nil {
		e.After = "refused: " + pulseSaid(err)
	}
	s.recordEntry(r, e)
	s.hub.look(ctx, 0)
	return what, err
}

// standingNow is a real server as it is, for the audit.
func standingNow(rs *control.Server) string {
	text := fmt.Sprintf("%s (%s): probes say %s, weight %d", rs.Name, netip.AddrPortFrom(rs.Address, rs.Port), rs.Health, rs.Weight)
	if rs.InKernel {
		text += fmt.Sprintf(", in the kernel %d, %d connections", rs.KernelWeight, uint64(rs.Active)+uint64(rs.Inactive))
	} else {
		text += ", not in the kernel"
	}
	if rs.Drain != nil {
		text += ", drained"
	}
	if rs.Forced != nil {
		text += ", forced " + string(rs.Forced.To)
	}
	return text
}
