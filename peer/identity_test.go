package peer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIdentity(t *testing.T) {
	path := IdentityPath(t.TempDir())
	made, err := LoadIdentity(path)
	if err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Lstat(path); err != nil || fi.Mode() != 0o600 {
		t.Errorf("%v, %v", fi, err)
	}
	again, err := LoadIdentity(path)
	if err != nil || again.PublicLine() != made.PublicLine() || !strings.HasPrefix(made.PublicLine(), "ssh-ed25519 AAAA") || strings.ContainsAny(made.PublicLine(), "\r\n") {
		t.Errorf("%v: %q, %q", err, made.PublicLine(), again.PublicLine())
	}
	other, err := NewIdentity(path)
	if err != nil || other.PublicLine() == made.PublicLine() || !strings.HasPrefix(other.Fingerprint(), "SHA256:") {
		t.Errorf("a new one: %v, %q", err, other.PublicLine())
	}
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
		t.Errorf("left behind: %v, %v", all, err)
	}
	for _, tt := range []struct {
		name string
		make func() error
		err  string
	}{
		{"the group reads", func() error { return os.Chmod(path, 0o640) }, "mode 0640 lets others read"},
		{"no key", func() error { return os.WriteFile(path, []byte("SECRET"), 0o600) }, "remove the file"},
		{"too long", func() error { return os.WriteFile(path, make([]byte, longestIdentity+1), 0o600) }, "longer than"},
		{"a link", func() error { return os.Symlink("/etc/hostname", path) }, "is a symbolic link"},
		{"a folder", func() error { return os.Mkdir(path, 0o700) }, "is not a regular file"},
		{"no folder", func() error { path = filepath.Join(path, "x", "y"); return nil }, "no such file"},
	} {
		if tt.name != "the group reads" {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
		if err := tt.make(); err != nil {
			t.Fatal(err)
		}
		_, err := LoadIdentity(path)
		if err == nil || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestReadSecret(t *testing.T) {
	dir, handed := t.TempDir(), t.TempDir()
	config := filepath.Join(dir, "lvs.cf")
	if _, err := ReadSecret(config); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("none: %v", err)
	}
	write(t, filepath.Join(dir, keyName), "abcdef", 0o644)
	if _, err := ReadSecret(config); err == nil || !strings.Contains(err.Error(), "mode 0644") {
		t.Errorf("open: %v", err)
	}
	write(t, filepath.Join(dir, keyName), "abcdef", 0o600)
	s, err := ReadSecret(config)
	if err != nil || !s.Known() || string(s.text) != "abcdef" {
		t.Errorf("%v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if got := fmt.Sprintf(verb, s); got != "key" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	write(t, filepath.Join(dir, keyName), "", 0o600)
	if _, err := ReadSecret(config); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("empty: %v", err)
	}
	// Where it is root's alone, systemd hands a copy over.
	if os.Geteuid() == 0 {
		return // root reads everything
	}
	t.Setenv("CREDENTIALS_DIRECTORY", handed)
	write(t, filepath.Join(dir, keyName), "abcdef", 0o000)
	if _, err := ReadSecret(config); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("not handed over: %v", err)
	}
	write(t, filepath.Join(handed, keyName), "abcdef", 0o440)
	if s, err := ReadSecret(config); err != nil || string(s.text) != "abcdef" {
		t.Errorf("handed over: %v", err)
	}
}
