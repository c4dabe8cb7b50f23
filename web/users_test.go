package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pacu/store"
)

func TestUsers(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	v := visit(t, s.Handler())
	v.login()
	for _, tt := range []struct{ user, role, pass, again, want string }{
		{"anna", "viewer", "seven lamps", "seven lamp", "The two new passwords differ."},
		{"anna", "viewer", "short", "short", "too short"},
		{"anna", "viewer", "annaanna1", "password1", "The two new passwords differ."},
		{"anna", "root", "seven lamps", "seven lamps", "Choose one of the roles."},
		{"anna", "", "seven lamps", "seven lamps", "Choose one of the roles."},
		{"Anna", "viewer", "seven lamps", "seven lamps", "A name is 1 to 32 small letters"},
		{"", "viewer", "seven lamps", "seven lamps", "A name is 1 to 32 small letters"},
		{"piranha", "viewer", "seven lamps", "seven lamps", "There is such a user already."},
	} {
		resp, body := v.do("POST", "/users", url.Values{"user": {tt.user}, "role": {tt.role}, "new": {tt.pass}, "again": {tt.again}})
		if resp.StatusCode != http.StatusUnprocessableEntity || strings.Contains(body, "lamp") {
			t.Errorf("%+v: %s", tt, resp.Status)
		}
		want(t, body, tt.want, `value="`+tt.user+`"`)
	}
	if resp, _ := v.do("POST", "/users", url.Values{"user": {"anna"}, "role": {"operator"}, "new": {"seven lamps"}, "again": {"seven lamps"}}); resp.Header.Get("Location") != "/users" {
		t.Fatalf("add: %s", resp.Status)
	}
	_, body := v.get("/users")
	want(t, body, "User anna is added.", "operator", `href="/user?u=anna"`)

	// All that an administrator can do about somebody else.
	anna := visit(t, s.Handler())
	anna.loginAs("anna", "seven lamps")
	post := func(what string, more ...string) (*http.Response, string) {
		t.Helper()
		form := url.Values{"u": {"anna"}}
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return v.do("POST", "/user/"+what, form)
	}
	says := func(words string) {
		t.Helper()
		_, body := v.get("/user?u=anna")
		want(t, body, words)
	}
	resp, body := post("role", "role", "emperor")
	if want(t, body, "Choose one of the roles."); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown role: %s", resp.Status)
	}
	post("role", "role", "operator")
	says("anna had the role of operator already.")
	post("role", "role", "viewer")
	says("anna now has the role of viewer.")
	if err := s.Store.SetTOTP(ctx, "anna", store.NewTOTPSecret()); err != nil {
		t.Fatal(err)
	}
	says("Turn them off if the telephone is lost.")
	post("totp")
	says("One-time codes of anna are off.")
	says("Logged in now: 1.")
	post("sessions")
	says("Sessions ended: 1.")
	if resp, _ := anna.get("/monitoring"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("an ended session: %s", resp.Status)
	}
	anna.loginAs("anna", "seven lamps")
	for range 8 {
		if err := s.Store.Failed(ctx, "anna"); err != nil {
			t.Fatal(err)
		}
	}
	says("after failed logins")
	resp, body = post("password", "new", "abc", "again", "abc")
	if want(t, body, "too short"); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a short password: %s", resp.Status)
	}
	_, body = post("password", "new", "eight lamps", "again", "nine lamps")
	want(t, body, "The two new passwords differ.")
	post("password", "new", "eight lamps", "again", "eight lamps")
	says("anna has a new password, and is logged out everywhere.")
	if resp, _ := anna.get("/monitoring"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("after the reset: %s", resp.Status)
	}
	anna.loginAs("anna", "eight lamps") // the wait is over too
	resp, body = post("delete")
	if want(t, body, "Tick the box if you mean it."); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without the tick: %s", resp.Status)
	}
	if resp, _ := post("delete", "sure", "1"); resp.Header.Get("Location") != "/users" {
		t.Errorf("delete: %s to %q", resp.Status, resp.Header.Get("Location"))
	}
	_, body = v.get("/users")
	if want(t, body, "User anna is deleted."); strings.Contains(body, "/user?u=anna") {
		t.Error("anna is still listed")
	}
	if resp, _ := anna.get("/monitoring"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("after the end: %s", resp.Status)
	}
	for _, what := range []string{"role", "password", "totp", "sessions", "delete"} {
		if resp, _ := post(what, "role", "admin", "new", "eight lamps", "again", "eight lamps", "sure", "1"); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s of nobody: %s", what, resp.Status)
		}
	}
	if users, _ := s.Store.Users(ctx); len(users) != 1 {
		t.Errorf("users = %v", users)
	}
	_, body = v.get("/audit?text=anna")
	want(t, body, "none → operator", "operator → viewer", "user deleted", "sessions ended", "on → off")
}

func TestNobodyLocksThemselvesOut(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	v := visit(t, s.Handler())
	v.login()
	_, body := v.get("/user?u=piranha")
	if want(t, body, "This is yourself"); strings.Contains(body, `action="/user/`) {
		t.Error("there are forms to do it")
	}
	for _, what := range []string{"role", "password", "totp", "sessions", "delete"} {
		resp, body := v.do("POST", "/user/"+what, url.Values{"u": {"piranha"}, "role": {"viewer"}, "new": {"eight lamps"}, "again": {"eight lamps"}, "sure": {"1"}})
		if want(t, body, "Not of yourself"); resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", what, resp.Status)
		}
	}
	if u, err := s.Store.User(ctx, "piranha"); err != nil || u.Role != store.Admin {
		t.Errorf("user = %+v, %v", u, err)
	}
	// Two administrators do it to each other: one stays.
	if err := s.Store.AddUser(ctx, "anna", store.Admin, password); err != nil {
		t.Fatal(err)
	}
	anna := visit(t, s.Handler())
	anna.loginAs("anna", password)
	v.do("POST", "/user/role", url.Values{"u": {"anna"}, "role": {"viewer"}})
	anna.do("POST", "/user/role", url.Values{"u": {"piranha"}, "role": {"viewer"}})
	if u, err := s.Store.User(ctx, "piranha"); err != nil || u.Role != store.Admin {
		t.Errorf("user = %+v, %v", u, err)
	}
}

// TestDeletedUserLeavesNoDraft holds that whoever gets the name later does not
// get the copy of a draft with it.
func TestDeletedUserLeavesNoDraft(t *testing.T) {
	s, _ := newConsole(t, true)
	if err := s.Store.AddUser(t.Context(), "anna", store.Operator, "seven lamps"); err != nil {
		t.Fatal(err)
	}
	edit(t, s, "anna", "weight = 1", "weight = 5")
	if _, err := s.takeUp(t.Context(), "anna", []byte(readFile(t, s.ConfigPath)), store.Restored); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.login()
	v.do("POST", "/user/delete", url.Values{"u": {"anna"}, "sure": {"1"}})
	if n, err := s.draftNote(t.Context(), "anna"); len(n.Kept) != 0 || err != nil {
		t.Errorf("there is %q, %v", n.Kept, err)
	}
}
