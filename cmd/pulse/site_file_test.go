package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReadFile has something else where lvs.cf should be: pulse says what, and
// does not wait for it.
func TestReadFile(t *testing.T) {
	for name, tt := range map[string]struct {
		put  func(path string) error
		says string
	}{
		"nothing": {func(string) error { return nil }, "failed to open PATH: no such file or directory"},
		"folder":  {func(path string) error { return os.Mkdir(path, 0o700) }, "read PATH: it is no regular file but a folder"},
		"pipe":    {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "read PATH: it is no regular file but a named pipe"},
		"link":    {func(path string) error { return os.Symlink("/nowhere/lvs.cf", path) }, "a symbolic link to /nowhere/lvs.cf, which is not there"},
		"large": {func(path string) error {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(path, maxConfig+1)
		}, "read PATH: it is too large"},
	} {
		path := filepath.Join(t.TempDir(), "lvs.cf")
		if err := tt.put(path); err != nil {
			t.Fatal(err)
		}
		if _, err := readFile(path); err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(tt.says, "PATH", path)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
