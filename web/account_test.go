package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pacu/store"
)

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

func TestOneTimeCodes(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	if resp, _ := v.get("/account/totp"); resp.Header.Get("Location") != "/account" {
		t.Errorf("without a secret: %s", resp.Status)
	}
	resp, body := v.do("POST", "/account/totp", url.Values{"now": {"wrong horse"}, "do": {"start"}})
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("with a wrong password: %s", resp.Status)
	}
	want(t, body, "The present password is not right.", `id="totp-now-wrong"`)
	resp, _ = v.do("POST", "/account/totp", url.Values{"now": {password}, "do": {"start"}})
	if resp.Header.Get("Location") != "/account/totp" {
		t.Fatalf("start: %s", resp.Status)
	}
	_, body = v.get("/account/totp")
	want(t, body, `src="data:image/png;base64,`)
	secret := strings.ReplaceAll(regexp.MustCompile(`<pre class="command wrap">([A-Z2-7 ]+)</pre>`).FindStringSubmatch(body)[1], " ", "")
	if len(secret) != 32 {
		t.Errorf("secret of %d letters", len(secret))
	}
	other := visit(t, s.Handler())
	other.login()
	if resp, _ := other.get("/account/totp"); resp.Header.Get("Location") != "/account" {
		t.Errorf("the secret in another session: %s", resp.Status)
	}
	resp, body = v.do("POST", "/account/totp/confirm", url.Values{"code": {"123456"}})
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %s", resp.Status)
	}
	want(t, body, "This is not the code of this secret now.")
	if u, _ := s.Store.User(t.Context(), "piranha"); u.TOTP {
		t.Error("they are on before the first code")
	}
	c := code(t, secret, 0)
	if resp, _ := v.do("POST", "/account/totp/confirm", url.Values{"code": {c}}); resp.Header.Get("Location") != "/account" {
		t.Errorf("the code: %s", resp.Status)
	}
	_, body = v.get("/account")
	want(t, body, "One-time codes are on.")
	if ok, _ := s.Store.UseTOTP(t.Context(), "piranha", c); ok {
		t.Error("the code that turned them on can be used again")
	}
	v.do("POST", "/account/totp", url.Values{"now": {password}, "do": {"stop"}})
	_, body = v.get("/account")
	want(t, body, "One-time codes are off.")
	if u, _ := s.Store.User(t.Context(), "piranha"); u.TOTP {
		t.Error("they are still on")
	}
}

func TestOwnSessions(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	if err := s.Store.AddUser(ctx, "anna", store.Viewer, password); err != nil {
		t.Fatal(err)
	}
	v, second, third, anna := visit(t, s.Handler()), visit(t, s.Handler()), visit(t, s.Handler()), visit(t, s.Handler())
	for _, v := range []*visitor{v, second, third} {
		v.login()
	}
	anna.loginAs("anna", password)
	_, body := v.get("/account")
	if n := strings.Count(body, `name="id"`); n != 3 || strings.Count(body, "this one") != 1 {
		t.Errorf("%d buttons:\n%s", n, body)
	}
	theirs, err := s.Store.SessionList(ctx, "anna")
	if err != nil || len(theirs) != 1 {
		t.Fatal(theirs, err)
	}
	v.do("POST", "/account/sessions/end", url.Values{"id": {theirs[0].ID}})
	_, body = v.get("/account")
	want(t, body, "That session had ended already.")
	if resp, _ := anna.get("/account"); resp.StatusCode != http.StatusOK {
		t.Errorf("somebody else's session was ended: %s", resp.Status)
	}
	v.do("POST", "/account/sessions/end", url.Values{"id": {"others"}})
	_, body = v.get("/account")
	want(t, body, "Sessions ended: 2.")
	for _, v := range []*visitor{second, third} {
		if resp, _ := v.get("/account"); resp.StatusCode != http.StatusSeeOther {
			t.Errorf("an ended session: %s", resp.Status)
		}
	}
	v.do("POST", "/sessions/end", url.Values{"id": {theirs[0].ID}})
	_, body = v.get("/sessions")
	want(t, body, "The session is ended.")
	if resp, _ := anna.get("/account"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("an ended session: %s", resp.Status)
	}
}

