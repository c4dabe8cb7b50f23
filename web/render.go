package web

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"pacu/store"
	"pacu/web/templates"
	"pacu/web/text"
)

// page returns what every page needs. On tab's page the language switch
// returns to it.
func (s *Server) page(r *http.Request, tab templates.Tab) templates.Page {
	p := templates.Page{Lang: language(r), Host: s.Hostname, Tab: tab}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		p.Path = r.URL.RequestURI()
	}
	return p
}

// userPage is page for whoever is logged in, with what the last request left
// to say.
func (s *Server) userPage(r *http.Request, tab templates.Tab) templates.Page {
	p := s.page(r, tab)
	p.User = s.user(r)
	p.Flash = s.sessions.PopString(r.Context(), flashKey)
	if tab != "" && p.Path == "" {
		p.Path = string(tab)
	}
	p.Role = role(r)
	var err error
	if _, p.Draft, err = s.Store.DraftVersion(r.Context(), p.User); err != nil {
		s.Log.Error("look for a draft", "user", p.User, "error", err)
	}
	if pending, ok, err := s.Store.Pending(r.Context()); err != nil {
		s.Log.Error("look for a change to be confirmed", "error", err)
	} else if ok {
		p.Pending = &pending
	}
	p.Notes = s.notes(p.T())
	return p
}

// flashKey is the session value shown once on the next page.
const flashKey = "flash"

// render sends a page, whole or not at all.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		s.Log.Error("render page", "path", r.URL.Path, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(b.Bytes()) // a client that leaves is no concern of ours
	}
}

// message sends a page that says one thing.
func (s *Server) message(w http.ResponseWriter, r *http.Request, status int, words string) {
	p := s.page(r, "")
	p.Title, p.Path = p.T().Titles.Of(status), ""
	s.render(w, r, status, templates.Message(p, words))
}

// whyNot is err for people: what is wrong with the disk, or else the error.
func whyNot(t *text.Words, err error) string {
	if trouble := store.FailureOf(err); trouble != "" {
		return t.Trouble.Why.Of(trouble)
	}
	return err.Error()
}

// fail logs err and says that there is something in the log. A body that was
// too long gets its own answer, and so does a disk or database that fails.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		s.message(w, r, http.StatusRequestEntityTooLarge, s.page(r, "").T().TooLarge)
		return
	}
	s.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	switch trouble := store.FailureOf(err); trouble {
	case "", store.Busy: // which passes
	default:
		s.closed(w, r, trouble, false)
		return
	}
	s.message(w, r, http.StatusInternalServerError, s.page(r, "").T().Failure)
}
