package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pacu/store"
)

func TestLogin(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	resp, body := v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {"wrong horse"}})
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("wrong password: %s", resp.Status)
	}
	want(t, body, "User and password do not match.", `value="piranha"`)
	if strings.Contains(body, "wrong horse") {
		t.Error("the password comes back")
	}
	resp, _ = v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}, "next": {"/configuration"}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/configuration" {
		t.Fatalf("login: %s to %q", resp.Status, resp.Header.Get("Location"))
	}
	c := resp.Cookies()
	if len(c) != 1 || c[0].Name != "__Host-pacu" || !c[0].Secure || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/" || c[0].Domain != "" {
		t.Errorf("cookie = %v", c)
	}
	if resp, _ := v.get("/login"); resp.Header.Get("Location") != "/monitoring" {
		t.Errorf("login page when logged in leads to %q", resp.Header.Get("Location"))
	}
	if resp, _ := v.do("POST", "/logout", url.Values{}); resp.Header.Get("Location") != "/login" {
		t.Errorf("logout: %s", resp.Status)
	}
	// The token is dead, not only forgotten by the browser.
	if resp, _ := v.get("/monitoring", "Cookie", c[0].Name+"="+c[0].Value); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("after the logout: %s", resp.Status)
	}
	if done, failed := s.Logins(); done != 1 || failed != 1 {
		t.Errorf("counted %d logins, and %d failed", done, failed)
	}
	log, err := s.Store.Audit(t.Context(), store.AuditQuery{N: 10})
	if err != nil || len(log) != 2 || log[1].What != "login" || log[0].What != "logout" || log[0].Who != "piranha" {
		t.Errorf("audit = %v, %v", log, err)
	}
}

func TestLoginRenewsTheToken(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	const planted = "planted-by-somebody-else"
	resp, _ := v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}}, "Cookie", "__Host-pacu="+planted)
	if c := resp.Cookies(); len(c) != 1 || c[0].Value == planted {
		t.Errorf("cookie = %v", c)
	}
	if resp, _ := visit(t, s.Handler()).get("/monitoring", "Cookie", "__Host-pacu="+planted); resp.StatusCode == http.StatusOK {
		t.Error("the planted token works")
	}
}

func TestLoginNeverLeadsElsewhere(t *testing.T) {
	s, _ := newConsole(t, true)
	for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "/logout", "javascript:alert(1)"} {
		v := visit(t, s.Handler())
		resp, _ := v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}, "next": {next}})
		if to := resp.Header.Get("Location"); to != "/monitoring" {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
}

func TestOwnPage(t *testing.T) {
	s, _ := newConsole(t, true)
	for next, want := range map[string]string{
		"/configuration":                      "/configuration",
		"/audit?who=anna&text=a%26b":          "/audit?who=anna&text=a%26b",
		"/users":                              "/users",
		"/configuration#top":                  "/configuration",
		"":                                    "",
		"/login":                              "",
		"/login?next=/users":                  "",
		"/logout":                             "",
		"/setup":                              "",
		"/static/live.js":                     "",
		"/monitoring/stream":                  "",
		"/account/password":                   "",
		"/nowhere":                            "",
		"configuration":                       "",
		"https://evil.example/users":          "",
		"//evil.example/users":                "",
		"///evil.example/users":               "",
		"/\\evil.example/users":               "",
		"\\\\evil.example":                    "",
		"/users/../../evil.example":           "",
		"//users":                             "",
		"https:/users":                        "",
		"https:users":                         "",
		"javascript:alert(1)":                 "",
		"/users\r\nSet-Cookie: a=b":           "",
		"//user@evil.example/users":           "",
		"/users?" + strings.Repeat("x", 3000): "",
	} {
		if got := s.ownPage(next); got != want {
			t.Errorf("ownPage(%q) = %q, want %q", next, got, want)
		}
	}
}

func FuzzOwnPage(f *testing.F) {
	s := &Server{pages: map[string]bool{"/users": true, "/": true}}
	for _, next := range []string{"/users?u=a", "//evil.example", "/\\evil", "https://evil.example/users", "/%2f/users"} {
		f.Add(next)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := s.ownPage(next)
		if got == "" {
			return
		}
		base, err := url.Parse("https://lvs-01/login")
		if err != nil {
			t.Fatal(err)
		}
		to, err := base.Parse(got)
		if err != nil || to.Host != "lvs-01" || to.Scheme != "https" || !s.pages[to.Path] || strings.ContainsAny(got, "\r\n\\") {
			t.Errorf("ownPage(%q) = %q", next, got)
		}
	})
}

