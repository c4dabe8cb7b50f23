package probe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	up, empty := write("up", "state: up\n"), write("empty", "")
	big := write("long", strings.Repeat("x", maxAnswer)+"up")
	link, dangling, loop := filepath.Join(dir, "link"), filepath.Join(dir, "dangling"), filepath.Join(dir, "loop")
	fifo, linkToFifo := filepath.Join(dir, "fifo"), filepath.Join(dir, "linkToFifo")
	for path, to := range map[string]string{link: up, dangling: filepath.Join(dir, "gone"), loop: loop, linkToFifo: fifo} {
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	expr, err := ContainsPattern("^state: (up|ready)$")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path string
		body       Body
		up         bool
		why        string
	}{
		{"there", up, Body{}, true, `/.*/up is there`},
		{"empty", empty, Body{}, true, `/.*/empty is there`},
		{"text", up, Contains("up"), true, `/.*/up has "up"`},
		{"another text", up, Contains("ready"), false, `/.*/up has "state: up\\n", expected "ready"`},
		{"text in nothing", empty, Contains("up"), false, `/.*/empty has "", expected "up"`},
		{"expression", up, expr, true, `/.*/up has a match of .*`},
		{"another expression", empty, expr, false, `/.*/empty has "", expected a match of .*`},
		{"link", link, Contains("up"), true, `/.*/link has "up"`},
		{"past the bound", big, Contains("up"), false, `/.*/long has "x{60}"\.\.\., expected "up"`},
		{"none", filepath.Join(dir, "none"), Body{}, false, `/.*/none: no such file or directory`},
		{"dangling link", dangling, Body{}, false, `/.*/dangling: no such file or directory`},
		{"link to itself", loop, Body{}, false, `/.*/loop: too many levels of symbolic links`},
		{"pipe", fifo, Body{}, false, `/.*/fifo: not a regular file`},
		{"link to a pipe", linkToFifo, Body{}, false, `/.*/linkToFifo: not a regular file`},
		{"folder", dir, Body{}, false, `/.*: not a regular file`},
		{"device", "/dev/zero", Body{}, false, `/dev/zero: not a regular file`},
		{"no path", "", Body{}, false, `: no such file or directory`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantResult(t, File{tt.path, tt.body}.Probe(t.Context(), here), tt.up, tt.why)
		})
	}
	t.Run("forbidden", func(t *testing.T) {
		if os.Getuid() == 0 {
			t.Skip("root may read everything")
		}
		if err := os.Chmod(up, 0); err != nil {
			t.Fatal(err)
		}
		wantResult(t, File{Path: up}.Probe(t.Context(), here), false, `/.*/up: permission denied`)
	})
	for want, c := range map[string]File{"file /run/up": {Path: "/run/up"}, `file /run/up with "yes"`: {"/run/up", Contains("yes")}} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestFileLeaks(t *testing.T) {
	leaks(t)
	path := filepath.Join(t.TempDir(), "up")
	if err := os.WriteFile(path, []byte("up"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		File{Path: path}.Probe(t.Context(), here)
		File{Path: "/dev/null"}.Probe(t.Context(), here)
	}
}
