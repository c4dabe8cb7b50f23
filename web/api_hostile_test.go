package web

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pacu/store"
)

// filled is a route with something in place of its parameters.
func filled(path, with string) string {
	return regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, url.PathEscape(with))
}

// TestEveryProgramRouteWantsAToken walks the routes with every method, without a
// token and with one that may do too little.
func TestEveryProgramRouteWantsAToken(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	before, _ := readConfig(s.ConfigPath)
	roles := map[string]store.Role{"GET:/metrics": store.Viewer}
	for _, o := range operations {
		roles[o.method+":"+apiPath+o.path] = o.role
	}
	tokens := map[store.Role]string{
		"": "pacu_" + strings.Repeat("B", 43), store.Viewer: tokenFor(t, s, "vera", store.Viewer, time.Time{}), store.Operator: tokenFor(t, s, "otto", store.Operator, time.Time{}),
	}
	for _, route := range programRoutes(t, s) {
		_, path, _ := strings.Cut(route, ":")
		for _, method := range allMethods {
			if method == "CONNECT" {
				continue
			}
			least, there := roles[strings.Replace(method, "HEAD", "GET", 1)+":"+path]
			at := filled(path, "lvs-03")
			for role, secret := range tokens {
				if path == apiPath+"/openapi.json" || role.Allows(least) && there {
					continue
				}
				s.wrong = newWrongTokens()
				want := []int{http.StatusForbidden, http.StatusMethodNotAllowed}
				if role == "" {
					want = []int{http.StatusUnauthorized}
					if path == "/metrics" || method == "PROPFIND" || method == "PACU" { // the router itself refuses what it has never heard of
						want = append(want, http.StatusMethodNotAllowed)
					}
					if resp, _ := v.do(method, at, nil); !slices.Contains(want, resp.StatusCode) || there && resp.StatusCode != http.StatusUnauthorized {
						t.Errorf("%s %s without a token: %s", method, path, resp.Status)
					}
				}
				if resp, body := v.do(method, at, nil, "Authorization", "Bearer "+secret); !slices.Contains(want, resp.StatusCode) || strings.Contains(body, "10.10.1.30") {
					t.Errorf("%s %s with a token of role %q: %s", method, path, role, resp.Status)
				}
			}
		}
	}
	for _, path := range []string{"/api", "/api/", "/api/v2/status", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/../../monitoring", "/api/v1/%2e%2e/users", "/metrics/x"} {
		resp, body := v.get(path)
		if resp.StatusCode != 401 && resp.StatusCode != 404 && resp.StatusCode != 303 || strings.Contains(body, "10.10.1.30") {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if after, _ := readConfig(s.ConfigPath); string(after) != string(before) || p.reloads != 0 || len(p.did)+len(p.overs) != 0 {
		t.Error("something was done")
	}
}

// TestAPIMethods: other methods are refused, with those that there are.
func TestAPIMethods(t *testing.T) {
	s, _ := newConsole(t, true)
	c := newProgram(t, s, store.Operator)
	for path, allow := range map[string]string{
		"/status": "GET, HEAD", "/draft": "GET, HEAD, PUT, DELETE", "/hold": "PUT, DELETE", "/servers/x%2Fy/drain": "POST",
	} {
		a := c.do("PATCH", path, "")
		c.want(a, 405, "method")
		if a.Header.Get("Allow") != allow {
			t.Errorf("%s: Allow %q", path, a.Header.Get("Allow"))
		}
	}
	c.want(c.get("/nothing"), 404, "no-route")
	s.AllowFrom = append(s.AllowFrom, netip.MustParsePrefix("10.0.0.0/8"))
	if a := visit(t, s.Handler()); a != nil {
		for _, path := range []string{"/api/v1/status", "/api/v1/openapi.json", "/metrics"} {
			if resp, _ := a.get(path, "Authorization", "Bearer "+c.secret); resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s from elsewhere: %s", path, resp.Status)
			}
		}
	}
}

// TestAPIHeaders: every answer has the policy of the pages, and another site
// gets nothing.
func TestAPIHeaders(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	secret := tokenFor(t, s, "vera", store.Viewer, time.Time{})
	for _, path := range []string{"/metrics", "/api/v1/status", "/api/v1/config", "/api/v1/openapi.json", "/api/v1/nothing", "/api/v1/audit"} {
		for _, header := range [][]string{nil, {"Authorization", "Bearer " + secret, "Origin", "https://evil.example"}} {
			resp, body := v.get(path, header...)
			h := resp.Header
			if h.Get("Content-Security-Policy") != contentSecurityPolicy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", path, h)
			}
			if h.Get("Access-Control-Allow-Origin") != "" || len(resp.Cookies()) != 0 || strings.Contains(body+fmt.Sprint(h), "evil.example") {
				t.Errorf("%s: %v", path, h)
			}
		}
	}
}

