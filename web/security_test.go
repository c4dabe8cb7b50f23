package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

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
