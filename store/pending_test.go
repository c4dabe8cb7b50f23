package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPending(t *testing.T) {
	s := testStore(t)
	check := func(want Pending, wantOK bool) {
		t.Helper()
		got, ok, err := s.Pending(t.Context())
		if ok != wantOK || err != nil {
			t.Errorf("Pending = %v, %v", ok, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	check(Pending{}, false)
	p := Pending{Who: "anna", Note: "why", Began: time.Unix(100, 0), Deadline: time.Unix(160, 0), Before: 3, After: 4, SHA256: "abc"}
	want(t, "set", s.SetPending(t.Context(), p), nil)
	check(p, true)
	want(t, "set another", s.SetPending(t.Context(), Pending{Who: "bert"}), ErrPending)
	check(p, true)
	want(t, "end", s.EndPending(t.Context()), nil)
	check(Pending{}, false)
	want(t, "end again", s.EndPending(t.Context()), nil)
	want(t, "set again", s.SetPending(t.Context(), p), nil)
	check(p, true)
}
