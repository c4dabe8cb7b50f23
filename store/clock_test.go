package store

import (
	"testing"
	"time"
)

// rightAgain is how far the clock is set back in these tests: it was years ahead,
// as after a flat battery.
const rightAgain = -8 * 365 * 24 * time.Hour

// TestAClockSetBackDoesNotLengthenSessions has a session that nobody uses while
// others do: it ends when it would have.
func TestAClockSetBackDoesNotLengthenSessions(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	commit(t, s, "left", "viewer")
	commit(t, s, "used", "admin")
	*now = now.Add(rightAgain)
	if !found(t, s, "left") || !found(t, s, "used") {
		t.Error("a clock that is set back ends sessions")
	}
	for range 4 {
		commit(t, s, "used", "admin") // each lasts an hour
		*now = now.Add(20 * time.Minute)
	}
	if found(t, s, "left") {
		t.Error("a session that nobody uses goes on")
	}
	if !found(t, s, "used") {
		t.Error("a session that is used has ended")
	}
	list, err := s.SessionList(t.Context(), "")
	want(t, "list", err, nil)
	if len(list) != 1 || list[0].Seen.After(*now) || list[0].Began.After(list[0].Seen) {
		t.Errorf("sessions: %+v", list)
	}
}

// TestAClockSetBackDoesNotRefuseCodes has a one-time code used while the clock is
// ahead: when it is right again, codes of then are taken, each once. By a little
// it may go back without a code being taken twice.
func TestAClockSetBackDoesNotRefuseCodes(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	want(t, "set", s.SetTOTP(t.Context(), "admin", rfcSecret), nil)
	use := func(code string, wanted bool) {
		t.Helper()
		got, err := s.UseTOTP(t.Context(), "admin", code)
		want(t, "use "+code, err, nil)
		if got != wanted {
			t.Errorf("at %v: %s is taken: %v", now.Unix(), code, got)
		}
	}
	// Codes of RFC 6238, appendix B, in six digits.
	*now = time.Unix(1234567890, 0)
	use("005924", true)
	*now = time.Unix(1111111111, 0)
	use("050471", true)
	use("050471", false)
	use("081804", false) // of the step before
	*now = time.Unix(1111111111-90, 0)
	use("050471", false)
	*now = time.Unix(1111111111-30, 0)
	use("081804", false)
	use("050471", false)
}

// TestAClockSetBackIsNotTheUseOfAToken has the time of the last use go back with
// the clock.
func TestAClockSetBackIsNotTheUseOfAToken(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	secret, _, err := s.NewToken(t.Context(), "admin", "robot", Viewer, time.Time{})
	want(t, "new", err, nil)
	for _, by := range []time.Duration{0, rightAgain} {
		*now = now.Add(by)
		got, err := s.UseToken(t.Context(), secret)
		want(t, "use", err, nil)
		if !got.Used.Equal(*now) {
			t.Errorf("used %v, want %v", got.Used, *now)
		}
	}
}