func TestOwnTokens(t *testing.T) {
	s, _ := newConsole(t, true)
	ctx := t.Context()
	if err := s.Store.AddUser(ctx, "anna", store.Operator, password); err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.loginAs("anna", password)
	for _, tt := range []struct{ name, role, expires, want string }{
		{"", "viewer", "90", "Give it a name"},
		{strings.Repeat("x", 65), "viewer", "90", "Give it a name"},
		{"a\nb", "viewer", "90", "Give it a name"},
		{"job", "admin", "90", "Choose a role that is at most your own."},
		{"job", "root", "90", "Choose a role"},
		{"job", "viewer", "1e9", "Choose how long"},
	} {
		resp, body := v.do("POST", "/account/tokens", url.Values{"name": {tt.name}, "role": {tt.role}, "expires": {tt.expires}})
		if resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %s", tt, resp.Status)
		}
		want(t, body, tt.want)
	}
	v.do("POST", "/account/tokens", url.Values{"name": {"nightly <job>"}, "role": {"operator"}, "expires": {"30"}})
	_, body := v.get("/account")
	want(t, body, "nightly &lt;job&gt;", "It is shown only this once.")
	secret := regexp.MustCompile(`pacu_[A-Za-z0-9_-]{43}`).FindString(body)
	token, err := s.Store.UseToken(ctx, secret)
	if err != nil || token.User != "anna" || token.Role != store.Operator || time.Until(token.Expires).Round(time.Hour) != 30*24*time.Hour {
		t.Errorf("token = %+v, %v", token, err)
	}
	if _, body := v.get("/account"); strings.Contains(body, secret) {
		t.Error("it is shown twice")
	}
	// It opens no page: it is for later use.
	if resp, _ := visit(t, s.Handler()).get("/monitoring", "Authorization", "Bearer "+secret); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("with a token: %s", resp.Status)
	}
	_, own, err := s.Store.NewToken(ctx, "piranha", "hers", store.Viewer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"garbage", "-1", "999", "", fmt.Sprint(own.ID)} {
		v.do("POST", "/account/tokens/revoke", url.Values{"id": {id}})
		if list, _ := s.Store.Tokens(ctx, ""); len(list) != 2 {
			t.Errorf("after revoking %q: %v", id, list)
		}
	}
	v.do("POST", "/account/tokens/revoke", url.Values{"id": {fmt.Sprint(token.ID)}})
	admin := visit(t, s.Handler())
	admin.login()
	_, body = admin.get("/tokens")
	if want(t, body, "hers"); strings.Contains(body, "nightly") {
		t.Error("the revoked token is listed")
	}
	admin.do("POST", "/tokens/revoke", url.Values{"id": {fmt.Sprint(own.ID)}})
	if list, _ := s.Store.Tokens(ctx, ""); len(list) != 0 {
		t.Errorf("tokens = %v", list)
	}
}

