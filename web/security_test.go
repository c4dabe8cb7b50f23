package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"pacu/web/static"
)

var allMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND"}

// TestEveryRouteNeedsALogin walks the router, every method of every route and
// some that do not exist: Piranha's console asked for a password on GET alone
// (CVE-2013-6492).
func TestEveryRouteNeedsALogin(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	paths := map[string]bool{"/nowhere": true, "/login/": true, "/static": true, "//monitoring": true, "/monitoring/": true, "/login/../monitoring": true, "/LOGIN": true}
	err := chi.Walk(s.router(), func(_, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if !public(route) {
			paths[route] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 12 {
		t.Fatalf("only %d routes were found", len(paths))
	}
	before, _ := readConfig(s.ConfigPath)
	for path := range paths {
		for _, method := range allMethods {
			if method == "CONNECT" && strings.HasPrefix(path, "//") {
				continue // not a request Go's client can make
			}
			resp, body := v.do(method, path, nil)
			ok := resp.StatusCode == http.StatusUnauthorized
			if method == "GET" || method == "HEAD" {
				ok = ok || strings.HasPrefix(resp.Header.Get("Location"), "/login")
			}
			if method == "CONNECT" {
				ok = ok || resp.StatusCode >= 400
			}
			if !ok {
				t.Errorf("%s %s without a login: %s, to %q", method, path, resp.Status, resp.Header.Get("Location"))
			}
			for _, secret := range []string{"10.10.1.30", "lvs-03", "serial_no"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s %s without a login shows %q", method, path, secret)
				}
			}
		}
	}
	if after, _ := readConfig(s.ConfigPath); string(after) != string(before) {
		t.Error("lvs.cf was changed")
	}
	if p.asked+p.reloads != 0 {
		t.Error("pulse was asked")
	}
}

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

func TestCrossSiteIsRefused(t *testing.T) {
	s, p := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
	} {
		for _, path := range []string{"/monitoring/reload", "/configuration", "/account/password", "/logout", "/login"} {
			if resp, _ := v.do("POST", path, url.Values{"text": {"x"}}, header...); resp.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s with %v: %s", path, header, resp.Status)
			}
		}
	}
	if p.reloads != 0 {
		t.Error("pulse reloaded")
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

func TestBodiesAreBounded(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	resp, _ := v.do("POST", "/login", url.Values{"user": {strings.Repeat("x", maxForm+1)}})
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("login: %s", resp.Status)
	}
	v.login()
	resp, _ = v.do("POST", "/configuration", url.Values{"text": {strings.Repeat("x", maxConfig+1)}})
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("configuration: %s", resp.Status)
	}
}
