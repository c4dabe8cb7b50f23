package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestVerify(t *testing.T) {
	s := testStore(t)
	if err := s.SetPassword(t.Context(), "piranha", "correct horse"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		user, password string
		want           bool
	}{
		{"piranha", "correct horse", true},
		{"piranha", "correct hors", false},
		{"piranha", "", false},
		{"piranha", strings.Repeat("x", 1<<20), false},
		{"nobody", "correct horse", false},
		{"' OR 1=1 --", "correct horse", false},
	} {
		got, err := s.Verify(t.Context(), tt.user, tt.password)
		if err != nil {
			t.Errorf("%s: %v", tt.user, err)
		}
		if got != tt.want {
			t.Errorf("Verify(%q, %.20q) = %v", tt.user, tt.password, got)
		}
	}
	if err := s.SetPassword(t.Context(), "piranha", "battery staple"); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.Verify(t.Context(), "piranha", "correct horse"); ok {
		t.Error("the old password still works")
	}
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	s := testStore(t)
	for range cap(s.hashing) {
		s.hashing <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.Verify(ctx, "piranha", "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
}

func TestSetPasswordRefuses(t *testing.T) {
	s := testStore(t)
	for _, tt := range []struct {
		user, password string
		want           error
	}{
		{"piranha", "short7!", ErrShort},
		{"piranha", "短短短", ErrShort},
		{"piranha", strings.Repeat("ab1c", 65), ErrLong},
		{"piranha", "Piranha!2026", ErrTrivial},
		{"piranha", "PASSWORD1", ErrTrivial},
		{"piranha", "aaaaaaaaaaaa", ErrTrivial},
		{"piranha", "12345678", ErrTrivial},
		{"piranha", "987654321", ErrTrivial},
		{"piranha", "abababab", ErrTrivial},
		{"ops-team", "ops-team1", ErrTrivial},
		{"", "correct horse", ErrUserName},
		{"Root", "correct horse", ErrUserName},
		{"a b", "correct horse", ErrUserName},
		{"a\nb", "correct horse", ErrUserName},
		{strings.Repeat("a", 33), "correct horse", ErrUserName},
	} {
		if err := s.SetPassword(t.Context(), tt.user, tt.password); !errors.Is(err, tt.want) {
			t.Errorf("%q %q: error = %v, want %v", tt.user, tt.password, err, tt.want)
		}
	}
	if has, _ := s.HasUsers(t.Context()); has {
		t.Error("a refused password made a user")
	}
}

func TestUsers(t *testing.T) {
	s := testStore(t)
	now := at2023(s)
	want(t, "add", s.AddUser(t.Context(), "ops", Operator, "battery staple"), nil)
	began := *now
	*now = now.Add(time.Hour)
	want(t, "set password", s.SetPassword(t.Context(), "ops", "staple battery"), nil)
	want(t, "set first password", s.SetPassword(t.Context(), "boss", "correct horse"), nil)
	want(t, "totp", s.SetTOTP(t.Context(), "boss", NewTOTPSecret()), nil)
	changed := *now
	*now = now.Add(time.Hour)
	want(t, "login", s.Succeeded(t.Context(), "boss"), nil)
	got, err := s.Users(t.Context())
	want(t, "list", err, nil)
	all := []User{
		{Name: "boss", Role: Admin, Created: changed, Changed: changed, LastLogin: *now, TOTP: true},
		{Name: "ops", Role: Operator, Created: began, Changed: changed},
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Error(diff)
	}
	one, err := s.User(t.Context(), "ops")
	want(t, "user", err, nil)
	if diff := cmp.Diff(all[1], one); diff != "" {
		t.Error(diff)
	}
	_, err = s.User(t.Context(), "nobody")
	want(t, "nobody", err, ErrNoUser)
	if ok, err := s.Verify(t.Context(), "ops", "staple battery"); !ok || err != nil {
		t.Errorf("ops cannot log in: %v", err)
	}
}

func TestAddUserRefuses(t *testing.T) {
	s := testStore(t)
	want(t, "first", s.AddUser(t.Context(), "ops", Viewer, "battery staple"), nil)
	for _, tt := range []struct {
		name     string
		role     Role
		password string
		want     error
	}{
		{"ops", Admin, "another horse", ErrUserExists},
		{"Ops", Admin, "another horse", ErrUserName},
		{" set-up", Admin, "another horse", ErrUserName},
		{"new", "root", "another horse", ErrRole},
		{"new", "", "another horse", ErrRole},
		{"new", Admin, "short", ErrShort},
		{"new", Admin, "newnewnew", ErrTrivial},
	} {
		want(t, "add "+tt.name, s.AddUser(t.Context(), tt.name, tt.role, tt.password), tt.want)
	}
	got, err := s.Users(t.Context())
	if err != nil || len(got) != 1 || got[0].Role != Viewer {
		t.Errorf("users = %v, %v", got, err)
	}
}

func TestTheLastAdminStays(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	want(t, "lower the last", s.SetRole(t.Context(), "admin", Operator), ErrLastAdmin)
	want(t, "delete the last", s.DeleteUser(t.Context(), "admin"), ErrLastAdmin)
	want(t, "the same again", s.SetRole(t.Context(), "admin", Admin), nil)
	want(t, "raise another", s.SetRole(t.Context(), "operator", Admin), nil)
	want(t, "lower one of two", s.SetRole(t.Context(), "admin", Viewer), nil)
	want(t, "delete one who is none", s.DeleteUser(t.Context(), "admin"), nil)
	want(t, "delete the last again", s.DeleteUser(t.Context(), "operator"), ErrLastAdmin)
	want(t, "unknown role", s.SetRole(t.Context(), "viewer", "root"), ErrRole)
	want(t, "set role of nobody", s.SetRole(t.Context(), "nobody", Viewer), ErrNoUser)
	want(t, "delete nobody", s.DeleteUser(t.Context(), "nobody"), ErrNoUser)
}

// TestTwoAdminsCannotLowerEachOther does it at the same time.
func TestTwoAdminsCannotLowerEachOther(t *testing.T) {
	s := testStore(t)
	for range 20 {
		for _, name := range []string{"anna", "bert"} {
			if _, err := s.db.Exec(`INSERT INTO users (name, role, password, created, changed) VALUES (?1, 'admin', ?2, 1, 1)
				ON CONFLICT (name) DO UPDATE SET role = 'admin'`, name, dummyHash); err != nil {
				t.Fatal(err)
			}
		}
		done := make(chan error)
		for _, name := range []string{"anna", "bert"} {
			go func() { done <- s.SetRole(t.Context(), name, Viewer) }()
		}
		a, b := <-done, <-done
		if (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), ErrLastAdmin) {
			t.Fatalf("errors = %v and %v, want one ErrLastAdmin", a, b)
		}
	}
}

func TestDeleteUserTakesAllOfIt(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	for _, user := range []string{"operator", "admin"} {
		b, err := Codec{}.Encode(time.Now().Add(time.Hour), map[string]any{UserKey: user})
		want(t, "encode", err, nil)
		want(t, "session", s.Sessions().Commit("of "+user, b, time.Now().Add(time.Hour)), nil)
		_, _, err = s.NewToken(t.Context(), user, "robot", Viewer, time.Time{})
		want(t, "token", err, nil)
		_, err = s.SaveDraft(t.Context(), Draft{User: user, Base: NoBase, Text: []byte("x")})
		want(t, "draft", err, nil)
		want(t, "failure", s.Failed(t.Context(), user), nil)
	}
	want(t, "delete", s.DeleteUser(t.Context(), "operator"), nil)
	for _, table := range []string{"sessions", "tokens", "drafts", "draft_bases"} {
		var users string
		if err := s.db.QueryRow(`SELECT group_concat(user) FROM ` + table).Scan(&users); err != nil || users != "admin" {
			t.Errorf("%s has rows of %q (%v), want admin alone", table, users, err)
		}
	}
	var names string
	if err := s.db.QueryRow(`SELECT group_concat(name) FROM login_failures`).Scan(&names); err != nil || names != tried("admin") {
		t.Errorf("failed logins of %q (%v), want admin alone", names, err)
	}
}
