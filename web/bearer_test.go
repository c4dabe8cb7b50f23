package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pacu/store"
)

// tokenFor makes a token of a user with that role, who is made where there is
// none, and returns its secret.
func tokenFor(t testing.TB, s *Server, user string, role store.Role, expires time.Time) string {
	t.Helper()
	err := s.Store.AddUser(t.Context(), user, role, password)
	if err != nil && !errors.Is(err, store.ErrUserExists) {
		t.Fatal(err)
	}
	secret, _, err := s.Store.NewToken(t.Context(), user, "ci", role, expires)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// TestBearer: who is let in, and how the others are told why not.
func TestBearer(t *testing.T) {
	s, _ := newConsole(t, true)
	var asked string
	s.Metrics = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = fmt.Sprint(callerOf(r), " as ", role(r))
		w.WriteHeader(http.StatusNoContent)
	})
	good := tokenFor(t, s, "anna", store.Operator, time.Time{})
	expired := tokenFor(t, s, "anna", store.Operator, time.Now().Add(-time.Hour))
	gone := tokenFor(t, s, "bert", store.Viewer, time.Time{})
	if err := s.Store.DeleteUser(t.Context(), "bert"); err != nil {
		t.Fatal(err)
	}
	revoked, made, err := s.Store.NewToken(t.Context(), "anna", "revoked", store.Viewer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store.RevokeToken(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	for _, tt := range []struct {
		name, query, header string
		status              int
		code, challenge     string
	}{
		{"none", "", "", 401, "no-token", `Bearer realm="pacu"`},
		{"another scheme", "", "Basic YW5uYTpjb3JyZWN0IGhvcnNl", 401, "no-token", `Bearer realm="pacu"`},
		{"empty", "", "Bearer ", 401, "no-token", `Bearer realm="pacu"`},
		{"wrong", "", "Bearer pacu_" + strings.Repeat("A", 43), 401, "bad-token", `error="invalid_token"`},
		{"not ours", "", "Bearer ghp_abc", 401, "bad-token", `error="invalid_token"`},
		{"cut", "", "Bearer " + good[:len(good)-1], 401, "bad-token", `error="invalid_token"`},
		{"long", "", "Bearer pacu_" + strings.Repeat("A", 20000), 401, "bad-token", `error="invalid_token"`},
		{"expired", "", "Bearer " + expired, 401, "bad-token", `error="invalid_token"`},
		{"revoked", "", "Bearer " + revoked, 401, "bad-token", `error="invalid_token"`},
		{"of a deleted user", "", "Bearer " + gone, 401, "bad-token", `error="invalid_token"`},
		{"in the query", "?access_token=" + good, "", 400, "token-in-query", ""},
		{"in the query as well", "?x=" + good, "Bearer " + good, 400, "token-in-query", ""},
		{"good", "", "Bearer " + good, 204, "", ""},
		{"good, in small letters", "", "bearer  " + good, 204, "", ""},
	} {
		var header []string
		if tt.header != "" {
			header = []string{"Authorization", tt.header}
		}
		resp, body := v.get("/metrics"+tt.query, header...)
		if resp.StatusCode != tt.status || !strings.Contains(resp.Header.Get("WWW-Authenticate"), tt.challenge) {
			t.Errorf("%s: %s, %q", tt.name, resp.Status, resp.Header.Get("WWW-Authenticate"))
		}
		if tt.code == "" {
			continue
		}
		if kind := resp.Header.Get("Content-Type"); kind != "application/problem+json; charset=utf-8" || !strings.Contains(body, `"code":"`+tt.code+`"`) {
			t.Errorf("%s: %s %s", tt.name, kind, body)
		}
	}
	if asked != "token ci of anna as operator" {
		t.Errorf("the handler was asked by %q", asked)
	}
	if strings.Contains(logged(s), "pacu_") {
		t.Error("a token is in the log")
	}

	// A session lets nobody in, and a token is for no page.
	v.login()
	if resp, _ := v.get("/metrics"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("with a session: %s", resp.Status)
	}
	if resp, _ := visit(t, s.Handler()).get("/monitoring", "Authorization", "Bearer "+good); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("a page with a token: %s", resp.Status)
	}

	// Who may do less now does less with their tokens at once.
	if err := s.Store.SetRole(t.Context(), "anna", store.Viewer); err != nil {
		t.Fatal(err)
	}
	if v.get("/metrics", "Authorization", "Bearer "+good); asked != "token ci of anna as viewer" {
		t.Errorf("after the user's role was lowered: %q", asked)
	}
}

// TestWrongTokensAreBounded: guesses are slowed down, right tokens from the
// same address are not.
func TestWrongTokensAreBounded(t *testing.T) {
	s, _ := newConsole(t, true)
	good := tokenFor(t, s, "anna", store.Viewer, time.Time{})
	v := visit(t, s.Handler())
	last := 0
	for range 2*wrongTokens + 1 { // a minute may begin meanwhile
		resp, _ := v.get("/metrics", "Authorization", "Bearer pacu_wrong")
		if last = resp.StatusCode; last == http.StatusTooManyRequests {
			break
		}
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after many: %d", last)
	}
	if resp, _ := v.get("/metrics", "Authorization", "Bearer "+good); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a right one: %s", resp.Status)
	}
}
