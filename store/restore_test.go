package store

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// names are the users of the database at path.
func names(t *testing.T, path string) (out []string) {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	users, err := s.Users(t.Context())
	want(t, "users", err, nil)
	for _, u := range users {
		out = append(out, u.Name)
	}
	return out
}

// withUser makes a database at path with one user.
func withUser(t *testing.T, path, name string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(`INSERT INTO users (name, password, created, changed) VALUES (?, ?, 1, 1)`, name, dummyHash); err != nil {
		t.Fatal(err)
	}
	return s
}

// restore opens and restores.
func restore(ctx context.Context, from, path string) error {
	f, err := OpenBackup(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return Restore(ctx, f, path)
}

func TestRestore(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "console.db"), filepath.Join(dir, "backup")
	s := withUser(t, path, "then")
	b, err := Codec{}.Encode(time.Now().Add(time.Hour), map[string]any{UserKey: "then"})
	want(t, "encode", err, nil)
	want(t, "session", s.Sessions().Commit("a", b, time.Now().Add(time.Hour)), nil)
	want(t, "pending", s.SetPending(t.Context(), Pending{Who: "then"}), nil)
	want(t, "setting", s.SetSetting(t.Context(), "k", 1), nil)
	want(t, "backup", s.Backup(t.Context(), backup), nil)
	want(t, "restore while it is open", restore(t.Context(), backup, path), ErrInUse)
	want(t, "end", s.EndPending(t.Context()), nil)
	_, err = s.db.Exec(`INSERT INTO users (name, password, created, changed) VALUES ('since', '', 1, 1)`)
	want(t, "user", err, nil)
	want(t, "close", s.Close(), nil)

	for range 2 { // one of an earlier restore is in the way
		want(t, "restore", restore(t.Context(), backup, path), nil)
	}
	fi, err := os.Stat(path)
	if err != nil || fi.Mode() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	s, err = Open(t.Context(), path)
	want(t, "open", err, nil)
	if _, ok, err := s.Pending(t.Context()); ok || err != nil {
		t.Errorf("a change of another time waits to be confirmed: %v", err)
	}
	if got, err := s.SessionList(t.Context(), ""); len(got) != 0 || err != nil {
		t.Errorf("sessions %v, %v", got, err)
	}
	var k int
	if ok, err := s.Setting(t.Context(), "k", &k); !ok || k != 1 || err != nil {
		t.Errorf("setting %d, %v, %v", k, ok, err)
	}
	want(t, "close", s.Close(), nil)

	want(t, "restore", restore(t.Context(), backup, path), nil)
	if diff := cmp.Diff([]string{"then"}, names(t, path)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"backup", "console.db", "console.db.before", "console.db.lock"}, entries(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func entries(t *testing.T, dir string) (out []string) {
	t.Helper()
	es, err := os.ReadDir(dir)
	want(t, "list", err, nil)
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}

// TestRestoreAlerts: alerts of the time of the backup, which have been sent
// since, are not sent again.
func TestRestoreAlerts(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	path, backup := filepath.Join(dir, "console.db"), filepath.Join(dir, "backup")
	s := withUser(t, path, "then")
	_, err := s.PutAlerts(ctx, []byte("{}"), []Letter{{Channel: "mail", Alert: []byte("{}")}})
	want(t, "put an alert", err, nil)
	want(t, "back up", s.Backup(ctx, backup), nil)
	want(t, "close", s.Close(), nil)
	want(t, "restore", restore(ctx, backup, path), nil)
	s, err = Open(ctx, path)
	want(t, "open", err, nil)
	defer s.Close()
	if l, ok, _, err := s.FirstAlert(ctx, "mail"); ok || err != nil {
		t.Errorf("it waits again: %+v, %v", l, err)
	}
	if b, err := s.AlertMemory(ctx); b != nil || err != nil {
		t.Errorf("what was in trouble then is remembered: %s, %v", b, err)
	}
}

// TestRestoreKeepsWhatACrashLeft has a database whose last writes are in its
// log alone: they must be in what is set aside.
func TestRestoreKeepsWhatACrashLeft(t *testing.T) {
	dir := t.TempDir()
	live, path, backup := filepath.Join(dir, "live"), filepath.Join(dir, "console.db"), filepath.Join(dir, "backup")
	s := withUser(t, live, "old")
	defer s.Close()
	for _, side := range []string{"", "-wal"} { // as a crash leaves it
		b, err := os.ReadFile(live + side)
		want(t, "read", err, nil)
		want(t, "write", os.WriteFile(path+side, b, 0o600), nil)
	}
	n := withUser(t, filepath.Join(dir, "other"), "new")
	want(t, "backup", n.Backup(t.Context(), backup), nil)
	want(t, "close", n.Close(), nil)
	want(t, "restore", restore(t.Context(), backup, path), nil)
	if diff := cmp.Diff([]string{"new"}, names(t, path)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"old"}, names(t, path+BeforeSuffix)); diff != "" {
		t.Error(diff)
	}
}

// TestRestoreOverRuins is what a restore is for: the database is gone, or no
// database any more.
func TestRestoreOverRuins(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "console.db"), filepath.Join(dir, "backup")
	n := withUser(t, filepath.Join(dir, "other"), "new")
	want(t, "backup", n.Backup(t.Context(), backup), nil)
	want(t, "close", n.Close(), nil)
	ruin := strings.Repeat("no database ", 1000)
	for _, files := range []map[string]string{
		{}, {path: ruin, path + "-wal": ruin}, {path + "-wal": ruin, path + "-shm": ruin}, {path: ""}, {path + ".new": ruin},
	} {
		for name, text := range files {
			want(t, "write", os.WriteFile(name, []byte(text), 0o600), nil)
		}
		want(t, "restore", restore(t.Context(), backup, path), nil)
		if diff := cmp.Diff([]string{"new"}, names(t, path)); diff != "" {
			t.Errorf("over %v: %s", files, diff)
		}
		if text, ok := files[path]; ok && text != "" {
			if b, err := os.ReadFile(path + BeforeSuffix); string(b) != text {
				t.Errorf("set aside: %d bytes, %v", len(b), err)
			}
		}
		want(t, "clean", removeAll(path), nil)
		want(t, "clean", removeAll(path+BeforeSuffix), nil)
	}
}

