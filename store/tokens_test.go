package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	secret, a, err := s.NewToken(t.Context(), "operator", "监控 robot", Viewer, time.Time{})
	want(t, "new", err, nil)
	if !strings.HasPrefix(secret, "pacu_") || len(secret) != len("pacu_")+43 {
		t.Errorf("secret %q", secret)
	}
	short, b, err := s.NewToken(t.Context(), "admin", "robot", Admin, now.Add(time.Hour))
	want(t, "new", err, nil)
	all := []Token{
		{ID: b.ID, Name: "robot", User: "admin", Role: Admin, Created: *now, Expires: now.Add(time.Hour)},
		{ID: a.ID, Name: "监控 robot", User: "operator", Role: Viewer, Created: *now},
	}
	if diff := cmp.Diff(all, []Token{b, a}); diff != "" {
		t.Error(diff)
	}
	list := func(user string, want []Token) {
		t.Helper()
		got, err := s.Tokens(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tokens of %q: %s", user, diff)
		}
	}
	list("", all)
	list("operator", all[1:])
	list("viewer", nil)

	use := func(secret string, wantUsed time.Time, wantErr error) {
		t.Helper()
		got, err := s.UseToken(t.Context(), secret)
		want(t, "use", err, wantErr)
		if !got.Used.Equal(wantUsed) {
			t.Errorf("used %v, want %v", got.Used, wantUsed)
		}
	}
	first := now.Add(time.Second)
	*now = first
	use(secret, first, nil)
	*now = now.Add(59 * time.Second)
	use(secret, first, nil) // not every use is a write
	*now = now.Add(time.Second)
	use(secret, *now, nil)
	use(short, *now, nil)
	for _, unknown := range []string{"", "pacu_", a.Name, secret[:len(secret)-1], secret + " ", strings.ToUpper(secret), digest(secret)} {
		use(unknown, time.Time{}, ErrNoToken)
	}
	*now = b.Expires
	use(short, time.Time{}, ErrNoToken)
	use(secret, *now, nil)

	want(t, "revoke", s.RevokeToken(t.Context(), a.ID), nil)
	want(t, "revoke again", s.RevokeToken(t.Context(), a.ID), ErrNoToken)
	use(secret, time.Time{}, ErrNoToken)
	want(t, "revoke the newest", s.RevokeToken(t.Context(), b.ID), nil)
	_, c, err := s.NewToken(t.Context(), "admin", "robot", Admin, time.Time{})
	if err != nil || c.ID <= b.ID {
		t.Errorf("token %d after %d: an ID is used again (%v)", c.ID, b.ID, err)
	}
}

func TestNewTokenRefuses(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	for _, tt := range []struct {
		user, name string
		role       Role
		want       error
	}{
		{"viewer", "robot", Operator, ErrRole},
		{"operator", "robot", Admin, ErrRole},
		{"admin", "robot", "root", ErrRole},
		{"admin", "robot", "", ErrRole},
		{"nobody", "robot", Viewer, ErrNoUser},
		{"admin", "", Viewer, ErrTokenName},
		{"admin", strings.Repeat("é", 65), Viewer, ErrTokenName},
		{"admin", "a\nb", Viewer, ErrTokenName},
		{"admin", "a\xff", Viewer, ErrTokenName},
		{"admin", "a\u202eb", Viewer, ErrTokenName},
	} {
		secret, _, err := s.NewToken(t.Context(), tt.user, tt.name, tt.role, time.Time{})
		want(t, tt.user+" "+tt.name, err, tt.want)
		if secret != "" {
			t.Errorf("%s %q: there is a secret", tt.user, tt.name)
		}
	}
}

func TestSetRoleLowersTokens(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	want(t, "second admin", s.SetRole(t.Context(), "operator", Admin), nil)
	var secrets []string
	for _, r := range Roles {
		secret, _, err := s.NewToken(t.Context(), "admin", "robot", r, time.Time{})
		want(t, "new", err, nil)
		secrets = append(secrets, secret)
	}
	for _, tt := range []struct {
		role Role
		want []Role
	}{
		{Operator, []Role{Viewer, Operator, Operator}},
		{Admin, []Role{Viewer, Operator, Operator}}, // lost is lost
		{Viewer, []Role{Viewer, Viewer, Viewer}},
	} {
		want(t, "set role", s.SetRole(t.Context(), "admin", tt.role), nil)
		var got []Role
		for _, secret := range secrets {
			tok, err := s.UseToken(t.Context(), secret)
			want(t, "use", err, nil)
			got = append(got, tok.Role)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("user is %s: %s", tt.role, diff)
		}
	}
}

func TestNoSecretIsKept(t *testing.T) {
	s := testStore(t)
	setup, err := s.NewSetup(t.Context())
	want(t, "set-up", err, nil)
	addUsers(t, s)
	token, _, err := s.NewToken(t.Context(), "admin", "robot", Viewer, time.Time{})
	want(t, "token", err, nil)
	for _, q := range []string{`SELECT group_concat(secret) FROM setup`, `SELECT group_concat(secret) FROM tokens`} {
		var kept string
		want(t, q, s.db.QueryRow(q).Scan(&kept), nil)
		for _, secret := range []string{token, setup, plainSetup(setup)} {
			if strings.Contains(kept, secret) {
				t.Errorf("%s: %q is kept", q, secret)
			}
		}
	}
}

// TestTokensAreBounded holds that no user fills the database with tokens.
func TestTokensAreBounded(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	var last Token
	for range MaxTokens {
		var err error
		_, last, err = s.NewToken(t.Context(), "viewer", "robot", Viewer, time.Time{})
		want(t, "new", err, nil)
	}
	_, _, err := s.NewToken(t.Context(), "viewer", "robot", Viewer, time.Time{})
	want(t, "one too many", err, ErrTokens)
	want(t, "revoke", s.RevokeToken(t.Context(), last.ID), nil)
	_, _, err = s.NewToken(t.Context(), "viewer", "robot", Viewer, time.Time{})
	want(t, "in its place", err, nil)
}
