package web

import (
	"net/http"

	"pacu/store"
	machine "pacu/web/change"
	"pacu/web/templates"
)

// changePage is the change that is under way, or the last one.
func (s *Server) changePage(w http.ResponseWriter, r *http.Request) {
	if err := s.changer.resume(r.Context()); err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.userPage(r, "")
	p.Title, p.Path, p.Htmx = p.T().Review.ChangeTitle, "/change", true
	v := s.changeView()
	v.Snapshot = s.glance(r.Context())
	s.render(w, r, http.StatusOK, templates.ChangeView(p, v))
}

func (s *Server) changeView() templates.ChangePage {
	m, before, after := s.changer.state()
	v := templates.ChangePage{Machine: m, Now: s.changer.now(), Before: before, After: after}
	v.Trouble, v.Folder = s.changer.shortage(s.State)
	return v
}

// changeProgress is the part of the page that changes; when there is more to
// show than that, it has the page load itself again.
func (s *Server) changeProgress(w http.ResponseWriter, r *http.Request) {
	v := s.changeView()
	if r.URL.Query().Get("state") != string(v.Machine.State) {
		w.Header().Set("HX-Refresh", "true")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.render(w, r, http.StatusOK, templates.ChangeProgress(s.page(r, ""), v))
}

// confirm keeps the change that the page showed.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request) {
	s.decide(w, r, "confirm", machine.Confirm{Who: s.user(r)})
}

// rollBack takes it back.
func (s *Server) rollBack(w http.ResponseWriter, r *http.Request) {
	s.decide(w, r, "roll back", machine.RollBack{Who: s.user(r)})
}

func (s *Server) decide(w http.ResponseWriter, r *http.Request, what string, e machine.Event) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, err)
		return
	}
	t := s.page(r, "").T()
	m, _, _ := s.changer.state()
	if m.Change.After != r.PostForm.Get("change") || !s.changer.begin(r.Context(), e, nil) {
		s.sessions.Put(r.Context(), flashKey, t.Review.TooLate)
		http.Redirect(w, r, "/change", http.StatusSeeOther)
		return
	}
	s.recordEntry(r, store.Entry{What: what, Object: s.ConfigPath, Note: "the change of " + m.Change.Who + ", sha256 " + m.Change.After})
	http.Redirect(w, r, "/change", http.StatusSeeOther)
}
