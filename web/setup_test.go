package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pacu/web/static"
)

func TestNothingBeforeTheFirstUser(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	v := visit(t, s.Handler())
	for _, path := range []string{"/", "/login", "/login/code", "/monitoring", "/monitoring/stream", "/configuration", "/users", "/nowhere"} {
		for _, method := range []string{"GET", "POST", "TRACE"} {
			resp, body := v.do(method, path, url.Values{"user": {"piranha"}, "password": {password}})
			if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/setup" || strings.Contains(body, "10.10.1.30") {
				t.Errorf("%s %s: %s to %q", method, path, resp.Status, resp.Header.Get("Location"))
			}
		}
	}
	resp, body := v.get("/setup")
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the set-up: %s", resp.Status)
	}
	want(t, body, "there is no default password", "lvsgui setup", "lvsgui passwd", `value="piranha"`)
	if resp, _ := v.get(static.URL("console.css")); resp.StatusCode != http.StatusOK {
		t.Errorf("the style: %s", resp.Status)
	}
	// lvsgui passwd ends it without another start.
	if err := s.Store.SetPassword(t.Context(), "piranha", password); err != nil {
		t.Fatal(err)
	}
	v.login()
	for _, method := range []string{"GET", "POST"} {
		if resp, _ := v.do(method, "/setup", url.Values{}); resp.Header.Get("Location") != "/login" {
			t.Errorf("%s /setup afterwards: %s", method, resp.Status)
		}
	}
}

func TestSetup(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	token, err := s.Store.NewSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	for _, tt := range []struct {
		token, user, pass, again, want string
	}{
		{"0000-0000-0000-0000", "piranha", password, password, "This token is not right"},
		{token, "piranha", password, "correct hose", "The two new passwords differ."},
		{token, "piranha", "short", "short", "too short"},
		{token, "Piranha!", password, password, "A name is 1 to 32 small letters"},
	} {
		resp, body := v.do("POST", "/setup", url.Values{"token": {tt.token}, "user": {tt.user}, "new": {tt.pass}, "again": {tt.again}})
		if resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", tt.want, resp.Status)
		}
		want(t, body, tt.want, `value="`+tt.token+`"`, `value="`+tt.user+`"`, `aria-invalid="true"`)
		if strings.Contains(body, "correct h") {
			t.Error("a password comes back")
		}
	}
	resp, _ := v.do("POST", "/setup", url.Values{"token": {strings.ToUpper(token)}, "user": {"ops"}, "new": {password}, "again": {password}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/monitoring" {
		t.Fatalf("set-up: %s to %q", resp.Status, resp.Header.Get("Location"))
	}
	_, body := v.get("/monitoring")
	want(t, body, "You are the first administrator", "USERS")
	if u, err := s.Store.User(t.Context(), "ops"); err != nil || u.Role != "admin" {
		t.Errorf("user = %+v, %v", u, err)
	}
	// The token is used up.
	resp, _ = visit(t, s.Handler()).do("POST", "/setup", url.Values{"token": {token}, "user": {"two"}, "new": {password}, "again": {password}})
	if resp.Header.Get("Location") != "/login" {
		t.Errorf("again: %s", resp.Status)
	}
	if users, _ := s.Store.Users(t.Context()); len(users) != 1 {
		t.Errorf("users = %v", users)
	}
}

func TestSetupTokensAreNotGuessed(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	if _, err := s.Store.NewSetup(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	guess := url.Values{"token": {"1111-1111-1111-1111"}, "user": {"ops"}, "new": {password}, "again": {password}}
	for i := range 10 {
		resp, body := v.do("POST", "/setup", guess)
		if resp.StatusCode == http.StatusTooManyRequests {
			want(t, body, "Too many wrong tokens.", "lvsgui setup")
			if i < 3 || resp.Header.Get("Retry-After") == "" {
				t.Errorf("guess %d: %s, Retry-After %q", i, resp.Status, resp.Header.Get("Retry-After"))
			}
			return
		}
	}
	t.Error("tokens may be guessed for ever")
}
