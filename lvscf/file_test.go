package lvscf

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.WriteFile(at("lvs.cf"), []byte("serial_no = 1\n"), 0o600),
		os.WriteFile(at("empty"), nil, 0o600),
		os.WriteFile(at("long"), []byte(strings.Repeat("x", 101)), 0o600),
		os.WriteFile(at("just"), []byte(strings.Repeat("x", 100)), 0o600),
		os.Mkdir(at("folder"), 0o700),
		syscall.Mkfifo(at("pipe"), 0o600),
		os.Symlink("lvs.cf", at("link")),
		os.Symlink("elsewhere/lvs.cf", at("dangling")),
		os.Symlink("circle", at("circle")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, tt := range []struct {
		name string
		size int
		err  error
		says string
	}{
		{"lvs.cf", 14, nil, ""},
		{"link", 14, nil, ""},
		{"empty", 0, nil, ""},
		{"just", 100, nil, ""},
		{"long", 0, ErrTooLarge, "101 bytes of at most 100"},
		{"folder", 0, ErrNoFile, "a folder"},
		{"pipe", 0, ErrNoFile, "a named pipe"},
		{"socket", 0, ErrNoFile, "no regular file"},
		{"dangling", 0, ErrNoFile, "a symbolic link to elsewhere/lvs.cf, which is not there"},
		{"circle", 0, ErrNoFile, "circle"},
		{"nothing", 0, fs.ErrNotExist, "nothing"},
		{"lvs.cf/below", 0, syscall.ENOTDIR, "not a directory"},
	} {
		text, err := ReadFile(at(tt.name), 100)
		if len(text) != tt.size || !errors.Is(err, tt.err) {
			t.Errorf("%s: %d bytes, %v", tt.name, len(text), err)
		}
		if err != nil && (!strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), at(tt.name))) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	// Files whose size nobody knows before.
	if text, err := ReadFile("/proc/self/status", 1<<20); err != nil || len(text) == 0 {
		t.Errorf("/proc/self/status: %d bytes, %v", len(text), err)
	}
	if _, err := ReadFile("/proc/self/status", 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("/proc/self/status: %v", err)
	}
	if _, err := ReadFile("/dev/null", 10); !errors.Is(err, ErrNoFile) {
		t.Errorf("/dev/null: %v", err)
	}
}
