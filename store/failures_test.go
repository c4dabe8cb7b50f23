package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFailuresMakeOneWait(t *testing.T) {
	s := testStore(t)
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	name := strings.Repeat("n", 1000)
	var got []time.Duration
	for range 14 {
		if err := s.Failed(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		w, err := s.Wait(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, w/time.Second)
	}
	if diff := cmp.Diff([]time.Duration{0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900}, got); diff != "" {
		t.Error(diff)
	}
	if w, _ := s.Wait(t.Context(), "other"); w != 0 {
		t.Errorf("another name waits %v", w)
	}
	now = now.Add(15 * time.Minute)
	if w, _ := s.Wait(t.Context(), name); w != 0 {
		t.Errorf("still %v to wait", w)
	}
	if err := s.Succeeded(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := s.Failed(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if w, _ := s.Wait(t.Context(), name); w != 0 {
		t.Errorf("a success did not clear the count: %v", w)
	}
	now = now.Add(25 * time.Hour)
	if err := s.Failed(t.Context(), "later"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.QueryRow(`SELECT count(*) FROM login_failures`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d names are kept (%v), want old ones forgotten", n, err)
	}
}

// TestTriedNamesAreNotKept holds that a password typed into the field of the
// name is nowhere in the database.
func TestTriedNamesAreNotKept(t *testing.T) {
	s := testStore(t)
	const typed = "correct horse battery"
	want(t, "failed", s.Failed(t.Context(), typed), nil)
	var kept string
	want(t, "look", s.db.QueryRow(`SELECT name FROM login_failures`).Scan(&kept), nil)
	if strings.Contains(kept, typed) || len(kept) > 8 {
		t.Errorf("the table has %q", kept)
	}
}

// TestAClockSetBackDoesNotLockOut holds the longest wait, and that it ends,
// whatever the clock was when a login failed.
func TestAClockSetBackDoesNotLockOut(t *testing.T) {
	s := testStore(t)
	now := time.Unix(1_900_000_000, 0) // years ahead, as after a flat battery
	s.now = func() time.Time { return now }
	for range 20 {
		want(t, "failed", s.Failed(t.Context(), "anna"), nil)
	}
	now = time.Unix(1_700_000_000, 0)
	if w, err := s.Wait(t.Context(), "anna"); err != nil || w != maxWait {
		t.Errorf("wait %v, %v", w, err)
	}
	now = now.Add(maxWait)
	if w, err := s.Wait(t.Context(), "anna"); err != nil || w != 0 {
		t.Errorf("still %v to wait, %v", w, err)
	}
}
