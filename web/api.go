package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"pacu/store"
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
	return r
}

// metrics are those of Options.Metrics.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.Metrics == nil {
		problem{Status: http.StatusNotFound, Code: "no-metrics", Detail: "this console was started without metrics"}.send(w)
		return
	}
	s.Metrics.ServeHTTP(w, r)
}

func noSuchRoute(w http.ResponseWriter, r *http.Request) {
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
