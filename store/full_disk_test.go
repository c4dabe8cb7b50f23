package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a file system of 2 MB, in memory, and returns how to fill it,
// to make room again, and to make it read-only.
func smallDisk(t *testing.T) (dir string, fill, clear func(), mode func(readOnly bool)) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { want(t, "unmount", unix.Unmount(dir, unix.MNT_DETACH), nil) })
	ballast := filepath.Join(dir, "ballast")
	fill = func() {
		t.Helper()
		f, err := os.OpenFile(ballast, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		want(t, "open ballast", err, nil)
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		want(t, "fill", err, unix.ENOSPC)
		want(t, "close ballast", f.Close(), nil)
	}
	clear = func() {
		t.Helper()
		want(t, "make room", os.Remove(ballast), nil)
	}
	mode = func(readOnly bool) {
		t.Helper()
		var flags uintptr = unix.MS_REMOUNT
		if readOnly {
			flags |= unix.MS_RDONLY
		}
		want(t, "remount", unix.Mount("tmpfs", dir, "tmpfs", flags, ""), nil)
	}
	return dir, fill, clear, mode
}

// commit commits a session as scs does, and reports whether it is found again.
func commit(t *testing.T, s *Store, token, user string) bool {
	t.Helper()
	expiry := s.now().Add(time.Hour)
	b, err := Codec{}.Encode(expiry, map[string]any{UserKey: user})
	want(t, "encode", err, nil)
	want(t, "commit "+token, s.Sessions().CommitCtx(t.Context(), token, b, expiry), nil)
	return found(t, s, token)
}

func found(t *testing.T, s *Store, token string) bool {
	t.Helper()
	_, ok, err := s.Sessions().FindCtx(t.Context(), token)
	want(t, "find "+token, err, nil)
	return ok
}

// trouble checks that err is of that kind.
func trouble(t *testing.T, what string, err error, kind Trouble) {
	t.Helper()
	if TroubleOf(err) != kind {
		t.Errorf("%s: %v, which is %q and not %q", what, err, TroubleOf(err), kind)
	}
}

// rows is how many rows of sessions go on.
func rows(t *testing.T, s *Store) (n int) {
	t.Helper()
	want(t, "count", s.db.QueryRow(`SELECT count(*) FROM sessions WHERE data <> x''`).Scan(&n), nil)
	return n
}

