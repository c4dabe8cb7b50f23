package store

import (
	"errors"
	"testing"
)

func TestChangePassword(t *testing.T) {
	s, ctx := testStore(t), t.Context()
	if err := s.AddUser(ctx, "ann", Viewer, "correct horse"); err != nil {
		t.Fatal(err)
	}
	if err := s.ChangePassword(ctx, "ann", "short"); !errors.Is(err, ErrShort) {
		t.Errorf("a short one: %v", err)
	}
	if err := s.ChangePassword(ctx, "ann", "battery staple"); err != nil {
		t.Fatal(err)
	}
	if ok, _ := s.Verify(ctx, "ann", "battery staple"); !ok {
		t.Error("the new password does not work")
	}
	// One who is deleted meanwhile stays so.
	if err := s.ChangePassword(ctx, "bob", "battery staple"); !errors.Is(err, ErrNoUser) {
		t.Errorf("nobody's: %v", err)
	}
	if users, err := s.Users(ctx); err != nil || len(users) != 1 || users[0].Role != Viewer {
		t.Errorf("users = %v, %v", users, err)
	}
}
