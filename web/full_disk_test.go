package web

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pacu/store"
)

// smallDisk mounts a file system in memory, and returns how to fill it and how
// to make room again.
func smallDisk(t *testing.T, size string) (dir string, fill, clear func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	fill = func() {
		t.Helper()
		f, err := os.OpenFile(ballast, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		if !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
	}
	clear = func() {
		t.Helper()
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	return dir, fill, clear
}

// TestFullDisk has the console on a disk that fills up: one can log in and look,
// each page says what is wrong, what cannot be saved is told, lvs.cf stays whole,
// and all works again when there is room, without a restart.
func TestFullDisk(t *testing.T) {
	dir, fill, clear := smallDisk(t, "8m")
	s, _ := newConsole(t, false)
	sample, err := os.ReadFile(s.ConfigPath)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "lvs.cf")
	if err := os.WriteFile(path, sample, 0o640); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), DatabasePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := st.SetPassword(t.Context(), "piranha", password); err != nil {
		t.Fatal(err)
	}
	o := s.Options
	o.Store, o.ConfigPath, o.State = st, path, dir
	s = New(o)
	v := visit(t, s.Handler())
	fill()
	// What the log of the database has left is used up.
	for range 3000 {
		if err := st.Record(t.Context(), store.Entry{Who: "piranha", What: "test", Note: strings.Repeat("x", 4000)}); err != nil {
			break
		}
	}
	v.login()
	_, body := v.get("/monitoring")
	want(t, body, "free on the disk of "+dir, "lvs-01")
	_, body = v.get("/configuration")
	seen, was := opened(t, body)
	resp, body := keep(v, seen, was+"# a line that is kept\n", "lf", "keep")
	want(t, body, "The console&#39;s disk is full: nothing was changed.", "# a line that is kept")
	if resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("saving a draft: %s", resp.Status)
	}
	resp, body = v.do("POST", "/users", url.Values{"user": {"ops"}, "role": {"viewer"}, "new": {"battery staple"}, "again": {"battery staple"}})
	want(t, body, "The console&#39;s disk is full: nothing was changed.", "Make room on the disk of "+dir)
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("making a user: %s", resp.Status)
	}
	if b, err := os.ReadFile(path); string(b) != string(sample) || err != nil {
		t.Errorf("lvs.cf is another: %v", err)
	}
	clear()
	if resp, body := keep(v, seen, was+"# a line that is kept\n", "lf", "keep"); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("saving a draft with room again: %s %s", resp.Status, body)
	}
	if _, body := v.get("/configuration"); !strings.Contains(body, "# a line that is kept") {
		t.Errorf("the draft is lost, or the session: %s", body)
	}
}
