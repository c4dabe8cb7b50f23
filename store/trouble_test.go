package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestOpenTroubles(t *testing.T) {
	whole := func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "console.db")
		s, err := Open(t.Context(), path)
		want(t, "open", err, nil)
		addUsers(t, s)
		made, err := s.KeepCopy(t.Context())
		if !made || err != nil {
			t.Fatalf("no copy: %v", err)
		}
		want(t, "close", s.Close(), nil)
		return path
	}
	alter := func(t *testing.T, path string, f func([]byte) []byte) {
		b, err := os.ReadFile(path)
		want(t, "read", err, nil)
		want(t, "write", os.WriteFile(path, f(b), 0o600), nil)
	}
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  Trouble
	}{
		{"garbage", func(t *testing.T, path string) {
			alter(t, path, func([]byte) []byte { return []byte(strings.Repeat("garbage ", 4096)) })
		}, Damaged},
		{"cut off", func(t *testing.T, path string) { alter(t, path, func(b []byte) []byte { return b[:len(b)/2+100] }) }, Damaged},
		{"emptied", func(t *testing.T, path string) { alter(t, path, func([]byte) []byte { return nil }) }, Damaged},
		{"a page of zeros", func(t *testing.T, path string) {
			alter(t, path, func(b []byte) []byte { clear(b[4096:8192]); return b })
		}, Damaged},
		{"a folder", func(t *testing.T, path string) {
			want(t, "remove", os.Remove(path), nil)
			want(t, "make", os.Mkdir(path, 0o700), nil)
		}, Damaged},
		{"a pipe", func(t *testing.T, path string) {
			want(t, "remove", os.Remove(path), nil)
			want(t, "make", unix.Mkfifo(path, 0o600), nil)
		}, Damaged},
		{"a link", func(t *testing.T, path string) {
			want(t, "move", os.Rename(path, path+".there"), nil)
			want(t, "link", os.Symlink(path+".there", path), nil)
		}, Damaged},
		{"newer", func(t *testing.T, path string) {
			s, err := open(t.Context(), path, 0)
			want(t, "open", err, nil)
			_, err = s.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
			want(t, "raise", err, nil)
			want(t, "close", s.Close(), nil)
		}, Newer},
		{"being restored", func(t *testing.T, path string) {
			l, err := lock(path, true)
			want(t, "lock", err, nil)
			t.Cleanup(func() { l.Close() })
		}, Busy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := whole(t)
			tt.spoil(t, path)
			s, err := Open(t.Context(), path)
			if err == nil {
				s.Close()
			}
			trouble(t, "open", err, tt.want)
			if tt.want != Damaged || tt.name == "a folder" {
				return
			}
			from, err := OpenBackup(Copies(path)[0].Path)
			want(t, "open the copy", err, nil)
			defer from.Close()
			want(t, "restore", Restore(t.Context(), from, path), nil)
			s, err = Open(t.Context(), path)
			want(t, "open what was restored", err, nil)
			defer s.Close()
			if users, err := s.Users(t.Context()); err != nil || len(users) == 0 {
				t.Errorf("users: %v, %v", users, err)
			}
		})
	}
}

func TestKeepCopy(t *testing.T) {
	s := testStore(t)
	keep := func(wanted bool) {
		t.Helper()
		if made, err := s.KeepCopy(context.Background()); made != wanted || err != nil {
			t.Errorf("made %v, %v", made, err)
		}
	}
	keep(true)
	keep(false)
	day := time.Now().Add(25 * time.Hour)
	s.now = func() time.Time { return day }
	keep(true)
	copies := Copies(s.path)
	if len(copies) != 2 {
		t.Fatalf("copies: %v", copies)
	}
	for _, c := range copies {
		fi, err := os.Stat(c.Path)
		if err != nil || fi.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", c.Path, fi.Mode(), err)
		}
	}
	s.now = func() time.Time { return day.Add(-1000 * time.Hour) }
	keep(true) // a copy of a time to come says nothing
	if copies := Copies(s.path); len(copies) != 2 {
		t.Errorf("copies: %v", copies)
	}
}
