package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
)

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
	prolong(t, s)
	resp, body := visit(t, s.Handler()).do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}})
	if resp.StatusCode != http.StatusTooManyRequests || !prolonged(resp) {
		t.Fatalf("after five guesses: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
	want(t, body, "Too many failed logins as this user.")

	// And the address, whatever the name. Most of its tries are spent where no
	// password is looked at, which would take a slow machine as long as it takes
	// to be given the next.
	for range 13 {
		if resp, _ := v.do("POST", "/login/code", url.Values{}); resp.StatusCode != http.StatusUnauthorized {
			t.Fatalf("the address is refused early: %s", resp.Status)
		}
	}
	for i := range 40 {
		code, body := guess(fmt.Sprintf("user%d", i))
		if code == http.StatusTooManyRequests {
			want(t, body, "Too many attempts from your address.")
			return
		}
	}
	t.Error("an address may guess for ever")
}

func TestGuessingCodesIsSlowedDown(t *testing.T) {
	s, _ := newConsole(t, true)
	secret := withTOTP(t, s)
	v := visit(t, s.Handler())
	for i := range 5 {
		// A right password does not begin the count anew.
		v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}})
		if resp, _ := v.do("POST", "/login/code", url.Values{"code": {"000000"}}); resp.StatusCode != http.StatusUnauthorized {
			t.Fatalf("guess %d: %s", i, resp.Status)
		}
	}
	prolong(t, s)
	resp, body := v.do("POST", "/login/code", url.Values{"code": {code(t, secret, 0)}})
	if resp.StatusCode != http.StatusTooManyRequests || !prolonged(resp) {
		t.Errorf("after five guesses: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
	}
	want(t, body, "Too many failed logins as this user.", "up to 15 minutes", "lvsgui passwd")
	if resp, _ := v.do("POST", "/login", url.Values{"user": {"piranha"}, "password": {password}}); resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the first step after five guesses: %s", resp.Status)
	}
}

// prolong has piranha, as whom five logins have failed, wait a minute instead of
// two seconds, which a slow machine outlasts. With one less it would be half a
// minute.
func prolong(t *testing.T, s *Server) {
	t.Helper()
	for range 5 {
		if err := s.Store.Failed(t.Context(), "piranha"); err != nil {
			t.Fatal(err)
		}
	}
}

// prolonged reports whether resp tells to wait as prolong makes one who has
// failed five times.
func prolonged(resp *http.Response) bool {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	return err == nil && seconds > 32
}
