package web

import (
	"context"
	"fmt"
	"net/http"

	"pacu/web/templates"
)

// holdPage tells what a hold is, and has the button that begins or ends it.
func (s *Server) holdPage(w http.ResponseWriter, r *http.Request) {
	p := s.userPage(r, "")
	p.Title, p.Tab = p.T().HoldTitle, templates.Monitoring
	v, status := templates.HoldPage{}, http.StatusOK
	snap, err := s.moment(r.Context())
	if err != nil {
		status, v.Refused = http.StatusBadGateway, pulseSaid(err)
	} else {
		v.Router, v.Snapshot = snap.Router, snap
	}
	s.render(w, r, status, templates.HoldView(p, v))
}

// hold begins a hold, or ends it.
func (s *Server) hold(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t := s.page(r, "").T()
	what, err := s.setHold(r, s.user(r), r.PostForm.Get("on") == "1")
	said := fmt.Sprintf(t.PulseSays, what)
	if err != nil {
		said = fmt.Sprintf(t.PulseRefused, pulseSaid(err))
	}
	s.sessions.Put(r.Context(), flashKey, said)
	http.Redirect(w, r, "/monitoring", http.StatusSeeOther)
}

// setHold has pulse begin a hold, or end it.
func (s *Server) setHold(r *http.Request, who string, on bool) (string, error) {
	note := "off"
	if on {
		note = "on"
	}
	s.record(r, who, "hold", note)
	what, err := s.Pulse.Hold(context.WithoutCancel(r.Context()), on)
	s.hub.look(r.Context(), 0)
	return what, err
}
