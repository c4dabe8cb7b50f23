package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"pacu/store"
	"pacu/web/templates"
)

// sessionID is the ID of the session that asks; "" where nobody is logged in.
func (s *Server) sessionID(r *http.Request) string {
	token := s.sessions.Token(r.Context())
	if token == "" {
		return ""
	}
	return s.Store.SessionID(token)
}

// endOwnSessions ends one of the user's own sessions, or all others than the
// one that asks.
func (s *Server) endOwnSessions(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, t, user, id := r.Context(), s.page(r, "").T(), s.user(r), r.PostForm.Get("id")
	own, err := s.Store.SessionList(ctx, user)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if id != "others" {
		if !slices.ContainsFunc(own, func(v store.Session) bool { return v.ID == id }) {
			id = "" // somebody else's, or none
		}
		s.endSession(w, r, id, user, "/account")
		return
	}
	ended := 0
	for _, v := range own {
		if v.ID == s.sessionID(r) {
			continue
		}
		switch err := s.Store.EndSession(ctx, v.ID); {
		case err == nil:
			ended++
		case !errors.Is(err, store.ErrNoSession):
			s.fail(w, r, err)
			return
		}
	}
	said := t.People.NoOthers
	if ended > 0 {
		said = fmt.Sprintf(t.People.SessionsEnded, ended)
		s.recordEntry(r, store.Entry{What: "sessions ended", Object: user, Note: fmt.Sprint(ended)})
	}
	s.sessions.Put(ctx, flashKey, said)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// endSession ends the session id, of whose it is, and goes back to the page it
// was listed on.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, id, whose, back string) {
	ctx, said := r.Context(), s.page(r, "").T().People.SessionEnded
	switch err := s.Store.EndSession(ctx, id); {
	case err == nil:
		s.recordEntry(r, store.Entry{What: "session ended", Object: whose})
	case errors.Is(err, store.ErrNoSession):
		said = s.page(r, "").T().People.SessionGone
	default:
		s.fail(w, r, err)
		return
	}
	s.sessions.Put(ctx, flashKey, said)
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// sessionsPage lists everybody's sessions.
func (s *Server) sessionsPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.Store.SessionList(r.Context(), "")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, templates.Users)
	p.Title, p.Path = p.T().People.Sessions, "/sessions"
	s.render(w, r, http.StatusOK, templates.Sessions(p, list, s.sessionID(r)))
}

// endAnySession ends a session, whoever's it is.
func (s *Server) endAnySession(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	id := r.PostForm.Get("id")
	list, err := s.Store.SessionList(r.Context(), "")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	whose := ""
	if i := slices.IndexFunc(list, func(v store.Session) bool { return v.ID == id }); i >= 0 {
		whose = list[i].User
	}
	s.endSession(w, r, id, whose, "/sessions")
}