func TestRestoreFromVersion1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	want(t, "restore", restore(t.Context(), version1(t), path), nil)
	if diff := cmp.Diff([]string{"ops", "piranha"}, names(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "console.db")
	want(t, "close", withUser(t, path, "kept").Close(), nil)
	// made makes a database that change has been at.
	made := func(name, change string) string {
		p := filepath.Join(dir, name)
		s := withUser(t, p, "new")
		defer s.Close()
		if _, err := s.db.Exec(change); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		want(t, "write", os.WriteFile(p, b, 0o600), nil)
		return p
	}
	good, err := os.ReadFile(made("good", `VACUUM`))
	want(t, "read", err, nil)
	if len(good) < 20_000 {
		t.Fatalf("a database of %d bytes", len(good))
	}
	inUse := filepath.Join(dir, "in use")
	defer withUser(t, inUse, "new").Close()
	other, err := open(t.Context(), filepath.Join(dir, "other"), os.O_CREATE)
	want(t, "open", err, nil)
	_, err = other.db.Exec(`CREATE TABLE users (name TEXT)`)
	want(t, "other program's", err, nil)
	want(t, "close", other.Close(), nil)
	bad := append([]byte(nil), good...)
	for i := 5000; i < 12_000; i++ {
		bad[i] = 0x55
	}
	for _, tt := range []struct {
		from string
		want error
		says string
	}{
		{filepath.Join(dir, "missing"), fs.ErrNotExist, ""},
		{dir, ErrNoBackup, ""},
		{"/dev/zero", ErrNoBackup, ""},
		{write("empty", nil), ErrNoBackup, ""},
		{write("text", []byte(strings.Repeat("no database ", 1000))), ErrNoBackup, ""},
		{filepath.Join(dir, "other"), ErrNoBackup, ""},
		{inUse, ErrNoBackup, "in use"},
		{write("half", good[:len(good)/2]), ErrDamaged, ""},
		{write("bad", bad), ErrDamaged, ""},
		{made("torn", `PRAGMA foreign_keys = off; INSERT INTO tokens (user, name, role, secret, created, expires) VALUES ('gone', '', 'viewer', '', 1, 0)`), ErrDamaged, "refers"},
		{made("newer", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`), nil, "newer"},
	} {
		err := restore(t.Context(), tt.from, path)
		if tt.want != nil {
			want(t, tt.from, err, tt.want)
		}
		if err == nil || !strings.Contains(err.Error(), tt.from) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error = %v", tt.from, err)
		}
		for _, left := range []string{".new", ".new-wal", ".new-shm", BeforeSuffix} {
			if _, err := os.Stat(path + left); err == nil {
				t.Errorf("%s: %s is left", tt.from, path+left)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, "cancelled", restore(ctx, write("good2", good), path), context.Canceled)
	if diff := cmp.Diff([]string{"kept"}, names(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestOpenDuringARestore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console.db")
	l, err := lock(path, true)
	want(t, "lock", err, nil)
	defer l.Close()
	_, err = Open(t.Context(), path)
	want(t, "open", err, ErrRestoring)
}

func TestSwapPutsBack(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "console.db")
	want(t, "close", withUser(t, path, "kept").Close(), nil)
	want(t, "swap", swap(t.Context(), filepath.Join(dir, "missing"), path), fs.ErrNotExist)
	if diff := cmp.Diff([]string{"kept"}, names(t, path)); diff != "" {
		t.Error(diff)
	}
}