// withTOTP has piranha's one-time codes on, and returns their secret.
func withTOTP(t *testing.T, s *Server) string {
	t.Helper()
	secret := store.NewTOTPSecret()
	if err := s.Store.SetTOTP(t.Context(), "piranha", secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestLoginInTwoSteps(t *testing.T) {
	s, _ := newConsole(t, true)
	secret := withTOTP(t, s)
	v := visit(t, s.Handler())
	if resp, _ := v.get("/login/code"); resp.Header.Get("Location") != "/login" {
		t.Errorf("the second step without the first: %s", resp.Status)
	}
	resp, body := v.do("POST", "/login/code", url.Values{"code": {code(t, secret, 0)}})
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a code without a password: %s", resp.Status)
	}
	want(t, body, "Begin again with your password.")

	resp, _ = v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}, "next": {"/audit?who=anna"}})
	if resp.Header.Get("Location") != "/login/code" {
		t.Fatalf("the first step leads to %q", resp.Header.Get("Location"))
	}
	c := resp.Cookies()
	if len(c) != 1 || c[0].Name != "__Host-pacu_step" || !c[0].Secure || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].MaxAge != 300 {
		t.Errorf("cookies = %v", c)
	}
	if resp, _ := v.get("/monitoring"); !strings.HasPrefix(resp.Header.Get("Location"), "/login") {
		t.Errorf("after the first step alone: %s", resp.Status)
	}
	if list, _ := s.Store.SessionList(t.Context(), ""); len(list) != 0 {
		t.Errorf("sessions after the first step: %v", list)
	}
	_, body = v.get("/login/code")
	want(t, body, "The password of piranha was right.", `autocomplete="one-time-code"`, "lvsgui passwd --reset-totp piranha")
	for _, wrong := range []string{"", "000000", "1234567", code(t, secret, 10)} {
		resp, body := v.do("POST", "/login/code", url.Values{"code": {wrong}})
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("code %q: %s", wrong, resp.Status)
		}
		want(t, body, "This code is not right")
	}
	used := code(t, secret, 0)
	resp, _ = v.do("POST", "/login/code", url.Values{"code": {used[:3] + " " + used[3:]}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/audit?who=anna" {
		t.Fatalf("the second step: %s to %q", resp.Status, resp.Header.Get("Location"))
	}
	if resp, _ := v.get("/monitoring"); resp.StatusCode != http.StatusOK {
		t.Errorf("after both: %s", resp.Status)
	}

	// Neither the code nor the step works again.
	other := visit(t, s.Handler())
	resp, _ = other.do("POST", "/login/code", url.Values{"code": {code(t, secret, 1)}}, "Cookie", c[0].Name+"="+c[0].Value)
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the step again: %s", resp.Status)
	}
	other.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}})
	if resp, _ := other.do("POST", "/login/code", url.Values{"code": {used}}); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the code again: %s", resp.Status)
	}
}

func TestNewPasswordEndsTheStepBetween(t *testing.T) {
	s, _ := newConsole(t, true)
	secret := withTOTP(t, s)
	v := visit(t, s.Handler())
	v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}})
	step := <-firstStep(s)
	step.changed = step.changed.Add(-time.Minute) // as if the password had been set since
	u, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Jar.Cookies(u) {
		s.steps.put(c.Value, step)
	}
	resp, body := v.do("POST", "/login/code", url.Values{"code": {code(t, secret, 0)}})
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("with the old password: %s", resp.Status)
	}
	want(t, body, "Begin again with your password.")
}

// firstStep has the one login that waits for its code.
func firstStep(s *Server) <-chan loginStep {
	out := make(chan loginStep, 1)
	s.steps.mu.Lock()
	defer s.steps.mu.Unlock()
	for _, v := range s.steps.things {
		out <- v.thing
		break
	}
	return out
}

func TestSessionsKeepWhoseTheyAre(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	long := strings.Repeat("Mozilla ", 100)
	v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}}, "User-Agent", long)
	list, err := s.Store.SessionList(t.Context(), "piranha")
	if err != nil || len(list) != 1 || list[0].Client != "127.0.0.1" || !strings.HasPrefix(list[0].Agent, "Mozilla ") || len(list[0].Agent) > 200 {
		t.Errorf("sessions = %+v, %v", list, err)
	}
	if s.sessions.IdleTimeout != time.Hour || s.sessions.Lifetime != 12*time.Hour {
		t.Errorf("limits = %v, %v", s.sessions.IdleTimeout, s.sessions.Lifetime)
	}
}
