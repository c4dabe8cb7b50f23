package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func testStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "a b?c#%.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// at2023 makes the clock of s a variable that starts in 2023.
func at2023(s *Store) *time.Time {
	now := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { return now }
	return &now
}

// addUsers adds users whose names are their roles.
func addUsers(t *testing.T, s *Store) {
	t.Helper()
	for _, r := range Roles {
		if _, err := s.db.Exec(`INSERT INTO users (name, role, password, created, changed) VALUES (?, ?, ?, 1, 1)`, r, r, dummyHash); err != nil {
			t.Fatal(err)
		}
	}
}

// want fails the test unless err is want, where nil is none.
func want(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error = %v, want %v", what, err, want)
	}
}

func TestOpenTwiceKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	for i := range 2 {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		has, err := s.HasUsers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if has != (i == 1) {
			t.Errorf("opened %d times: HasUsers = %v", i+1, has)
		}
		if i == 0 {
			if err := s.SetPassword(t.Context(), "piranha", "correct horse"); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []string{path, path + "-wal"} {
			fi, err := os.Stat(f)
			if err != nil {
				t.Fatal(err)
			}
			if fi.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, want 0600", f, fi.Mode())
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{junk, filepath.Join(dir, "missing", "console.db"), dir} {
		s, err := Open(t.Context(), path)
		if err == nil {
			s.Close()
			t.Errorf("Open(%s) succeeded", path)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s): %v: does not name the file", path, err)
		}
	}
}

func TestOpenRefusesNewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Fatalf("error = %v, want one about a newer program", err)
	}
}

// TestNothingIsWrittenElsewhere holds every connection, not the first alone,
// to memory for what SQLite would else put into /var/tmp.
func TestNothingIsWrittenElsewhere(t *testing.T) {
	s := testStore(t)
	for range 3 {
		c, err := s.db.Conn(t.Context())
		want(t, "connect", err, nil)
		defer c.Close()
		var where, keys int
		want(t, "ask", c.QueryRowContext(t.Context(), `PRAGMA temp_store`).Scan(&where), nil)
		want(t, "ask", c.QueryRowContext(t.Context(), `PRAGMA foreign_keys`).Scan(&keys), nil)
		if where != 2 || keys != 1 {
			t.Errorf("temp_store is %d, want 2, which is memory; foreign_keys %d", where, keys)
		}
	}
}
