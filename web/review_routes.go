package web

import "github.com/go-chi/chi/v5"

// historyPages show the change under way and the history to everybody who is
// logged in.
func (s *Server) historyPages(r chi.Router) {
	r.Get("/change", s.changePage)
	r.Get("/change/progress", s.changeProgress)
	r.Get("/history", s.history)
	r.Get("/history/revision", s.revision)
	r.Get("/history/compare", s.compare)
	r.Get("/history/download", s.downloadRevision)
}

// reviewForms put drafts into effect.
func (s *Server) reviewForms(r chi.Router) {
	r.With(limitBody(maxConfig)).Post("/configuration", s.saveConfiguration)
	r.With(limitBody(maxConfig)).Post("/review/merge", s.merge)
	r = r.With(limitBody(maxForm))
	r.Get("/review", s.review)
	r.Post("/review", s.apply)
	r.Get("/review/plan", s.reviewPlan)
	r.Get("/review/draft", s.draftFile)
	r.Get("/review/kept", s.keptFile)
	r.Get("/review/discard", s.discardPage)
	r.Post("/review/discard", s.discard)
	r.Post("/change/confirm", s.confirm)
	r.Post("/change/rollback", s.rollBack)
	r.Post("/history/restore", s.restore)
}