// TestAPIBodies: no route reads more than its bound, nor anything of a stranger.
func TestAPIBodies(t *testing.T) {
	s, _ := newConsole(t, true)
	secret := tokenFor(t, s, "otto", store.Operator, time.Time{})
	h := s.Handler()
	for _, o := range operations {
		for _, who := range []string{"", "Bearer " + secret} {
			if o.method == "GET" {
				continue
			}
			body := &endless{left: maxConfig + 1<<20}
			req := httptest.NewRequestWithContext(t.Context(), o.method, apiPath+filled(o.path, "lvs-03"), io.MultiReader(strings.NewReader(`{"`), body))
			req.Header.Set("Content-Type", textForm)
			if o.body != nil {
				req.Header.Set("Content-Type", jsonForm)
			}
			req.Header.Set("Authorization", who)
			req.Header.Set("If-Match", "*")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			bound := 0
			switch {
			case who == "":
			case o.text:
				bound = maxConfig
			case o.body != nil:
				bound = maxForm
			}
			read := maxConfig + 1<<20 - body.left
			if read > bound+4096 || bound > 0 && w.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s as %.8q reads %d bytes: %d %.100s", o.method, o.path, who, read, w.Code, w.Body)
			}
		}
	}
}

// TestAPISlowBody: a body that does not come keeps nobody waiting for long.
func TestAPISlowBody(t *testing.T) {
	s, _ := newConsole(t, true)
	secret := tokenFor(t, s, "otto", store.Operator, time.Time{})
	srv := httpServer(s.Handler(), s.Log)
	if srv.ReadTimeout <= 0 || srv.ReadTimeout > time.Minute {
		t.Errorf("a body may take %v", srv.ReadTimeout)
	}
	srv.ReadTimeout = 100 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	body, hold := io.Pipe()
	defer hold.Close()
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+l.Addr().String()+apiPath+"/config/check", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", textForm)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("a slow body: %s", resp.Status)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

// TestAPIHostileText: what is sent comes back as JSON alone, and breaks nothing.
func TestAPIHostileText(t *testing.T) {
	s, p := newConsole(t, true)
	close(p.over)
	c := newProgram(t, s, store.Operator)
	for _, h := range hostile {
		for _, o := range operations {
			path := filled(o.path, h)
			q := url.Values{}
			for _, v := range o.query {
				q.Set(v.name, h)
			}
			if len(q) > 0 {
				path += "?" + q.Encode()
			}
			var header []string
			if o.match != "" {
				header = []string{"If-Match", `"` + url.PathEscape(h)[:min(len(h), 200)] + `"`}
			}
			body := ""
			if o.text {
				body = "x" + h
			} else if o.body != nil {
				body = fmt.Sprintf(`{"timeout":%q,"to":%[1]q,"force":%[1]q}`, h)
			}
			a := c.do(o.method, path, body, header...)
			if a.StatusCode == http.StatusInternalServerError {
				t.Errorf("%s %s: %s", o.method, path, a.body)
			}
			if kind := a.Header.Get("Content-Type"); a.body != "" && !strings.HasSuffix(kind, "json; charset=utf-8") && !strings.HasPrefix(kind, textForm) {
				t.Errorf("%s %s: %s", o.method, path, kind)
			}
			if a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s %s sets a cookie", o.method, path)
			}
		}
	}
	if strings.Contains(logged(s), "panicked") {
		t.Error("the log has a panic")
	}
}

// FuzzAccept: a client takes what it says, and whatever it says gets a form that
// was offered.
func FuzzAccept(f *testing.F) {
	for _, v := range []string{"", "*/*", "text/*;q=0.5, application/json", "text/event-stream", "application/json;q=0", "a/b;q=x, ,;"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		r := &http.Request{Header: http.Header{"Accept": {accept}}}
		if got := accepts(r, jsonForm, textForm); got != jsonForm && got != textForm {
			t.Errorf("%q: %q", accept, got)
		}
		for _, tag := range entityTags([]string{accept}) {
			if tag != "*" && (len(tag) < 3 || tag[0] != '"') {
				t.Errorf("%q: tag %q", accept, tag)
			}
		}
	})
}

func TestAccepts(t *testing.T) {
	for accept, want := range map[string]string{
		"": textForm, "*/*": textForm, "text/*": textForm, "application/json": jsonForm, "application/*;q=0.9, text/plain;q=0.1": jsonForm,
		"text/plain;q=0, */*": jsonForm, "image/png": textForm, "application/json, text/plain": textForm,
	} {
		if got := accepts(&http.Request{Header: http.Header{"Accept": {accept}}}, textForm, jsonForm); got != want {
			t.Errorf("%q: %s", accept, got)
		}
	}
}
