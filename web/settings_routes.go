package web

import "github.com/go-chi/chi/v5"

// settingsPages are the pages of GLOBAL SETTINGS, REDUNDANCY and failover
// services.
func (s *Server) settingsPages(r chi.Router) {
	r.Get("/global", s.settings(global))
	r.Get("/redundancy", s.settings(redundancy))
	r.Get(failovers.list, s.failoversPage)
	for _, k := range []loneKind{trackScripts, failovers} {
		r.Get(k.path, s.lone(k, false))
	}
}

// settingsForms are what these pages send.
func (s *Server) settingsForms(r chi.Router) {
	for _, k := range []settings{global, redundancy} {
		r.Post(string(k.tab), s.saveSettings(k))
		r.Post(string(k.tab)+"/check", s.checkSettings(k))
	}
	r.Post("/redundancy/scripts", s.switchLone(trackScripts))
	r.Post(failovers.list, s.switchLone(failovers))
	for _, k := range []loneKind{trackScripts, failovers} {
		r.Post(k.path, s.saveLone(k, false))
		r.Post(k.path+"/check", s.checkLone(k, false))
		r.Get(k.path+"/new", s.lone(k, true))
		r.Post(k.path+"/new", s.saveLone(k, true))
		r.Post(k.path+"/new/check", s.checkLone(k, true))
		r.Post(k.path+"/delete", s.deleteLone(k))
	}
}
