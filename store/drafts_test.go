package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDrafts(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	if _, ok, err := s.Draft(t.Context(), "admin"); ok || err != nil {
		t.Errorf("a draft of nothing: %v, %v", ok, err)
	}
	check := func(want Draft) {
		t.Helper()
		got, ok, err := s.Draft(t.Context(), want.User)
		if !ok || err != nil {
			t.Fatalf("no draft: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		version, changed, err := s.DraftVersion(t.Context(), want.User)
		if version != want.Version || !changed.Equal(want.Changed) || err != nil {
			t.Errorf("DraftVersion = %d, %v, %v", version, changed, err)
		}
	}
	save := func(d Draft) Draft {
		t.Helper()
		got, err := s.SaveDraft(t.Context(), d)
		want(t, "save", err, nil)
		if got.Version <= d.Version {
			t.Errorf("version %d after %d", got.Version, d.Version)
		}
		d.Version, d.Changed = got.Version, *now
		if diff := cmp.Diff(d, got); diff != "" {
			t.Error(diff)
		}
		return got
	}
	a := save(Draft{User: "admin", Base: "b1", BaseText: []byte("base"), Text: []byte("one \x00\xff")})
	check(a)
	*now = now.Add(time.Minute)
	other := save(Draft{User: "viewer", Base: NoBase, BaseText: []byte{}, Text: []byte{}})
	a.Text = []byte("two")
	a = save(a)
	check(a)
	check(other)
	// After a merge the base is another.
	a.Base, a.BaseText, a.Text = "b2", []byte("base 2"), []byte("three")
	a = save(a)
	check(a)

	for _, version := range []int64{0, a.Version - 1, a.Version + 1, other.Version} {
		stale := a
		stale.Version = version
		_, err := s.SaveDraft(t.Context(), stale)
		want(t, "save of another version", err, ErrDraftMoved)
	}
	check(a)
	want(t, "drop of another version", s.DropDraft(t.Context(), "admin", a.Version-1), ErrDraftMoved)
	check(a)
	want(t, "drop", s.DropDraft(t.Context(), "admin", a.Version), nil)
	want(t, "drop again", s.DropDraft(t.Context(), "admin", a.Version), ErrDraftMoved)
	if version, changed, err := s.DraftVersion(t.Context(), "admin"); version != 0 || !changed.IsZero() || err != nil {
		t.Errorf("DraftVersion of none = %d, %v, %v", version, changed, err)
	}
	_, err := s.SaveDraft(t.Context(), a)
	want(t, "save after the drop", err, ErrDraftMoved)
	last := a.Version
	a.Version, a.Base, a.BaseText = 0, NoBase, nil
	b, err := s.SaveDraft(t.Context(), a)
	if err != nil || b.Version <= last {
		t.Errorf("version %d after %d was dropped (%v): never the same twice", b.Version, last, err)
	}
	_, err = s.SaveDraft(t.Context(), Draft{User: "nobody", Base: NoBase})
	want(t, "draft of nobody", err, ErrNoUser)
}

// TestDraftInTwoWindows counts up from two sides at once, each of which tries
// again with what it finds when the other was before it.
func TestDraftInTwoWindows(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	const each = 50
	count := func() error {
		for range each {
			for {
				d, _, err := s.Draft(t.Context(), "admin")
				if err != nil {
					return err
				}
				_, err = s.SaveDraft(t.Context(), Draft{User: "admin", Version: d.Version, Base: NoBase, Text: append(d.Text, 'x')})
				if err == nil {
					break
				}
				if !errors.Is(err, ErrDraftMoved) {
					return err
				}
			}
		}
		return nil
	}
	done := make(chan error)
	for range 2 {
		go func() { done <- count() }()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	d, _, err := s.Draft(t.Context(), "admin")
	if err != nil || len(d.Text) != 2*each {
		t.Errorf("%d changes are left of %d: %v", len(d.Text), 2*each, err)
	}
}
