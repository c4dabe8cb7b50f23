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
