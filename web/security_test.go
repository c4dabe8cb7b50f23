package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pacu/store"
	"pacu/web/static"
)

func TestHeaders(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	inline := regexp.MustCompile(`(?i)<style|<script>|<script [^>]*>[^<]|\son[a-z]+=|\sstyle=|javascript:|https?://`)
	for _, path := range []string{"/login", "/monitoring", "/configuration", "/account", "/nowhere", static.URL("live.js")} {
		resp, body := v.get(path)
		for name, value := range map[string]string{
			"Content-Security-Policy":    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Strict-Transport-Security":  "max-age=31536000",
		} {
			if got := resp.Header.Get(name); got != value {
				t.Errorf("%s: %s = %q", path, name, got)
			}
		}
		if found := inline.FindString(body); found != "" && !strings.HasPrefix(path, "/static/") {
			t.Errorf("%s: inline code, or something from elsewhere: %q", path, found)
		}
	}
	if resp, _ := v.get("/monitoring"); resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control = %q", resp.Header.Values("Cache-Control"))
	}
	if resp, _ := v.get(static.URL("live.js")); !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("static: Cache-Control = %q", resp.Header.Get("Cache-Control"))
	}
	for path, status := range map[string]int{"/static/": 404, "/static/../security.go": 404, "/static/htmx.LICENSE": 404, "/static/live.js": 200} {
		if resp, _ := v.get(path); resp.StatusCode != status {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// TestCrossSiteIsRefused: another site makes a browser send nothing, whatever
// the route, the kind of body and the browser's age.
func TestCrossSiteIsRefused(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	before, _ := readConfig(s.ConfigPath)
	posts := 0
	for _, route := range routes(t, s) {
		path, ok := strings.CutPrefix(route, "POST:")
		if !ok {
			continue
		}
		posts++
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
		} {
			for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json", ""} {
				if resp, _ := v.do("POST", path, url.Values{"text": {"x"}}, append(header, "Content-Type", kind)...); resp.StatusCode != http.StatusForbidden {
					t.Errorf("POST %s as %q with %v: %s", path, kind, header, resp.Status)
				}
			}
		}
	}
	if posts < 40 {
		t.Errorf("only %d routes were found", posts)
	}
	if after, _ := readConfig(s.ConfigPath); p.reloads != 0 || len(p.overs)+len(p.did) != 0 || string(after) != string(before) {
		t.Error("something was done")
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", v.base}} {
		if resp, _ := v.do("POST", "/monitoring/reload", url.Values{}, header...); resp.StatusCode != http.StatusSeeOther {
			t.Errorf("POST with %v: %s", header, resp.Status)
		}
	}
	if p.reloads != 2 {
		t.Errorf("pulse reloaded %d times", p.reloads)
	}
}

