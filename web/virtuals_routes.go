package web

import "github.com/go-chi/chi/v5"

// virtualPages show VIRTUAL SERVERS to everybody who is logged in.
func (s *Server) virtualPages(r chi.Router) {
	r.Get("/virtuals", s.virtuals)
	r.Get("/virtual/servers", s.realServers)
	for _, k := range []blockKind{aVirtual, aServer, aProbe, checks} {
		r.Get(k.path, s.blockForm(k))
	}
}

// virtualForms edit it in the user's draft.
func (s *Server) virtualForms(r chi.Router) {
	r.Post("/virtuals", s.switchVirtuals)
	r.Post("/virtual/servers", s.changeServers)
	r.Post("/virtual/probes", s.switchProbes)
	for _, k := range []blockKind{aVirtual, aServer, aProbe, checks} {
		r.Post(k.path, s.saveBlock(k))
		r.Post(k.path+"/check", s.checkBlock(k, false))
	}
	for _, k := range []blockKind{aVirtual, aServer, aProbe} {
		r.Get(k.path+"/new", s.newBlock(k))
		r.Post(k.path+"/new", s.makeBlock(k))
		r.Post(k.path+"/new/check", s.checkBlock(k, true))
		r.Get(k.path+"/duplicate", s.copyPage(k))
		r.Post(k.path+"/duplicate", s.copy(k))
	}
	for path, k := range map[string]blockKind{"/virtuals": aVirtual, "/virtual/servers": aServer, "/virtual/monitoring": aProbe} {
		r.Get(path+"/delete", s.removalPage(k))
		r.Post(path+"/delete", s.remove(k))
	}
}
