package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// version1 makes the database of a console before roles, with a row of each
// kind, as that console would have.
func version1(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "console.db")
	s, err := open(t.Context(), path, os.O_CREATE)
	want(t, "open", err, nil)
	defer s.Close()
	p, err := s.steps()
	want(t, "steps", err, nil)
	_, err = p.UpTo(t.Context(), 1)
	want(t, "first step", err, nil)
	for _, q := range []string{
		`INSERT INTO users (name, password, created, changed) VALUES ('piranha', '` + hashPassword("correct horse") + `', 100, 200)`,
		`INSERT INTO users (name, password, created, changed) VALUES ('ops', '` + dummyHash + `', 100, 200)`,
		`INSERT INTO sessions (token, user, data, expiry) VALUES ('live', 'piranha', cast('{"values":{"user":"piranha"}}' AS BLOB), unixepoch() + 3600)`,
		`INSERT INTO sessions (token, user, data, expiry) VALUES ('ended', 'ops', x'', unixepoch() + 3600)`,
		`INSERT INTO login_failures (name, count, last) VALUES ('guess', 3, unixepoch())`,
		`INSERT INTO audit (time, who, what, note) VALUES (300, 'piranha', 'save', 'serial 4')`,
	} {
		if _, err := s.db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	return path
}

func TestMigrateFromVersion1(t *testing.T) {
	path, before := version1(t), time.Now().Add(-time.Minute)
	s, err := Open(t.Context(), path)
	want(t, "open", err, nil)
	defer s.Close()

	users, err := s.Users(t.Context())
	if err != nil || len(users) != 2 {
		t.Fatalf("users = %v, %v", users, err)
	}
	for _, u := range users {
		if u.Role != Admin || u.TOTP || !u.LastLogin.IsZero() || u.Created != time.Unix(100, 0) || u.Changed != time.Unix(200, 0) {
			t.Errorf("user %+v", u)
		}
	}
	if ok, err := s.Verify(t.Context(), "piranha", "correct horse"); !ok || err != nil {
		t.Errorf("piranha cannot log in: %v", err)
	}
	sessions, err := s.SessionList(t.Context(), "")
	if err != nil || len(sessions) != 1 || sessions[0].ID != "live" || sessions[0].Began.Before(before) || sessions[0].Seen.Before(before) {
		t.Errorf("sessions = %+v, %v", sessions, err)
	}
	if _, found, err := s.Sessions().Find("live"); !found || err != nil {
		t.Errorf("the session is lost: %v", err)
	}
	log, err := s.Audit(t.Context(), AuditQuery{})
	if err != nil || len(log) != 1 || log[0] != (Entry{ID: 1, Time: time.Unix(300, 0), Who: "piranha", What: "save", Note: "serial 4"}) {
		t.Errorf("audit = %+v, %v", log, err)
	}
	var names int
	want(t, "look", s.db.QueryRow(`SELECT count(*) FROM login_failures`).Scan(&names), nil)
	if names != 0 {
		t.Errorf("%d tried names are kept in clear", names)
	}
	want(t, "use what is new", s.SetRole(t.Context(), "ops", Viewer), nil)
}

func TestStepsGoBack(t *testing.T) {
	s := testStore(t)
	p, err := s.steps()
	want(t, "steps", err, nil)
	_, err = p.DownTo(t.Context(), 0)
	want(t, "down", err, nil)
	var left string
	want(t, "look", s.db.QueryRow(`SELECT coalesce(group_concat(name), '') FROM sqlite_schema
		WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'`).Scan(&left), nil)
	if left != "" {
		t.Errorf("%s are left", left)
	}
	want(t, "up again", s.migrate(t.Context()), nil)
}