// TestFullDisk has people log in and look while the disk takes nothing, and all
// as before when there is room.
func TestFullDisk(t *testing.T) {
	dir, fill, clear, _ := smallDisk(t)
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(dir, "console.db"))
	want(t, "open", err, nil)
	defer func() { s.Close() }()
	addUsers(t, s)
	want(t, "set a code", s.SetTOTP(ctx, "admin", rfcSecret), nil)
	if !commit(t, s, "before", "admin") || !commit(t, s, "leaving", "admin") {
		t.Fatal("no session on a disk with room")
	}
	secret, _, err := s.NewToken(ctx, "admin", "metrics", Viewer, time.Time{})
	want(t, "make a token", err, nil)
	fill()

	draft := Draft{User: "admin", Base: NoBase, Text: []byte(strings.Repeat("# text\n", 30_000))}
	_, err = s.SaveDraft(ctx, draft)
	trouble(t, "save a draft", err, Full)
	_, err = s.AddRevision(ctx, Revision{Who: "admin", Origin: Saved}, draft.Text)
	trouble(t, "add a revision", err, Full)
	err = s.Backup(ctx, filepath.Join(dir, "backup"))
	trouble(t, "back up", err, Full)
	if _, err := os.Stat(filepath.Join(dir, "backup")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a backup is left: %v", err)
	}
	_, err = s.KeepCopy(ctx)
	trouble(t, "keep a copy", err, Full)

	// The log has room left of before; it is used up by what can be.
	for range 2000 {
		if err = s.Record(ctx, Entry{Who: "admin", What: "test", Note: strings.Repeat("x", 4000)}); err != nil {
			break
		}
	}
	trouble(t, "audit", err, Full)
	if !commit(t, s, "before", "admin") || !commit(t, s, "fresh", "admin") {
		t.Error("nobody can log in")
	}
	want(t, "log out", s.Sessions().DeleteCtx(ctx, "leaving"), nil)
	if found(t, s, "leaving") || commit(t, s, "leaving", "admin") {
		t.Error("a session that was ended goes on")
	}
	_, err = s.UseToken(ctx, secret)
	want(t, "use a token", err, nil)
	list, err := s.SessionList(ctx, "admin")
	if err != nil || len(list) != 2 {
		t.Errorf("sessions: %+v, %v", list, err)
	}
	want(t, "login", s.Succeeded(ctx, "admin"), nil)
	for range freeFailures + 2 {
		want(t, "a failed login", s.Failed(ctx, "admin"), nil)
	}
	if wait, err := s.Wait(ctx, "admin"); wait <= 0 || err != nil {
		t.Errorf("guesses are free: %v, %v", wait, err)
	}
	now := at2023(s)
	*now = time.Unix(1111111111, 0)
	for i, wanted := range []bool{true, false} {
		if ok, err := s.UseTOTP(ctx, "admin", "050471"); ok != wanted || err != nil {
			t.Errorf("use %d of a code: %v, %v", i, ok, err)
		}
	}
	s.now = time.Now
	want(t, "end", s.EndSession(ctx, "fresh"), nil)
	if found(t, s, "fresh") {
		t.Error("a session that an admin ended goes on")
	}

	clear()
	if !commit(t, s, "before", "admin") || commit(t, s, "leaving", "admin") || commit(t, s, "fresh", "admin") || rows(t, s) != 1 {
		t.Errorf("with room again %d sessions go on", rows(t, s))
	}
	_, err = s.SaveDraft(ctx, draft)
	want(t, "save a draft", err, nil)
	want(t, "audit", s.Record(ctx, Entry{Who: "admin", What: "test"}), nil)
	want(t, "check", s.check(ctx), nil)
	*at2023(s) = time.Unix(1111111111, 0)
	if ok, err := s.UseTOTP(ctx, "admin", "050471"); ok || err != nil {
		t.Errorf("a code that was used up in memory: %v, %v", ok, err)
	}
}

// TestReadOnlyDisk opens the database of a file system that is mounted so.
func TestReadOnlyDisk(t *testing.T) {
	dir, _, _, mode := smallDisk(t)
	ctx := t.Context()
	path := filepath.Join(dir, "console.db")
	s, err := Open(ctx, path)
	want(t, "open", err, nil)
	addUsers(t, s)
	secret, _, err := s.NewToken(ctx, "admin", "metrics", Viewer, time.Time{})
	want(t, "make a token", err, nil)
	want(t, "close", s.Close(), nil)
	mode(true)
	_, err = Open(ctx, path)
	trouble(t, "open", err, ReadOnly)
	r, err := OpenReadOnly(ctx, path)
	want(t, "open read-only", err, nil)
	if users, err := r.Users(ctx); err != nil || len(users) == 0 || !r.ReadOnly() {
		t.Errorf("users: %v, %v", users, err)
	}
	if !commit(t, r, "one", "admin") {
		t.Error("nobody can log in")
	}
	_, err = r.UseToken(ctx, secret)
	want(t, "use a token", err, nil)
	trouble(t, "audit", r.Record(ctx, Entry{Who: "admin", What: "test"}), ReadOnly)
	trouble(t, "open it to write", r.Reopen(ctx), ReadOnly)
	mode(false)
	busy, err := r.db.Conn(ctx) // of before
	want(t, "connect", err, nil)
	want(t, "open it to write", r.Reopen(ctx), nil)
	want(t, "let go", busy.Close(), nil)
	want(t, "again", r.Reopen(ctx), nil)
	s = r
	for range 5 {
		want(t, "write", s.Record(ctx, Entry{Who: "admin", What: "test"}), nil)
	}
	if n, err := s.Audit(ctx, AuditQuery{}); len(n) != 5 || err != nil || s.ReadOnly() {
		t.Errorf("audit: %v, %v", n, err)
	}
	if !commit(t, s, "one", "admin") || rows(t, s) != 1 {
		t.Error("no session is written")
	}
	want(t, "close", s.Close(), nil)
}
