package heartbeat

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestReadKeys(t *testing.T) {
	keys := []Key{testKey(1), testKey(2)}
	text := FormatKeys(keys)
	dir := t.TempDir()
	path := filepath.Join(dir, "lvs.key")
	write := func(t *testing.T, text string, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T)
		err  string // after "PATH: ", with PATH for the path
	}{
		{"well", func(t *testing.T) { write(t, text, 0o600) }, ""},
		{"read only", func(t *testing.T) { write(t, text, 0o400) }, ""},
		{"bad: the world reads", func(t *testing.T) { write(t, text, 0o644) }, "mode 0644 lets others read or change the key: chmod 600 PATH"},
		{"bad: the group writes", func(t *testing.T) { write(t, text, 0o620) }, "mode 0620 lets others read or change the key: chmod 600 PATH"},
		{"bad: no key", func(t *testing.T) { write(t, "x", 0o600) }, "line 1 is not a key of 64 hex digits (it has 1 characters): copy the file from the other router, or make one with 'pulse keygen'"},
		{"bad: too long", func(t *testing.T) { write(t, strings.Repeat("#", keyFileSize+1), 0o600) }, "longer than 65536 bytes: it is no key file"},
		{"bad: a folder", func(t *testing.T) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "is not a regular file"},
		{"bad: a pipe", func(t *testing.T) {
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "is not a regular file"},
		{"bad: a link", func(t *testing.T) {
			if err := os.Symlink(filepath.Join(dir, "elsewhere"), path); err != nil {
				t.Fatal(err)
			}
		}, "is a symbolic link: put the file itself there"},
		{"bad: of another user", func(t *testing.T) {
			write(t, text, 0o600)
			if err := os.Chown(path, 65534, 65534); err != nil {
				t.Skipf("not root: %v", err)
			}
		}, "belongs to user 65534, who could change the key: chown root PATH"},
		{"bad: none", func(*testing.T) {}, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Cleanup(func() { _ = os.RemoveAll(path) })
			tt.make(t)
			got, err := ReadKeys(path)
			if tt.err == "" {
				if diff := cmp.Diff(keys, got); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				return
			}
			want := path + ": " + strings.ReplaceAll(tt.err, "PATH", path)
			if err == nil || err.Error() != want || got != nil {
				t.Errorf("%v\nwant %s", err, want)
			}
		})
	}
	if _, err := ReadKeys(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}

func TestWriteKeys(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lvs.key")
	check := func(want []Key) {
		t.Helper()
		got, err := ReadKeys(path)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
			t.Errorf("left behind: %v, %v", all, err)
		}
	}
	one, two := []Key{testKey(1)}, []Key{testKey(2), testKey(1)}
	if err := CreateKeys(path, one); err != nil {
		t.Fatal(err)
	}
	check(one)
	if err := CreateKeys(path, two); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
	check(one)
	if err := ReplaceKeys(path, two); err != nil {
		t.Fatal(err)
	}
	check(two)
	if err := CreateKeys(filepath.Join(dir, "none", "lvs.key"), one); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}
