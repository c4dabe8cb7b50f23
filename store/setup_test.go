package store

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestSetup(t *testing.T) {
	s := testStore(t)
	now := at2023(s)
	old, err := s.NewSetup(t.Context())
	want(t, "new", err, nil)
	token, err := s.NewSetup(t.Context())
	want(t, "new", err, nil)
	if !regexp.MustCompile(`^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$`).MatchString(token) || token == old {
		t.Errorf("tokens %q and %q", old, token)
	}
	for _, tt := range []struct {
		token, user, password string
		want                  error
	}{
		{old, "piranha", "correct horse", ErrNoSetup},
		{"", "piranha", "correct horse", ErrNoSetup},
		{"wrong", "Bad Name", "short", ErrNoSetup}, // tells nothing of the rest
		{token, "Bad Name", "correct horse", ErrUserName},
		{token, "piranha", "short", ErrShort},
		{strings.ToUpper(strings.ReplaceAll(token, "-", " ")) + " ", "piranha", "correct horse", nil},
		{token, "second", "correct horse", ErrNoSetup},
	} {
		want(t, tt.token+" "+tt.user, s.UseSetup(t.Context(), tt.token, tt.user, tt.password), tt.want)
	}
	got, err := s.Users(t.Context())
	if err != nil || len(got) != 1 || got[0].Name != "piranha" || got[0].Role != Admin {
		t.Errorf("users = %v, %v", got, err)
	}
	if ok, err := s.Verify(t.Context(), "piranha", "correct horse"); !ok || err != nil {
		t.Errorf("piranha cannot log in: %v", err)
	}
	_, err = s.NewSetup(t.Context())
	want(t, "new with users", err, ErrHasUsers)
	if w, err := s.Wait(t.Context(), setupName); w != 0 || err != nil {
		t.Errorf("wait %v, %v: %v", w, err, now)
	}
}

func TestSetupExpires(t *testing.T) {
	s := testStore(t)
	now := at2023(s)
	token, err := s.NewSetup(t.Context())
	want(t, "new", err, nil)
	*now = now.Add(time.Hour)
	want(t, "use", s.UseSetup(t.Context(), token, "piranha", "correct horse"), ErrNoSetup)
}

func TestSetupAfterTheFirstUser(t *testing.T) {
	s := testStore(t)
	token, err := s.NewSetup(t.Context())
	want(t, "new", err, nil)
	addUsers(t, s)
	want(t, "use", s.UseSetup(t.Context(), token, "piranha", "correct horse"), ErrHasUsers)
}

func TestSetupGuessesAreSlowed(t *testing.T) {
	s := testStore(t)
	now := at2023(s)
	token, err := s.NewSetup(t.Context())
	want(t, "new", err, nil)
	for range freeFailures {
		want(t, "guess", s.UseSetup(t.Context(), "guess", "piranha", "correct horse"), ErrNoSetup)
	}
	var wait *WaitError
	err = s.UseSetup(t.Context(), token, "piranha", "correct horse")
	if !errors.As(err, &wait) || wait.For != 2*time.Second || !strings.Contains(err.Error(), "wait 2s") {
		t.Fatalf("error = %v, want one to wait 2 s", err)
	}
	*now = now.Add(2 * time.Second)
	want(t, "guess", s.UseSetup(t.Context(), "guess", "piranha", "correct horse"), ErrNoSetup)
	// Whoever sits at the router is not held up by who guesses.
	token, err = s.NewSetup(t.Context())
	want(t, "new", err, nil)
	want(t, "use", s.UseSetup(t.Context(), token, "piranha", "correct horse"), nil)
}

// TestSetupOnce uses one token from two sides at once.
func TestSetupOnce(t *testing.T) {
	s := testStore(t)
	token, err := s.NewSetup(t.Context())
	want(t, "new", err, nil)
	done := make(chan error)
	for _, user := range []string{"anna", "bert"} {
		go func() { done <- s.UseSetup(t.Context(), token, user, "correct horse") }()
	}
	a, b := <-done, <-done
	if (a == nil) == (b == nil) {
		t.Errorf("errors = %v and %v, want one", a, b)
	}
	if got, err := s.Users(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("users = %v, %v", got, err)
	}
}

func FuzzPlainSetup(f *testing.F) {
	f.Add("0123-4567-89ab-cdef")
	f.Add(" OIL\x00\xff ")
	f.Fuzz(func(t *testing.T, typed string) {
		plain := plainSetup(typed)
		if again := plainSetup(plain); again != plain {
			t.Errorf("%q becomes %q, and that %q", typed, plain, again)
		}
		if strings.ContainsAny(plain, "- oil") {
			t.Errorf("%q becomes %q", typed, plain)
		}
	})
}