func TestLanguage(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	_, body := v.get("/login")
	want(t, body, `<html lang="en">`, "LOG IN")
	_, body = v.get("/login", "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	want(t, body, `<html lang="zh">`, "登录")
	for path, to := range map[string]string{
		"/login?lang=zh":                     "/login",
		"/login?lang=zh&next=/configuration": "/login?next=%2Fconfiguration",
	} {
		if resp, _ := v.get(path); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != to {
			t.Errorf("%s leads to %q", path, resp.Header.Get("Location"))
		}
	}
	_, body = v.get("/login", "Accept-Language", "en")
	want(t, body, `<html lang="zh">`)
	v.login()
	for _, path := range []string{"//evil.example/?lang=zh", "/%5cevil.example/?lang=zh", "/\tevil.example?lang=zh"} {
		u := strings.NewReplacer("\t", "%09").Replace(path)
		resp, _ := v.get(u)
		to, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || to.Host != "" || strings.HasPrefix(resp.Header.Get("Location"), "//") {
			t.Errorf("%q leads to %q", path, resp.Header.Get("Location"))
		}
	}
}

// TestBodiesAreBounded: no route reads more than its bound.
func TestBodiesAreBounded(t *testing.T) {
	s, _ := newConsole(t, true)
	h := s.Handler()
	v := visit(t, h)
	v.login()
	u, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	cookies := v.Jar.Cookies(u)
	for _, route := range routes(t, s) {
		path, ok := strings.CutPrefix(route, "POST:")
		if !ok || path == "/logout" || path == "/setup" {
			continue // the first reads nothing, the other leads away from here
		}
		body := &endless{left: maxConfig + 1<<20}
		req := httptest.NewRequestWithContext(t.Context(), "POST", path, io.MultiReader(strings.NewReader("a=1&text="), body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			req.AddCookie(c)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		bound := maxForm
		if path == "/configuration" || path == "/review/merge" {
			bound = maxConfig
		}
		if read := maxConfig + 1<<20 - body.left; read > bound+bytes.MinRead || read > 0 && w.Code < 400 {
			t.Errorf("POST %s reads %d bytes: %d", path, read, w.Code)
		}
	}
}

// endless is a body of so many letters.
type endless struct{ left int }

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(len(b), e.left)
	for i := range b[:n] {
		b[i] = 'x'
	}
	e.left -= n
	return n, nil
}

// TestHeadersEverywhere: errors and files keep the policy that pages have.
func TestHeadersEverywhere(t *testing.T) {
	s, p := newConsole(t, true)
	p.fail(errors.New("broken"))
	if err := s.Store.AddUser(t.Context(), "anna", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	stranger, viewer, admin := visit(t, s.Handler()), visit(t, s.Handler()), visit(t, s.Handler())
	viewer.loginAs("anna", password)
	admin.login()
	ask := map[string]bool{
		"GET /nowhere": true, "DELETE /users": true, "TRACE /": true, "PACU /login": true, "GET /static/nothing": true, "GET /static/live.js": true,
		"GET /user?u=nobody": true, "POST /user/role": true,
	}
	for _, route := range routes(t, s) {
		if method, path, _ := strings.Cut(route, ":"); (method == "GET" || method == "HEAD") && !strings.HasSuffix(path, "/stream") {
			ask[method+" "+path] = true
		}
	}
	kinds := map[int]bool{}
	for what := range ask {
		method, path, _ := strings.Cut(what, " ")
		for who, v := range map[string]*visitor{"a stranger": stranger, "a viewer": viewer, "an administrator": admin} {
			resp, body := v.do(method, path, nil, "Host", "evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http")
			kinds[resp.StatusCode] = true
			for name, value := range map[string]string{
				"Content-Security-Policy":      contentSecurityPolicy,
				"X-Content-Type-Options":       "nosniff",
				"X-Frame-Options":              "DENY",
				"Referrer-Policy":              "no-referrer",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
				"Strict-Transport-Security":    "max-age=31536000",
			} {
				if got := resp.Header.Get(name); got != value {
					t.Errorf("%s as %s: %s = %q", what, who, name, got)
				}
			}
			if resp.Header.Get("Server") != "" || resp.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s as %s: %v", what, who, resp.Header)
			}
			if c := resp.Header.Get("Cache-Control"); c != "no-store" && !strings.HasPrefix(path, "/static/live") {
				t.Errorf("%s as %s: Cache-Control %q", what, who, c)
			}
			if kind := resp.Header.Get("Content-Type"); kind != "" && !strings.Contains(kind, "charset=utf-8") {
				t.Errorf("%s as %s: Content-Type %q", what, who, kind)
			}
			for _, c := range resp.Cookies() {
				if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("%s as %s: cookie %v", what, who, c)
				}
			}
			if strings.Contains(body+fmt.Sprint(resp.Header), "evil.example") {
				t.Errorf("%s as %s: the name of the host comes back", what, who)
			}
		}
	}
	for _, status := range []int{200, 303, 401, 403, 404, 405} {
		if !kinds[status] {
			t.Errorf("no answer was %d", status)
		}
	}
}

// TestPathsLeadNowhereElse: neither a path nor a name in a query is a way to a
// file.
func TestPathsLeadNowhereElse(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for _, path := range []string{
		"/static/../security.go", "/static/%2e%2e/security.go", "/static/..%2f..%2fetc%2fpasswd", "/static//etc/passwd", "/static/css/00-base.css",
		"/static/css", "/static/live.js%00.css", "/static/..\\..\\etc\\passwd", "/static/live.js/..", "/static/" + url.PathEscape(s.ConfigPath),
	} {
		if resp, body := v.get(path); resp.StatusCode != http.StatusNotFound || strings.Contains(body, "package ") || strings.Contains(body, "root:") {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	secret := filepath.Join(filepath.Dir(s.ConfigPath), "secret")
	if err := os.WriteFile(secret, []byte("the-secret-of-the-test"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, route := range routes(t, s) {
		path, ok := strings.CutPrefix(route, "GET:")
		if !ok || strings.HasSuffix(path, "/stream") {
			continue
		}
		for _, name := range []string{secret, "../secret", "secret", "./secret\x00"} {
			q := url.Values{}
			for _, key := range []string{"u", "v", "s", "id", "a", "b", "key", "name", "file", "path", "n"} {
				q.Set(key, name)
			}
			resp, body := v.get(path + "?" + q.Encode())
			if strings.Contains(body, "the-secret-of-the-test") || resp.StatusCode == http.StatusInternalServerError {
				t.Errorf("%s of %q: %s", path, name, resp.Status)
			}
		}
	}
}
