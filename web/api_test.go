package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-chi/chi/v5"

	"pacu/store"
	"pacu/web/api"
)

// A program asks the API of a Server, and holds what it sends and what it gets
// against the document.
type program struct {
	t      testing.TB
	s      *Server
	doc    *openapi3.T
	routes chi.Router
	base   string
	client *http.Client
	secret string // its token
	whole  bool   // answers are held against their schemas; large ones take long
}

// newProgram is a program with a token of user anna in that role.
func newProgram(t testing.TB, s *Server, role store.Role) *program {
	t.Helper()
	srv := httptest.NewTLSServer(s.Handler())
	t.Cleanup(srv.Close)
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		t.Fatal(err)
	}
	no := false
	for _, c := range doc.Components.Schemas { // answers hold nothing that is not described
		if c.Value.AdditionalProperties.Has == nil && c.Value.AdditionalProperties.Schema == nil {
			c.Value.AdditionalProperties.Has = &no
		}
	}
	return &program{
		t: t, s: s, doc: doc, routes: s.programs(), base: srv.URL, client: srv.Client(), whole: true,
		secret: tokenFor(t, s, "anna", role, time.Time{}),
	}
}

// An answer is what a program got.
type answer struct {
	*http.Response
	body string
}

// into reads the answer's JSON.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v: %.300s", err, a.body)
	}
}

// code is the problem's.
func (a answer) code() string {
	var p struct{ Code string }
	if json.Unmarshal([]byte(a.body), &p) != nil {
		return ""
	}
	return p.Code
}

// do sends a request with a body of text or, where it begins with "{", JSON.
func (p *program) do(method, path, body string, header ...string) answer {
	p.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.base+apiPath+path, reader)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.secret)
	switch {
	case strings.HasPrefix(body, "{"):
		req.Header.Set("Content-Type", "application/json")
	case body != "":
		req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	asked := req.Clone(p.t.Context())
	if body != "" {
		asked.Body = io.NopCloser(strings.NewReader(body))
	}
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	a := answer{resp, string(b)}
	p.check(asked, a)
	return a
}

func (p *program) get(path string, header ...string) answer {
	p.t.Helper()
	return p.do("GET", path, "", header...)
}

// want fails unless the answer has that status and, of a problem, code.
func (p *program) want(a answer, status int, code string) {
	p.t.Helper()
	if a.StatusCode != status || code != "" && a.code() != code {
		p.t.Errorf("%s %s: %s, want %d %s: %.600s", a.Request.Method, a.Request.URL, a.Status, status, code, a.body)
	}
}

// check holds a request, where it was taken, and its answer against the
// document.
func (p *program) check(asked *http.Request, a answer) {
	p.t.Helper()
	path := asked.URL.Path
	if asked.URL.RawPath != "" {
		path = asked.URL.RawPath
	}
	method := asked.Method
	if method == http.MethodHead {
		method = http.MethodGet // middleware.GetHead
	}
	found := chi.NewRouteContext()
	if !p.routes.Match(found, method, path) {
		if a.StatusCode != 404 && a.StatusCode != 405 {
			p.t.Errorf("%s %s: %s, and there is no such route", method, path, a.Status)
		}
		return
	}
	item := p.doc.Paths.Value(found.RoutePattern())
	op := item.GetOperation(method)
	in := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: map[string]string{},
		Route:   &routers.Route{Spec: p.doc, Path: found.RoutePattern(), PathItem: item, Method: method, Operation: op},
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	for i, key := range found.URLParams.Keys {
		if key != "*" {
			in.PathParams[key] = found.URLParams.Values[i]
		}
	}
	if a.StatusCode < 400 {
		if err := openapi3filter.ValidateRequest(p.t.Context(), in); err != nil {
			p.t.Errorf("%s %s was taken: %v", method, asked.URL, err)
		}
		for name := range asked.URL.Query() {
			if op.Parameters.GetByInAndName("query", name) == nil {
				p.t.Errorf("%s %s was taken: parameter %s is not described", method, asked.URL, name)
			}
		}
	}
	if op.Responses.Status(a.StatusCode) == nil && a.StatusCode < 400 {
		p.t.Errorf("%s %s: %s is not described", method, asked.URL, a.Status)
	}
	if !p.whole || asked.Method == http.MethodHead || strings.HasPrefix(a.Header.Get("Content-Type"), streamForm) {
		return
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.StatusCode, Header: a.Header, Body: io.NopCloser(bytes.NewReader([]byte(a.body))), Options: in.Options,
	}
	if err := openapi3filter.ValidateResponse(p.t.Context(), out); err != nil {
		p.t.Errorf("%s %s: %s: %v\n%.300s", method, asked.URL, a.Status, err, a.body)
	}
}
