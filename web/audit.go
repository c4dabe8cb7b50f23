package web

import (
	"net/http"

	"pacu/store"
)

// record puts what who did into the audit and the log. The note is no secret.
func (s *Server) record(r *http.Request, who, what, note string) {
	s.recordEntry(r, store.Entry{Who: who, What: what, Note: note})
}

// recordEntry puts e into the audit, and without its texts into the log. Where
// e does not say who, it is the one who is logged in.
func (s *Server) recordEntry(r *http.Request, e store.Entry) {
	if e.Who == "" {
		e.Who = s.user(r)
	}
	e.Client = client(r)
	s.Log.Info(e.What, "user", e.Who, "object", e.Object, "note", e.Note, "client", e.Client)
	if err := s.Store.Record(r.Context(), e); err != nil {
		s.Log.Error("audit", "error", err)
	}
}
