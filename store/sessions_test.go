package store

import (
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/go-cmp/cmp"
)

func TestSessions(t *testing.T) {
	s := testStore(t)
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	if err := s.SetPassword(t.Context(), "piranha", "correct horse"); err != nil {
		t.Fatal(err)
	}
	ss := s.Sessions()
	data := func(user any) []byte {
		b, err := Codec{}.Encode(now.Add(time.Hour), map[string]any{UserKey: user})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, bad := range [][]byte{data(nil), data(7), data("nobody"), []byte("junk")} {
		if err := ss.Commit("bad", bad, now.Add(time.Hour)); err == nil {
			t.Errorf("Commit of %s succeeded", bad)
		}
	}
	find := func(token string, want bool) {
		t.Helper()
		b, found, err := ss.Find(token)
		if err != nil || found != want {
			t.Errorf("Find(%s) = %v, %v; want %v", token, found, err, want)
		}
		if want {
			if _, v, err := (Codec{}).Decode(b); err != nil || v[UserKey] != "piranha" {
				t.Errorf("Find(%s): %v, %v", token, v, err)
			}
		}
	}
	for _, token := range []string{"a", "b", "b"} {
		if err := ss.Commit(token, data("piranha"), now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	find("a", true)
	find("c", false)
	if err := ss.Delete("a"); err != nil {
		t.Fatal(err)
	}
	find("a", false)
	if err := ss.Commit("a", data("piranha"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	find("a", false) // ended is ended
	find("b", true)
	now = now.Add(time.Hour)
	find("b", false)

	if err := ss.Commit("d", data("piranha"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.QueryRow(`SELECT count(*) FROM sessions`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sessions are kept (%v), want the expired swept out", n, err)
	}
	if err := s.SetPassword(t.Context(), "piranha", "battery staple"); err != nil {
		t.Fatal(err)
	}
	find("d", false)
}

func TestSessionList(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	now := at2023(s)
	began := *now
	begin := func(token, user string, values map[string]any) {
		t.Helper()
		values[UserKey] = user
		b, err := Codec{}.Encode(now.Add(time.Hour), values)
		want(t, "encode", err, nil)
		want(t, "commit "+token, s.Sessions().Commit(token, b, now.Add(time.Hour)), nil)
	}
	one, two, three := s.SessionID("one"), s.SessionID("two"), s.SessionID("three")
	begin(one, "admin", map[string]any{ClientKey: "192.0.2.7", AgentKey: strings.Repeat("é", 150)})
	*now = now.Add(time.Minute)
	begin(two, "viewer", map[string]any{})
	begin(three, "viewer", map[string]any{ClientKey: 7})
	*now = now.Add(time.Minute)
	begin(one, "admin", map[string]any{ClientKey: "192.0.2.7", AgentKey: "curl"})
	all := []Session{
		{ID: two, User: "viewer", Began: began.Add(time.Minute), Seen: began.Add(time.Minute), Expires: began.Add(time.Hour + time.Minute)},
		{ID: three, User: "viewer", Began: began.Add(time.Minute), Seen: began.Add(time.Minute), Expires: began.Add(time.Hour + time.Minute)},
		{ID: one, User: "admin", Client: "192.0.2.7", Agent: "curl", Began: began, Seen: *now, Expires: now.Add(time.Hour)},
	}
	if three < two {
		all[0], all[1] = all[1], all[0]
	}
	list := func(user string, want []Session) {
		t.Helper()
		got, err := s.SessionList(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("sessions of %q: %s", user, diff)
		}
	}
	list("", all)
	list("admin", all[2:])
	list("operator", nil)

	want(t, "end", s.EndSession(t.Context(), one), nil)
	want(t, "end again", s.EndSession(t.Context(), one), ErrNoSession)
	want(t, "end by the token", s.EndSession(t.Context(), "two"), ErrNoSession)
	list("admin", nil)
	if _, found, err := s.Sessions().Find(one); found || err != nil {
		t.Errorf("the ended session is found: %v", err)
	}
	for _, n := range []int{2, 0} {
		if got, err := s.EndSessions(t.Context(), "viewer"); got != n || err != nil {
			t.Errorf("EndSessions = %d, %v; want %d", got, err, n)
		}
	}
	list("", nil)
}

func TestSessionAgentIsCut(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	b, err := Codec{}.Encode(time.Now().Add(time.Hour), map[string]any{UserKey: "admin", AgentKey: "x" + strings.Repeat("é", 150)})
	want(t, "encode", err, nil)
	want(t, "commit", s.Sessions().Commit("a", b, time.Now().Add(time.Hour)), nil)
	got, err := s.SessionList(t.Context(), "admin")
	if err != nil || len(got) != 1 || got[0].Agent != "x"+strings.Repeat("é", 99) {
		t.Errorf("sessions = %v, %v", got, err)
	}
}

// TestSessionIDIsWhatSCSKeeps logs in with the real manager.
func TestSessionIDIsWhatSCSKeeps(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	m := scs.New()
	m.Store, m.Codec, m.HashTokenInStore = s.Sessions(), Codec{}, true
	ctx, err := m.Load(t.Context(), "")
	want(t, "load", err, nil)
	m.Put(ctx, UserKey, "admin")
	token, _, err := m.Commit(ctx)
	want(t, "commit", err, nil)
	got, err := s.SessionList(t.Context(), "")
	if err != nil || len(got) != 1 || got[0].ID != s.SessionID(token) || got[0].ID == token {
		t.Errorf("sessions = %v, %v; the cookie's ID is %s", got, err, s.SessionID(token))
	}
}

func FuzzCodec(f *testing.F) {
	f.Add([]byte(`{"deadline":"2026-01-02T03:04:05Z","values":{"user":"x"}}`))
	f.Add([]byte(`{"values":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		deadline, values, err := Codec{}.Decode(b)
		if err != nil {
			return
		}
		if values == nil {
			t.Fatal("no values to write to")
		}
		if again, err := (Codec{}).Encode(deadline, values); err != nil {
			t.Fatalf("%s does not encode again: %v", again, err)
		}
	})
}
