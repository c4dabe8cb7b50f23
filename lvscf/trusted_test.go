package lvscf

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestReadTrusted(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.WriteFile(at("file"), []byte("serial_no = 1\n"), 0o600),
		os.Symlink("file", at("link")),
		os.Symlink(at("file"), at("absolute")),
		os.Symlink("link", at("deep")),
		os.Symlink("nothing", at("dangling")),
		os.Symlink("file", at("foreign")),
		syscall.Mkfifo(at("pipe"), 0o600),
		os.Symlink("pipe", at("to-pipe")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	foreign := ErrLink
	if os.Geteuid() != 0 {
		foreign = nil // it is ours
	} else if err := os.Lchown(at("foreign"), 12345, -1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		err  error
	}{
		{"foreign", foreign},
		{"deep", ErrNoFile},
		{"dangling", ErrNoFile},
		{"pipe", ErrNoFile},
		{"to-pipe", ErrNoFile},
		{"none", fs.ErrNotExist},
		{"file", nil},
		{"link", nil},
		{"absolute", nil},
	} {
		text, err := ReadTrusted(at(c.name), 1<<10)
		if !errors.Is(err, c.err) || err == nil && string(text) != "serial_no = 1\n" {
			t.Errorf("%s: %q, %v; want %v", c.name, text, err, c.err)
		}
	}
	if _, err := ReadTrusted(at("file"), 5); !errors.Is(err, ErrTooLarge) {
		t.Errorf("5 bytes of more: %v", err)
	}
}
