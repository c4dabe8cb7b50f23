package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"pacu/store"
	"pacu/web/api"
)

// apiPath is where the API begins.
const apiPath = "/api/v1"

// forPrograms reports whether path is served to programs with a token, and not
// to browsers with a session.
func forPrograms(path string) bool {
	return path == "/metrics" || path == "/api" || strings.HasPrefix(path, "/api/")
}

// programs has the routes for programs. They know neither sessions nor pages,
// and no site can make a browser send what they want: the Authorization header.
func (s *Server) programs() chi.Router {
	r := chi.NewRouter()
	r.Use(middleware.ClientIPFromRemoteAddr, s.recoverer, s.allowFrom, middleware.GetHead)
	r.NotFound(noSuchRoute)
	r.MethodNotAllowed(noSuchMethod)
	r.With(s.bearer(store.Viewer)).Get("/metrics", s.metrics)
	r.Get(apiPath+"/openapi.json", openAPI) // it is the same everywhere, and no secret
	r.Route(apiPath, func(r chi.Router) {
		// Before the router's choice, so that a route added later wants a
		// token, too.
		r.Use(s.bearer(store.Viewer))
		r.NotFound(noSuchRoute)
		r.MethodNotAllowed(noSuchMethod)
		r.Group(s.apiReads)
		r.Group(s.apiActs)
	})
	return r
}

// apiReads are for everybody with a token.
func (s *Server) apiReads(r chi.Router) {
	r.Use(limitBody(maxForm))
	r.Get("/status", s.apiStatus)
	r.Get("/router", s.apiRouter)
	r.Get("/partner", s.apiPartner)
	r.Get("/explain", s.apiExplain)
	r.Get("/addresses", s.apiAddresses)
	r.Get("/nannies", s.apiNannies)
	r.Get("/services", s.apiServices)
	r.Get("/services/{key}", s.apiService)
	r.Get("/servers", s.apiServers)
	r.Get("/servers/{name}", s.apiServer)
	r.Get("/setup", s.apiSetup)
	r.Get("/events", s.apiEvents)
	r.Get("/config", s.apiConfig)
	r.Get("/change", s.apiChangeNow)
	r.Get("/history", s.apiHistory)
	r.Get("/history/{id}", s.apiRevision)
}

// apiActs change lvs.cf and what pulse does.
func (s *Server) apiActs(r chi.Router) {
	r.Use(s.bearer(store.Operator))
	texts := r.With(limitBody(maxConfig))
	texts.Post("/config/check", s.apiCheck)
	texts.Put("/draft", s.apiPutDraft)
	texts.Post("/plan", s.apiPlan)
	texts.Post("/apply", s.apiApply)
	r = r.With(limitBody(maxForm))
	r.Get("/draft", s.apiDraft)
	r.Delete("/draft", s.apiDropDraft)
	r.Post("/draft/plan", s.apiPlanDraft)
	r.Post("/change/confirm", s.apiConfirm)
	r.Post("/change/rollback", s.apiRollBack)
	r.Post("/servers/{name}/drain", s.apiDrain)
	r.Post("/servers/{name}/undrain", s.apiUndrain)
	r.Post("/servers/{name}/force", s.apiForce)
	r.Post("/servers/{name}/probe", s.apiProbe)
	r.Post("/switchover", s.apiSwitchOver)
	r.Put("/hold", s.apiHold)
	r.Delete("/hold", s.apiHold)
	r.Post("/reload", s.apiReload)
	r.Get("/audit", s.apiAudit)
}

// metrics are those of Options.Metrics.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.Metrics == nil {
		problem{Status: http.StatusNotFound, Code: "no-metrics", Detail: "this console was started without metrics"}.send(w)
		return
	}
	s.Metrics.ServeHTTP(w, r)
}

// openAPI sends the document that describes the API.
func openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(api.Document) // a client that leaves is no concern of ours
}

func noSuchRoute(w http.ResponseWriter, _ *http.Request) {
	problem{Status: http.StatusNotFound, Code: "no-route", Detail: "there is nothing at this address: " + apiPath + "/openapi.json says what there is"}.send(w)
}

// noSuchMethod names the methods that there are (RFC 9110, 15.5.6).
func noSuchMethod(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	routes, path := chi.RouteContext(r.Context()).Routes, r.URL.Path
	if r.URL.RawPath != "" {
		path = r.URL.RawPath
	}
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		as := m
		if m == http.MethodHead {
			as = http.MethodGet // middleware.GetHead
		}
		if routes.Match(chi.NewRouteContext(), as, path) {
			allowed = append(allowed, m)
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	problem{Status: http.StatusMethodNotAllowed, Code: "method", Detail: "this address takes " + strings.Join(allowed, ", ")}.send(w)
}
