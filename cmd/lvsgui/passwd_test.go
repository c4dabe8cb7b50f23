package main

import (
	"bytes"
	"strings"
	"testing"

	"pacu/store"
	"pacu/web"
)

// opened is the store in state.
func opened(t *testing.T, state string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), web.DatabasePath(state))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// said runs lvsgui and returns all it said.
func said(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if got := run(t.Context(), args, file(t, "correct horse\n"), &out, &out); got != code {
		t.Fatalf("lvsgui %q: exit code %d, want %d: %s", args, got, code, &out)
	}
	return out.String()
}

func TestPasswdKeepsTheLastAdmin(t *testing.T) {
	state := t.TempDir()
	said(t, 0, "passwd", "--state", state)
	if out := said(t, 1, "passwd", "--state", state, "--role", "viewer"); !strings.Contains(out, "this is the last") {
		t.Errorf("said %q", out)
	}
	u, err := opened(t, state).User(t.Context(), "piranha")
	if err != nil || u.Role != store.Admin {
		t.Errorf("user %+v, %v", u, err)
	}
}

func TestPasswdIsRecorded(t *testing.T) {
	state := t.TempDir()
	said(t, 0, "passwd", "--state", state)
	said(t, 0, "passwd", "--state", state, "--role", "viewer", "eyes")
	said(t, 0, "passwd", "--state", state, "--role", "operator", "eyes")
	log, err := opened(t, state).Audit(t.Context(), store.AuditQuery{})
	if err != nil || len(log) != 3 {
		t.Fatalf("audit %v, %v", log, err)
	}
	for i, want := range [][3]string{{"eyes", "viewer", "operator"}, {"eyes", "", "viewer"}, {"piranha", "", "admin"}} {
		e := log[i]
		if e.Who != "command line" || e.What != "password" || [3]string{e.Object, e.Before, e.After} != want {
			t.Errorf("entry %+v, want %v", e, want)
		}
	}
}

func TestResetTOTP(t *testing.T) {
	state := t.TempDir()
	said(t, 0, "passwd", "--state", state)
	st := opened(t, state)
	if err := st.SetTOTP(t.Context(), "piranha", store.NewTOTPSecret()); err != nil {
		t.Fatal(err)
	}
	if out := said(t, 0, "users", "--state", state); !strings.Contains(out, "yes") {
		t.Errorf("users: %s", out)
	}
	if out := said(t, 0, "passwd", "--state", state, "--reset-totp"); !strings.Contains(out, "piranha logs in without a one-time code now.") {
		t.Errorf("said %q", out)
	}
	if secret, err := st.TOTPSecret(t.Context(), "piranha"); secret != "" || err != nil {
		t.Errorf("secret %q, %v", secret, err)
	}
	if ok, err := st.Verify(t.Context(), "piranha", "correct horse"); !ok || err != nil {
		t.Errorf("the password is not what it was: %v", err)
	}
}

func TestUsers(t *testing.T) {
	state := t.TempDir()
	if out := said(t, 0, "users", "--state", state); !strings.Contains(out, "Nobody can log in yet") {
		t.Errorf("said %q", out)
	}
	said(t, 0, "passwd", "--state", state)
	said(t, 0, "passwd", "--state", state, "--role", "viewer", "eyes")
	lines := strings.Split(said(t, 0, "users", "--state", state), "\n")
	for i, want := range []string{"USER ROLE CODE", "eyes viewer no", "piranha admin no"} {
		if got := strings.Join(strings.Fields(lines[i]), " "); !strings.HasPrefix(got, want) {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
	if !strings.HasSuffix(lines[1], "never") {
		t.Errorf("%q does not end in the last login", lines[1])
	}
	said(t, 2, "users", "extra")
	if out := said(t, 0, "users", "--help"); !strings.Contains(out, "Usage: lvsgui users") {
		t.Errorf("help: %s", out)
	}
}