// TestNoSecretsAnywhere: a day of everything that has to do with secrets leaves
// none of them in the log, in the audit, or in the clear in the database.
func TestNoSecretsAnywhere(t *testing.T) {
	s, _ := newConsoleWithoutUsers(t, true)
	ctx := t.Context()
	setup, err := s.Store.NewSetup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	v := visit(t, s.Handler())
	v.do("POST", "/setup", url.Values{"token": {"wrongtoken"}, "user": {"piranha"}, "new": {password}, "again": {password}})
	v.do("POST", "/setup", url.Values{"token": {setup}, "user": {"piranha"}, "new": {password}, "again": {password}})
	v.do("POST", "/logout", url.Values{})
	v.do("POST", "/login", url.Values{"user": {"hunter2-typed-in-the-wrong-field"}, "password": {"wrong horse"}})
	v.login()
	v.do("POST", "/account/password", url.Values{"now": {"mistyped horse"}, "new": {"battery staple"}, "again": {"battery staple"}})
	v.do("POST", "/account/password", url.Values{"now": {password}, "new": {"battery staple"}, "again": {"battery staple"}})
	v.do("POST", "/account/totp", url.Values{"now": {"battery staple"}, "do": {"start"}})
	secret, _ := s.secrets.look(first(t, s, "piranha"))
	codes := []string{code(t, secret, 0), code(t, secret, 1)}
	v.do("POST", "/account/totp/confirm", url.Values{"code": {codes[0]}})
	v.do("POST", "/users", url.Values{"user": {"anna"}, "role": {"viewer"}, "new": {"crimson lake"}, "again": {"crimson lake"}})
	v.do("POST", "/user/password", url.Values{"u": {"anna"}, "new": {"cobalt lake"}, "again": {"cobalt lake"}})
	v.do("POST", "/account/tokens", url.Values{"name": {"job"}, "role": {"viewer"}, "expires": {"never"}})
	_, body := v.get("/account")
	token := regexp.MustCompile(`pacu_[A-Za-z0-9_-]{43}`).FindString(body)
	v.do("POST", "/logout", url.Values{})
	v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {"battery staple"}})
	v.do("POST", "/login/code", url.Values{"code": {"654321"}})
	v.do("POST", "/login/code", url.Values{"code": {codes[1]}})
	u, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	secrets := append(codes, setup, strings.ReplaceAll(setup, "-", ""), "wrongtoken", "hunter2", "horse", "battery", "crimson lake", "cobalt lake", secret, token, "654321")
	for _, c := range v.Jar.Cookies(u) {
		if c.Name != languageCookie {
			secrets = append(secrets, c.Value)
		}
	}
	_, audit := v.get("/audit.csv")
	log := logged(s)
	if !strings.Contains(log, "login failed") || !strings.Contains(audit, "one-time codes") || len(secrets) < 14 || token == "" || secret == "" {
		t.Fatalf("the day was too short: %d secrets\n%s\n%s", len(secrets), log, audit)
	}
	var database bytes.Buffer
	for _, suffix := range []string{"", "-wal"} {
		database.WriteString(readFile(t, DatabasePath(strings.TrimSuffix(s.ConfigPath, "/lvs.cf"))+suffix))
	}
	for _, word := range secrets {
		if strings.Contains(log, word) || strings.Contains(audit, word) {
			t.Errorf("%q is in the log or the audit:\n%s\n%s", word, log, audit)
		}
		// The secret of one-time codes has to be there, to make them, and the
		// name that was tried, to count.
		if word != secret && word != "hunter2" && len(word) > 6 && bytes.Contains(database.Bytes(), []byte(word)) {
			t.Errorf("%q is in the database", word)
		}
	}
}

// first is the ID of the first session of user.
func first(t *testing.T, s *Server, user string) string {
	t.Helper()
	list, err := s.Store.SessionList(t.Context(), user)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return list[0].ID
}

// TestGuessingOnesOwnPasswordIsBounded holds that a session that was left open
// is no way to try passwords by the hundred.
func TestGuessingOnesOwnPasswordIsBounded(t *testing.T) {
	s, _ := newConsole(t, true)
	v := visit(t, s.Handler())
	v.login()
	for i := range 30 {
		form := url.Values{"now": {"wrong"}, "new": {"another horse"}, "again": {"another horse"}}
		resp, body := v.do("POST", "/account/password", form)
		if resp.StatusCode == http.StatusTooManyRequests {
			if want(t, body, "Too many attempts from your address."); i < 10 {
				t.Errorf("refused after %d", i)
			}
			return
		}
	}
	t.Error("an address may guess for ever")
}
