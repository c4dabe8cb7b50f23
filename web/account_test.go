package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

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

func TestGuessingIsSlowedDown(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	guess := func(user string) (int, string) {
		resp, body := v.do("POST", "/login", url.Values{"user": {user}, "password": {"guess-guess"}})
		return resp.StatusCode, body
	}
	for i := range 5 {
		if code, _ := guess("piranha"); code != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d", i, code)
		}
	}
	// The account waits now, even with the right password and from elsewhere.
	resp, body := visit(t, s.Handler()).do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}})
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Fatalf("after five guesses: %s", resp.Status)
	}
	want(t, body, "Too many failed logins as this user.")

	// And the address, whatever the name.
	for i := range 40 {
		code, body := guess(fmt.Sprintf("user%d", i))
		if code == http.StatusTooManyRequests {
			want(t, body, "Too many attempts from your address.")
			if i < 10 {
				t.Errorf("refused after %d guesses", i)
			}
			return
		}
	}
	t.Error("an address may guess for ever")
}

func TestChangePassword(t *testing.T) {
	s, _ := newConsole(t, true)
	other := visit(t, s.Handler())
	other.login()
	v := visit(t, s.Handler())
	v.login()
	for _, tt := range []struct {
		now, new, again, want string
	}{
		{password, "battery staple", "battery stable", "The two new passwords differ."},
		{"wrong horse", "battery staple", "battery staple", "The present password is not right."},
		{password, "short", "short", "too short"},
		{password, "piranha123", "piranha123", "too easy to guess"},
		{password, strings.Repeat("long horse ", 30), strings.Repeat("long horse ", 30), "too long"},
	} {
		resp, body := v.do("POST", "/account/password", url.Values{"now": {tt.now}, "new": {tt.new}, "again": {tt.again}})
		if resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%q: %s", tt.want, resp.Status)
		}
		want(t, body, tt.want)
	}
	resp, _ := v.do("POST", "/account/password", url.Values{"now": {password}, "new": {"battery staple"}, "again": {"battery staple"}})
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("change: %s", resp.Status)
	}
	_, body := v.get("/account")
	want(t, body, "The password is changed.")
	if resp, _ := other.get("/monitoring"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the other session: %s", resp.Status)
	}
	if ok, err := s.Store.Verify(t.Context(), "piranha", "battery staple"); !ok {
		t.Errorf("the new password does not work: %v", err)
	}
}

func TestNoSecretsInTheLog(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.do("POST", "/login", url.Values{"user": {"hunter2-typed-in-the-wrong-field"}, "password": {"wrong horse"}})
	v.login()
	v.do("POST", "/account/password", url.Values{"now": {password}, "new": {"battery staple"}, "again": {"battery staple"}})
	log, err := s.Store.Audit(t.Context(), store.AuditQuery{N: 100})
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprint(log) + logged(s)
	if !strings.Contains(all, "login failed") {
		t.Errorf("the failed login is not logged:\n%s", all)
	}
	for _, secret := range []string{"hunter2", "horse", "battery"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in the log:\n%s", secret, all)
		}
	}
}
