package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBackup(t *testing.T) {
	s := testStore(t)
	addUsers(t, s)
	path := filepath.Join(t.TempDir(), "file:a b?mode=ro")
	want(t, "backup", s.Backup(t.Context(), path), nil)
	fi, err := os.Stat(path)
	if err != nil || fi.Mode() != 0o600 {
		t.Errorf("backup has mode %v, %v", fi.Mode(), err)
	}
	b, err := Open(t.Context(), path)
	want(t, "open the backup", err, nil)
	defer b.Close()
	if got, err := b.Users(t.Context()); err != nil || len(got) != len(Roles) {
		t.Errorf("users = %v, %v", got, err)
	}
}

func TestBackupRefuses(t *testing.T) {
	s := testStore(t)
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	want(t, "write", os.WriteFile(there, []byte("mine"), 0o644), nil)
	link := filepath.Join(dir, "link")
	want(t, "link", os.Symlink(filepath.Join(dir, "elsewhere"), link), nil)
	for _, tt := range []struct {
		path string
		want error
	}{
		{there, fs.ErrExist}, {link, fs.ErrExist}, {dir, fs.ErrExist}, {filepath.Join(dir, "no", "such"), fs.ErrNotExist},
	} {
		err := s.Backup(t.Context(), tt.path)
		want(t, tt.path, err, tt.want)
		if err != nil && !strings.Contains(err.Error(), tt.path) {
			t.Errorf("%v does not name %s", err, tt.path)
		}
	}
	if b, err := os.ReadFile(there); string(b) != "mine" {
		t.Errorf("%s holds %q, %v", there, b, err)
	}
	s.db.Close()
	failed := filepath.Join(dir, "failed")
	if err := s.Backup(t.Context(), failed); err == nil || !strings.Contains(err.Error(), failed) {
		t.Errorf("backup of a closed database: %v", err)
	}
	if _, err := os.Stat(failed); err == nil {
		t.Error("half a backup is left")
	}
}
